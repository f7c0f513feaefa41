#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""passerelle beside vdirsyncer: dav.py BINARY_FOLDER ITEMS ... [SERVER ...] [contacts | events]; called by dav.sh.

Of each server, kind and number of items, in turn: the first pull, nothing to do, one changed here, one changed there, the
first push. Each is run by both programs against the same server process, and by the floor: a client on one connection that
makes only the requests that are needed, and writes the files. Wall and CPU are of the process; requests and syncs to disk
are counted by strace in a second run. No figure is asserted: machines are noisy."""
import http.client
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import dav_servers  # noqa: E402

BINARY = os.path.abspath(sys.argv[1])
MOST_PUSHED = 1000  # to Radicale, whose cost of a PUT grows with what is there
NAMESPACES = 'xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav" xmlns:C="urn:ietf:params:xml:ns:caldav"'
AT_ONCE = 100  # items in one multiget of the floor
KINDS = ("contacts", "events")


class Measured:
    def __init__(self, status, wall, cpu, peak, requests="", syncs=""):
        self.status, self.wall, self.cpu, self.peak, self.requests, self.syncs = status, wall, cpu, peak, requests, syncs


def measure(command, environment, folder):
    path = f"{folder}/measured"
    with open(f"{folder}/log", "ab") as log:
        subprocess.run([f"{BINARY}/tests/measure", path, *command], env=environment, stdout=log, stderr=log,
                       stdin=subprocess.DEVNULL, check=True)
    status, wall, cpu, peak = pathlib.Path(path).read_text().split()
    return Measured(int(status), float(wall), float(cpu), int(peak))


def count(command, environment, folder):
    """(requests, syncs to disk) of a run of its own."""
    path = f"{folder}/trace"
    with open(f"{folder}/log", "ab") as log:
        subprocess.run(["strace", "-f", "-qq", "-s", "12", "-o", path, "-e",
                        "trace=sendto,sendmsg,write,writev,fsync,fdatasync,syncfs", *command],
                       env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL, check=False)
    requests = syncs = 0
    with open(path, encoding="utf-8", errors="replace") as trace:
        for line in trace:
            requests += any(f'"{method} ' in line for method in ("GET", "PUT", "DELETE", "REPORT", "PROPFIND", "OPTIONS", "HEAD"))
            syncs += "sync" in line and "resumed" not in line
    return requests, syncs


class Passerelle:
    name = "passerelle"

    def __init__(self, folder, server, kind):
        self.folder, self.items = folder, f"{folder}/items"
        self.environment = dict(os.environ, XDG_CONFIG_HOME=f"{folder}/config", XDG_STATE_HOME=f"{folder}/state",
                                XDG_RUNTIME_DIR=f"{folder}/run", XDG_CACHE_HOME=f"{folder}/cache", LC_ALL="C.UTF-8")
        for name in ("config/passerelle", "state", "run", "items"):
            os.makedirs(f"{folder}/{name}", mode=0o700)
        with open(f"{folder}/password", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write("secret\n")
        part = "contacts" if kind == "contacts" else "calendar"
        driver = "carddav" if kind == "contacts" else "caldav"
        path = server.book if kind == "contacts" else server.calendar
        with open(f"{folder}/config/passerelle/passerelle.conf", "w") as file:
            file.write(f"[account home]\n{part}_remote = {driver}\n{part}_url = http://127.0.0.1:{server.port}{path}\n"
                       f"user = {dav_servers.USER}\npassword_file = {folder}/password\nmessages = off\n"
                       f"{part} = {folder}/items\nmax_adds = 100000\ntimeout = 600s\n")
        self.command = [f"{BINARY}/passerelle", "sync"]


class Vdirsyncer:
    name = "vdirsyncer"

    def __init__(self, folder, server, kind):
        self.folder, self.items = folder, f"{folder}/items"
        self.environment = dict(os.environ, HOME=folder, LC_ALL="C.UTF-8")
        os.makedirs(self.items)
        path = server.book if kind == "contacts" else server.calendar
        ending, storage = (".vcf", "carddav") if kind == "contacts" else (".ics", "caldav")
        with open(f"{folder}/config", "w") as file:
            file.write(f'[general]\nstatus_path = "{folder}/status"\n[pair both]\na = "here"\nb = "there"\ncollections = null\n'
                       f'[storage here]\ntype = "filesystem"\npath = "{self.items}"\nfileext = "{ending}"\n'
                       f'[storage there]\ntype = "{storage}"\nurl = "http://127.0.0.1:{server.port}{path}"\n'
                       f'username = "{dav_servers.USER}"\npassword = "secret"\n')
        self.command = ["vdirsyncer", "-c", f"{folder}/config", "sync"]
        with open(f"{folder}/log", "ab") as log:
            subprocess.run(["vdirsyncer", "-c", f"{folder}/config", "discover"], input=b"y\n" * 20, env=self.environment,
                           stdout=log, stderr=log, check=True)


class Floor:
    """Only the requests that are needed, one after the other on one connection; the files are written and nothing else."""

    def __init__(self, server, kind, folder):
        self.collection = server.book if kind == "contacts" else server.calendar
        self.kind, self.items = kind, folder
        self.wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=3600)
        self.token = None
        os.makedirs(folder, exist_ok=True)

    def call(self, method, path, body=None, headers=None):
        self.wire.request(method, path, body, {"Authorization": "Basic dXNlcjpzZWNyZXQ=", **(headers or {})})
        return self.wire.getresponse().read().decode("utf-8", "replace")

    def changes(self):
        text = self.call("REPORT", self.collection, f"<sync-collection {NAMESPACES}><sync-token>{self.token or ''}</sync-token>"
                         "<sync-level>1</sync-level><prop><getetag/></prop></sync-collection>", {"Content-Type": "text/xml"})
        self.token = text.split("sync-token>")[-2].rsplit("<", 1)[0]
        ending = ".vcf" if self.kind == "contacts" else ".ics"
        hrefs = [part.split("<")[0] for part in text.split("href>")[1::2]]
        return [href for href in hrefs if href.endswith(ending)]

    def pull(self):
        letter, report, data = ("A", "addressbook", "address-data") if self.kind == "contacts" else ("C", "calendar", "calendar-data")
        hrefs = self.changes()
        for start in range(0, len(hrefs), AT_ONCE):
            part = "".join(f"<href>{href}</href>" for href in hrefs[start:start + AT_ONCE])
            text = self.call("REPORT", self.collection, f"<{letter}:{report}-multiget {NAMESPACES}><prop><getetag/><{letter}:{data}/>"
                             f"</prop>{part}</{letter}:{report}-multiget>", {"Content-Type": "text/xml", "Depth": "1"})
            for index, item in enumerate(text.split(f"{data}>")[1::2]):
                with open(f"{self.items}/{start + index}", "w", encoding="utf-8") as out:
                    out.write(item)

    def push(self, names, text):
        mime = "text/vcard" if self.kind == "contacts" else "text/calendar"
        for name in names:
            self.call("PUT", self.collection + name, text(name), {"Content-Type": mime, "If-None-Match": "*"})
        self.changes()

    def timed(self, work):
        wall, cpu = time.monotonic(), time.process_time()
        work()
        return Measured(0, time.monotonic() - wall, time.process_time() - cpu, 0)


class Bench:
    def __init__(self, server_name, kind, items):
        self.server_name, self.kind, self.n, self.made = server_name, kind, items, 0
        self.work = tempfile.mkdtemp(prefix="passerelle-bench-")
        self.server = dav_servers.Server(server_name, self.work)
        self.ending = ".vcf" if kind == "contacts" else ".ics"
        self.path = self.server.book if kind == "contacts" else self.server.calendar

    def text(self, uid, note="first"):
        return (dav_servers.card if self.kind == "contacts" else dav_servers.event)(uid, f"Item {uid}", note)

    def fill(self):
        self.server.fill(self.path, {f"i{index}{self.ending}": self.text(f"i{index}") for index in range(self.n)})

    def row(self, what, results):
        for name, result in results:
            mark = "" if result.status == 0 else f"   EXIT {result.status}"
            print(f"{self.server_name:9s} {self.kind:9s} {self.n:6d} {what:18s} {name:11s} {result.wall:9.3f} s  CPU {result.cpu:8.3f} s"
                  f"  {result.peak / 1024:6.1f} MB  {result.requests!s:>6s} requests  {result.syncs!s:>6s} syncs{mark}", flush=True)
        by_name = dict(results)
        ours, theirs, floor = by_name["passerelle"], by_name["vdirsyncer"], by_name["floor"]
        print(f"{'':27s}{what:18s} {'ratios':11s} wall/floor {ours.wall / floor.wall:5.2f}  wall/vdirsyncer {ours.wall / theirs.wall:5.2f}"
              f"  CPU 1/{theirs.cpu / max(ours.cpu, 1e-3):.0f}  memory 1/{theirs.peak / max(ours.peak, 1):.1f}", flush=True)

    def both(self, programs, before=None):
        """Timed; each program is prepared by before. Then once more under strace."""
        results = []
        for program in programs:
            if before is not None:
                before(program)
            result = measure(program.command, program.environment, program.folder)
            results.append((program.name, result))
        for program, (_, result) in zip(programs, results):
            if before is not None:
                before(program)
                result.requests, result.syncs = count(program.command, program.environment, program.folder)
        return results

    def fresh(self, name, program_class):
        """Beside the old ones: ext4 is slow to make files where many were just removed."""
        self.made += 1
        folder = f"{self.work}/{self.made}-{name}"
        os.makedirs(folder)
        return program_class(folder, self.server, self.kind)

    def first_pull(self):
        floor = Floor(self.server, self.kind, f"{self.work}/floor")
        results = [("floor", floor.timed(floor.pull))]
        programs = []
        for program_class in (Passerelle, Vdirsyncer):
            counted = self.fresh("counted", program_class)
            requests, syncs = count(counted.command, counted.environment, counted.folder)
            program = self.fresh(program_class.name, program_class)
            result = measure(program.command, program.environment, program.folder)
            result.requests, result.syncs = requests, syncs
            found = len([name for name in os.listdir(program.items) if name.endswith(self.ending)])
            if found != self.n:
                print(f"{program.name}: {found} files, not {self.n}: see {program.folder}/log")
            results.append((program.name, result))
            programs.append(program)
        self.row("first pull", results)
        return floor, programs

    def small_changes(self, floor, programs):
        for program in programs:
            measure(program.command, program.environment, program.folder)  # what the first run left for the second
        floor.changes()
        results = [("floor", floor.timed(floor.changes)), *self.both(programs, lambda program: None)]
        self.row("nothing changed", results)
        edits = iter(range(1000))

        def change_here(program):
            name = sorted(name for name in os.listdir(program.items) if name.endswith(self.ending))[next(edits) % self.n]
            path = f"{program.items}/{name}"
            text = pathlib.Path(path).read_text(encoding="utf-8")
            pathlib.Path(path).write_text(text.replace("first", f"edited {next(edits)}"), encoding="utf-8")

        def change_there(_=None):
            uid = f"i{next(edits) % self.n}"
            self.server.put(f"{self.path}{uid}{self.ending}", self.text(uid, f"changed {next(edits)}"))

        def settle():
            for program in programs:
                measure(program.command, program.environment, program.folder)
            floor.changes()

        put = f"i0{self.ending}"

        def floor_edit():
            floor.changes()
            floor.call("PUT", self.path + put, self.text("i0", "by the floor"), {"Content-Type": "text/vcard" if self.kind == "contacts" else "text/calendar"})

        measured = floor.timed(floor_edit)
        settle()
        self.row("one changed here", [("floor", measured), *self.both(programs, change_here)])
        settle()
        change_there()
        self.row("one changed there", [("floor", floor.timed(floor.pull)), *self.both(programs, change_there)])

    def first_push(self):
        if self.server_name == "radicale" and self.n > MOST_PUSHED:
            print(f"{self.server_name:9s} {self.kind:9s} {self.n:6d} first push         left out: hours", flush=True)
            return
        results = []
        for program_class in (None, Passerelle, Vdirsyncer):
            self.server.call("DELETE", self.path)
            self.server.make_collections()
            if program_class is None:
                floor = Floor(self.server, self.kind, f"{self.work}/floor")
                names = [f"i{index}{self.ending}" for index in range(self.n)]
                results.append(("floor", floor.timed(lambda: floor.push(names, lambda name: self.text(name.split(".")[0])))))
                continue
            program = self.fresh("push", program_class)
            for index in range(self.n):
                with open(f"{program.items}/i{index}{self.ending}", "w", encoding="utf-8", newline="") as out:
                    out.write(self.text(f"i{index}"))
            result = measure(program.command, program.environment, program.folder)
            stored = len(self.server.names(self.path))
            if stored != self.n:
                print(f"{program.name}: {stored} are there, not {self.n}: see {program.folder}/log")
            results.append((program.name, result))
        self.row("first push", results)

    def run(self):
        self.fill()
        floor, programs = self.first_pull()
        self.small_changes(floor, programs)
        self.first_push()
        self.server.stop()
        shutil.rmtree(self.work)


WORDS = sys.argv[2:]
for size in [int(word) for word in WORDS if word.isdigit()]:
    for server in [word for word in WORDS if word in dav_servers.NAMES] or dav_servers.NAMES:
        for kind in [word for word in WORDS if word in KINDS] or KINDS:
            Bench(server, kind, size).run()
