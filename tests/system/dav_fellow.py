#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Two programs keep the same folder in step with the same collection; neither may undo, or do again, what the other did."""
import hashlib
import os
import pathlib
import subprocess
import sys

import dav_servers

BINARY, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
ITEMS = 12


class Fellows:
    def __init__(self, server, kind):
        self.server, self.kind = server, kind
        self.path = server.book if kind == "contacts" else server.calendar
        self.ending = ".vcf" if kind == "contacts" else ".ics"
        self.text = dav_servers.card if kind == "contacts" else dav_servers.event
        self.home, self.items = WORK / kind, WORK / kind / "items"
        for name in ("items", "run", "config/passerelle"):
            (self.home / name).mkdir(parents=True, mode=0o700)
        self.set_up_vdirsyncer()
        self.set_up_passerelle()

    def set_up_vdirsyncer(self):
        storage = "carddav" if self.kind == "contacts" else "caldav"
        (self.home / "fellow").write_text(
            f'[general]\nstatus_path = "{self.home}/status"\n[pair both]\na = "here"\nb = "there"\ncollections = null\n'
            f'[storage here]\ntype = "filesystem"\npath = "{self.items}"\nfileext = "{self.ending}"\n'
            f'[storage there]\ntype = "{storage}"\nurl = "http://127.0.0.1:{self.server.port}{self.path}"\n'
            f'username = "{dav_servers.USER}"\npassword = "secret"\n')
        subprocess.run(["vdirsyncer", "-c", self.home / "fellow", "discover"], input=b"y\n" * 20, check=True, capture_output=True)

    def set_up_passerelle(self):
        part, driver = ("contacts", "carddav") if self.kind == "contacts" else ("calendar", "caldav")
        secret = self.home / "password"
        secret.touch(0o600)
        secret.write_text("secret\n")
        (self.home / "config/passerelle/passerelle.conf").write_text(
            f"[account home]\n{part}_remote = {driver}\n{part}_url = http://127.0.0.1:{self.server.port}{self.path}\n"
            f"user = {dav_servers.USER}\npassword_file = {secret}\nmessages = off\n{part} = {self.items}\n")
        self.environment = {**os.environ, "XDG_CONFIG_HOME": str(self.home / "config"), "XDG_STATE_HOME": str(self.home / "state"),
                            "XDG_RUNTIME_DIR": str(self.home / "run"), "LC_ALL": "C.UTF-8"}

    def ours(self):
        return subprocess.Popen([f"{BINARY}/passerelle", "sync"], env=self.environment, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def theirs(self):
        return subprocess.Popen(["vdirsyncer", "-c", self.home / "fellow", "sync"], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def run(self, *starts, wanted=(0,)):
        """Those at the same time."""
        for process in [start() for start in starts]:
            text = process.communicate(timeout=600)[0]
            assert process.returncode in wanted, (process.args, process.returncode, text)

    def settle(self):
        """At the same time, what the other one does may come too soon for one of them; then each alone."""
        self.run(self.ours, self.theirs, wanted=(0, 1))
        for _ in range(2):
            self.run(self.ours)
            self.run(self.theirs)

    def state(self):
        """All there is on both sides, byte for byte, and when each file was last written."""
        here = {path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
                for path in self.items.iterdir() if not path.name.startswith(".") and path.suffix == self.ending}
        return here, self.server.texts(self.path)

    def expect(self, count):
        here, there = self.state()
        uids_here = [line for name in here for line in (self.items / name).read_text().splitlines() if line.startswith("UID:")]
        uids_there = [line for text in there.values() for line in text.splitlines() if line.startswith("UID:")]
        assert len(here) == len(set(uids_here)) == count, (len(here), uids_here)
        assert len(there) == len(set(uids_there)) == count, (len(there), uids_there)
        assert set(uids_here) == set(uids_there)

    def expect_quiet(self):
        """Each alone and both together change not one byte, nor write one file anew."""
        before = self.state()
        for starts in ((self.ours,), (self.theirs,), (self.ours, self.theirs)) * 2:
            self.run(*starts)
            assert self.state() == before, "something was written though nothing had changed"

    def live(self):
        for index in range(ITEMS):
            (self.items / f"h{index}{self.ending}").write_bytes(self.text(f"h{index}", f"Here {index}", "first").encode())
            self.server.put(f"{self.path}t{index}{self.ending}", self.text(f"t{index}", f"There {index}", "first"))
        self.settle()
        self.expect(2 * ITEMS)
        self.expect_quiet()
        names = sorted(path for path in self.items.iterdir() if path.suffix == self.ending)
        for path in names[:4]:
            path.write_bytes(path.read_bytes().replace(b"first", b"changed here"))
        for name in self.server.names(self.path)[-4:]:
            self.server.put(self.path + name, self.server.call("GET", self.path + name)[1].replace("first", "changed there"))
        self.settle()
        self.expect(2 * ITEMS)
        texts = "".join(self.server.texts(self.path).values())
        assert texts.count("changed here") == 4 and texts.count("changed there") == 4, texts
        self.expect_quiet()
        names[5].unlink()
        self.server.call("DELETE", self.path + self.server.names(self.path)[-6])
        self.settle()
        self.expect(2 * ITEMS - 2)
        self.expect_quiet()


def main():
    server = dav_servers.Server("radicale", str(WORK / "server"))
    try:
        for kind in ("contacts", "events"):
            Fellows(server, kind).live()
    finally:
        server.stop()
    print(f"count: {4 * ITEMS} items kept by two programs at once: none twice, none lost, none written without need")


main()
