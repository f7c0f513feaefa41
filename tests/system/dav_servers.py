#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Real DAV servers on loopback, and a proxy before them that counts requests and cuts the wire."""
import http.client
import os
import shutil
import socket
import socketserver
import subprocess
import threading
import time

NAMES = ("radicale", "xandikos")
USER = "user"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One of the programs; book and calendar are the paths of its two collections."""

    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        self.port = free_port()
        self.process = None
        self.start()
        self.make_collections()

    def command(self):
        if self.name == "radicale":
            path = os.path.join(self.folder, "config")
            with open(path, "w", encoding="ascii") as out:
                out.write(
                    f"[server]\nhosts = 127.0.0.1:{self.port}\n[auth]\ntype = none\n"
                    f"[storage]\nfilesystem_folder = {self.folder}/data\n"
                    "[rights]\ntype = authenticated\n"
                    "[logging]\nlevel = critical\n"
                )
            return ["radicale", "--config", path]
        return [
            "xandikos", "-d", f"{self.folder}/data", "-l", "127.0.0.1", "-p", str(self.port),
            "--current-user-principal", f"/{USER}/", "--autocreate",
        ]  # fmt: skip

    def start(self):
        os.makedirs(f"{self.folder}/data", exist_ok=True)
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log)
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        raise SystemExit(f"{self.name} does not start: see {self.folder}/log")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def restart(self):
        self.stop()
        self.start()

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        sent = {"Authorization": "Basic dXNlcjpzZWNyZXQ=", **(headers or {})}
        connection.request(method, path, body, sent)
        reply = connection.getresponse()
        text = reply.read().decode("utf-8", "replace")
        connection.close()
        return reply.status, text

    def make_collections(self):
        home = f"/{USER}" if self.name == "radicale" else f"/{USER}/contacts"
        self.book = f"{home}/book/"
        self.calendar = f"/{USER}/cal/" if self.name == "radicale" else f"/{USER}/calendars/cal/"
        book = (
            '<mkcol xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype>'
            "<collection/><A:addressbook/></resourcetype><displayname>Book</displayname></prop></set></mkcol>"
        )
        if self.name == "xandikos":
            self.call("MKCOL", f"/{USER}/")
            self.call("MKCOL", f"/{USER}/contacts/")
            self.call("MKCOL", f"/{USER}/calendars/")
        status, text = self.call("MKCOL", self.book, book, {"Content-Type": "text/xml"})
        assert status in (201, 207, 403, 405, 409), (status, text)  # 201, or there already
        status, text = self.call("MKCALENDAR", self.calendar)
        assert status in (201, 207, 403, 405, 409), (status, text)  # 201, or there already

    def fill(self, collection, texts):
        """Straight into its own store, which takes seconds: text by name."""
        self.stop()
        folder = f"{self.folder}/data/{'collection-root' if self.name == 'radicale' else ''}{collection}"
        for name, text in texts.items():
            with open(f"{folder}/{name}", "w", encoding="utf-8", newline="") as out:
                out.write(text)
        if self.name == "xandikos":
            from dulwich import porcelain  # xandikos needs it, too

            who = b"tests <tests@example.org>"
            porcelain.add(folder, [f"{folder}/{name}" for name in texts])
            porcelain.commit(folder, message=b"filled", author=who, committer=who)
        self.start()
        self.call("PROPFIND", collection, None, {"Depth": "1"})  # what it remembers, it learns now

    def put(self, path, text):
        kind = "text/vcard" if path.endswith(".vcf") else "text/calendar"
        status, reply = self.call("PUT", path, text.encode(), {"Content-Type": kind})
        assert status in (201, 204), (status, reply)

    def names(self, collection):
        status, text = self.call("PROPFIND", collection, None, {"Depth": "1"})
        assert status == 207, (status, text)
        ending = (".vcf", ".ics")
        return sorted({part.split("<")[0].rsplit("/", 1)[1] for part in text.split("href>")[1::2] if part.split("<")[0].endswith(ending)})

    def texts(self, collection):
        return {name: self.call("GET", collection + name)[1] for name in self.names(collection)}


class Proxy(socketserver.ThreadingTCPServer):
    """Forwards each request on a connection of its own. cut: (method, number from 1, "before" or "after")."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, target):
        self.target = target
        self.requests = []
        self.cut = None
        self.seen = 0
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), Connection)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def order(self, method, number, when):
        self.seen, self.cut = 0, (method, number, when)

    def fate(self, method):
        with self.lock:
            self.requests.append(method)
            if self.cut is None or self.cut[0] != method:
                return None
            self.seen += 1
            return self.cut[2] if self.seen == self.cut[1] else None


