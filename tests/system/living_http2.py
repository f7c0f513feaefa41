#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The program with a server behind a proxy that speaks HTTP/2, and says so in its log."""
import os
import pathlib
import socket
import subprocess
import sys
import time

import dav_servers
from dav_servers import card, event

BINARY, WORK, KEYS = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
CARDS, EVENTS = 40, 20


def start_proxy(backend):
    port = dav_servers.free_port()
    command = ["nghttpx", f"-f127.0.0.1,{port}", f"-b127.0.0.1,{backend}", "--workers=1", "--no-ocsp",
               f"--accesslog-file={WORK}/access", "--accesslog-format=$connection_id $alpn $method $status",
               f"--errorlog-file={WORK}/proxy", str(KEYS / "loopback.key"), str(KEYS / "loopback.pem")]
    with open(WORK / "proxy.out", "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process, port
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise SystemExit("nghttpx does not start: " + (WORK / "proxy.out").read_text())


def main():
    server = dav_servers.Server("radicale", str(WORK / "radicale"))
    proxy, port = start_proxy(server.port)
    try:
        folders = {name: WORK / name for name in ("contacts", "calendar", "run", "home/passerelle")}
        for folder in folders.values():
            folder.mkdir(parents=True, mode=0o700)
        secret = WORK / "password"
        secret.touch(0o600)
        secret.write_text("secret\n")
        (WORK / "home/passerelle/passerelle.conf").write_text(
            f"[account cloud]\ncontacts_remote = carddav\ncalendar_remote = caldav\nendpoint = https://127.0.0.1:{port}/\n"
            f"ca_file = {KEYS}/loopback.pem\nuser = {dav_servers.USER}\npassword_file = {secret}\nmessages = off\n"
            f"contacts = {folders['contacts']}\ncalendar = {folders['calendar']}\nmax_adds = 1000\n")
        for index in range(CARDS):
            (folders["contacts"] / f"c{index}.vcf").write_text(card(f"c{index}", f"Person {index}", "x").replace("\r\n", "\n"))
        for index in range(EVENTS):
            server.put(f"{server.calendar}e{index}.ics", event(f"e{index}", f"Meeting {index}", "x"))
        environment = {**os.environ, "XDG_CONFIG_HOME": str(WORK / "home"), "XDG_STATE_HOME": str(WORK / "state"),
                       "XDG_RUNTIME_DIR": str(WORK / "run"), "LC_ALL": "C.UTF-8"}
        for _ in range(2):
            done = subprocess.run([f"{BINARY}/passerelle", "sync"], env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
        assert len(server.names(server.book)) == CARDS, server.names(server.book)
        assert len(list(folders["calendar"].glob("*.ics"))) == EVENTS
    finally:
        proxy.terminate()
        proxy.wait()
        server.stop()
    rows = [line.split() for line in (WORK / "access").read_text().splitlines()]
    protocols = {row[1] for row in rows}
    assert protocols == {"h2"}, protocols
    puts = [row for row in rows if row[2] == "PUT"]
    assert len(puts) == CARDS, len(puts)
    connections = {row[0] for row in puts}
    assert len(connections) == 1, connections
    print(f"count: {len(rows)} requests over HTTP/2, {len(puts)} of them writes over one connection, each of them once")


main()
