#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A DNS server for two domains, a DAV server that one of them names, and the program that is told a domain only."""
import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading

import dav_servers
from dav_servers import card

BINARY, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
TYPES = {"A": 1, "TXT": 16, "SRV": 33}


def dns_name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".") if part) + b"\0"


class Dns(threading.Thread):
    """Answers what it was told to know; the rest does not exist."""

    def __init__(self):
        super().__init__(daemon=True)
        self.known, self.asked = {}, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.start()

    def tell(self, name, kind, data):
        self.known[name, TYPES[kind]] = data

    def run(self):
        while True:
            question, peer = self.socket.recvfrom(4096)
            name, at = [], 12
            while question[at]:
                name.append(question[at + 1:at + 1 + question[at]].decode().lower())
                at += question[at] + 1
            kind = struct.unpack(">H", question[at + 1:at + 3])[0]
            asked = question[12:at + 5]
            self.asked.append((".".join(name), kind))
            data = self.known.get((".".join(name), kind))
            exists = data is not None or any(known == ".".join(name) for known, _ in self.known)
            head = question[:2] + struct.pack(">HHHHH", 0x8580 | (0 if exists else 3), 1, data is not None, 0, 0)
            answer = b"" if data is None else b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data
            self.socket.sendto(head + asked + answer, peer)


class SecureServer(dav_servers.Server):
    """Radicale, a second time on another port with TLS, over the same store."""

    def secure(self):
        self.secure_port = dav_servers.free_port()
        path = os.path.join(self.folder, "secure")
        with open(path, "w", encoding="ascii") as out:
            out.write(f"[server]\nhosts = 127.0.0.1:{self.secure_port}\nssl = True\ncertificate = {WORK}/certificate\nkey = {WORK}/key\n"
                      f"[auth]\ntype = none\n[storage]\nfilesystem_folder = {self.folder}/data\n[logging]\nlevel = critical\n")
        self.second = subprocess.Popen(["radicale", "--config", path])
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.secure_port), 1).close()
                return
            except OSError:
                threading.Event().wait(0.1)
        raise SystemExit("radicale does not start with TLS")


def run(domain, *words):
    home = WORK / domain
    for name in ("config/passerelle", "run", "contacts"):
        (home / name).mkdir(parents=True, mode=0o700, exist_ok=True)
    secret = home / "password"
    secret.touch(0o600)
    secret.write_text("secret\n")
    (home / "config/passerelle/passerelle.conf").write_text(
        f"[account cloud]\nremote = carddav\nendpoint = https://{domain}\nca_file = {WORK}/certificate\nuser = {dav_servers.USER}\n"
        f"password_file = {secret}\ncontacts = {home}/contacts\n")
    environment = {**os.environ, "XDG_CONFIG_HOME": f"{home}/config", "XDG_STATE_HOME": f"{home}/state",
                   "XDG_RUNTIME_DIR": f"{home}/run", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([f"{BINARY}/passerelle", *words], env=environment, capture_output=True, text=True, timeout=600, check=False)
    return done.returncode, done.stdout + done.stderr


def main():
    dns = Dns()
    server = SecureServer("radicale", str(WORK / "radicale"))
    server.secure()
    try:
        server.put(server.book + "a.vcf", card("a", "Anna", "x"))
        target = struct.pack(">HHH", 0, 1, server.secure_port)
        loopback = bytes([127, 0, 0, 1])
        dns.tell("_carddavs._tcp.example.test", "SRV", target + dns_name("dav.example.test"))
        dns.tell("_carddavs._tcp.example.test", "TXT", bytes([len(b"path=/user/")]) + b"path=/user/")
        dns.tell("dav.example.test", "A", loopback)
        status, text = run("example.test", "sync")
        assert status == 0, text
        assert (WORK / "example.test/contacts/a.vcf").exists(), text
        # by its word alone no password goes to another domain
        dns.tell("_carddavs._tcp.other.test", "SRV", target + dns_name("dav.elsewhere.test"))
        dns.tell("dav.elsewhere.test", "A", loopback)
        status, text = run("other.test", "sync")
        assert status != 0 and "no password goes" in text, (status, text)
        assert ("dav.elsewhere.test", TYPES["A"]) not in dns.asked, "it was called all the same"
        # a domain that nobody knows
        status, text = run("nowhere.test", "sync")
        assert status != 0 and "nowhere.test" in text, (status, text)
    finally:
        server.second.terminate()
        server.second.wait()
        server.stop()
    print(f"found by DNS, in {len(dns.asked)} questions; not led to another domain")


main()