class Connection(socketserver.StreamRequestHandler):
    def forward(self, method, path, body, headers):
        sent = {name: value for name, value in headers.items() if name.lower() not in ("host", "connection")}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=600)
        connection.request(method, path, body, sent)
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply, text

    def handle(self):
        while True:
            line = self.rfile.readline()
            if not line:
                return
            method, path, _ = line.decode("latin-1").split(" ", 2)
            headers, size = {}, 0
            for header in iter(self.rfile.readline, b"\r\n"):
                name, value = header.decode("latin-1").rstrip("\r\n").split(":", 1)
                headers[name] = value.strip()
                if name.lower() == "content-length":
                    size = int(value)
            body = self.rfile.read(size) if size else None
            fate = self.server.fate(method)
            if fate == "before":
                return
            try:
                reply, text = self.forward(method, path, body, headers)
            except OSError:
                return
            if fate == "after":
                return
            out = [f"HTTP/1.1 {reply.status} {reply.reason}"]
            out += [f"{name}: {value}" for name, value in reply.getheaders()
                    if name.lower() not in ("connection", "content-length", "transfer-encoding", "keep-alive")]
            out.append(f"Content-Length: {len(text)}")
            self.wfile.write(("\r\n".join(out) + "\r\n\r\n").encode("latin-1") + text)


def card(uid, name, note):
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:{name};;;;\r\nNOTE:{note}\r\nEND:VCARD\r\n"


def event(uid, name, note):
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20261201T100000Z\r\nDTEND:20261201T110000Z\r\n"
        f"SUMMARY:{name}\r\nDESCRIPTION:{note}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


class World:
    """A folder, a journal and a collection; each cycle is ten minutes later than the one before."""

    def __init__(self, binary, server, folder, kind):
        self.server, self.kind, self.binary = server, kind, binary
        self.proxy = Proxy(server.port)
        self.collection = server.book if kind == "contacts" else server.calendar
        self.ending = ".vcf" if kind == "contacts" else ".ics"
        self.state, self.folder = os.path.join(folder, "state"), os.path.join(folder, "items")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(self.state)
        os.makedirs(self.folder)
        self.later = 0

    def text(self, uid, name, note):
        return (card if self.kind == "contacts" else event)(uid, name, note)

    def put_here(self, uid, name, note):
        with open(os.path.join(self.folder, uid + self.ending), "w", encoding="utf-8", newline="") as out:
            out.write(self.text(uid, name, note))

    def put_there(self, uid, name, note):
        self.server.put(self.collection + uid + self.ending, self.text(uid, name, note))

    def remove_here(self, uid):
        os.remove(os.path.join(self.folder, uid + self.ending))

    def remove_there(self, uid):
        assert self.server.call("DELETE", self.collection + uid + self.ending)[0] in (200, 204)

    def names_here(self):
        return sorted(name for name in os.listdir(self.folder) if not name.startswith("."))

    def cycle(self, expected=0, under=()):
        """What dav_cycle says, by name."""
        self.later += 600
        self.proxy.requests.clear()
        address = f"http://127.0.0.1:{self.proxy.port}{self.collection}"
        command = [*under, f"{self.binary}/tests/dav_cycle", self.kind, address, self.state, self.folder, str(self.later)]
        environment = {**os.environ, "DAV_USER": USER, "DAV_PASSWORD": "secret"}
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if expected is not None and result.returncode != expected:
            raise SystemExit(f"cycle ended with {result.returncode}: {result.stdout}{result.stderr}")
        words = result.stdout.split()
        said = {words[i]: int(words[i + 1]) for i in range(0, len(words) - 1, 2)}
        said["stderr"], said["status"] = result.stderr, result.returncode
        return said

    def expect_quiet(self):
        said = self.cycle()
        changes = {name: said[name] for name in ("added_here", "added_there", "changed_here", "changed_there", "removed_here", "problems")}
        assert not any(changes.values()), (changes, said["stderr"])
        assert self.proxy.requests == ["REPORT"], self.proxy.requests

    def expect_same(self, count):
        here, there = self.names_here(), self.server.names(self.collection)
        assert len(here) == count, ("here", len(here), count)
        assert len(there) == count, ("there", len(there), count)
