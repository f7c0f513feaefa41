# SPDX-License-Identifier: MIT
"""Kills `passerelle sync` at the Nth call of a kind, runs it again to rest, and asks the emulator what was done."""
import collections
import datetime
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

PROGRAM, EMULATOR, WORK = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
CALLS = ["sendto", "recvfrom", "pwrite64", "fdatasync", "fsync", "renameat", "renameat2", "rename", "openat", "unlink"]
TRACED = ",".join("?" + call for call in CALLS)
PEOPLE, EVENTS, THERE = 4, 3, 2
GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
WRITE = re.compile(r"action=add(?!event)|action=addevent|POST ")


class World:
    """One account of its own, with its emulator."""

    def __init__(self, name):
        self.root = WORK / name
        self.environment = dict(os.environ)
        for variable, folder in (("CONFIG", "config"), ("STATE", "state"), ("CACHE", "cache")):
            self.environment[f"XDG_{variable}_HOME"] = str(self.root / folder)
        self.environment["XDG_RUNTIME_DIR"] = str(self.root / "run")
        for folder in ("config/passerelle", "state", "cache", "run", "contacts", "calendar"):
            (self.root / folder).mkdir(parents=True, mode=0o700)
        self.start_emulator()
        self.write_account()

    def start_emulator(self):
        port, token = self.root / "port", self.root / "token"
        self.emulator = subprocess.Popen([EMULATOR, "--port-file", port, "--token-file", token],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(400):
            if port.exists() and port.read_text() and token.exists() and token.read_text():
                break
            time.sleep(0.02)
        self.url = f"http://127.0.0.1:{port.read_text().strip()}"
        for index in range(THERE):
            self.control("add-contact", {"firstname": f"There{index}", "lastname": "Remote"})

    def write_account(self):
        password = self.root / "password"
        password.write_text("secret:for trying\n")
        password.chmod(0o600)
        (self.root / "config/passerelle/passerelle.conf").write_text(
            f"[account home]\nremote = orange\nendpoint = {self.url}\nservice_id = YOURSERVIC1234567890\n"
            f"service_password_file = {password}\ncontacts = {self.root}/contacts\ncalendar = {self.root}/calendar\n"
            "timezone = Europe/Paris\nrequests_per_minute = 100000\nin_doubt_grace = 1s\nmessages = off\n")
        self.run("login", "home", "--paste", input=(self.root / "token").read_text())
        for index in range(PEOPLE):
            (self.root / f"contacts/{index}.vcf").write_text(
                f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:p{index}\r\nFN:Person{index} Here\r\nN:Here;Person{index};;;\r\n"
                f"EMAIL:a{index}@example.org\r\nEMAIL:b{index}@example.org\r\nTEL;TYPE=CELL:+3361122334{index}\r\n"
                f"PHOTO;ENCODING=b;TYPE=GIF:{GIF}\r\nEND:VCARD\r\n", newline="")
        day = datetime.date.today() + datetime.timedelta(days=4)
        for index in range(EVENTS):
            (self.root / f"calendar/{index}.ics").write_text(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\n"
                f"UID:e{index}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{day:%Y%m%d}T1{index}0000Z\r\n"
                f"DTEND:{day:%Y%m%d}T1{index}3000Z\r\nSUMMARY:Event{index}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", newline="")

    def control(self, request, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_emulator/{request}", data) as reply:
            return json.load(reply)

    def run(self, *words, under=(), **options):
        return subprocess.run([*under, PROGRAM, *words], env=self.environment, text=True, capture_output=True, timeout=120, check=False,
                              **options)

    def close(self):
        self.emulator.terminate()
        self.emulator.wait()
        shutil.rmtree(self.root)

    def resolve_events(self):
        """What cannot be read back is held: the person looks, and says."""
        listed = self.run("journal", "list", "home").stdout
        there = {event["title"] for event in self.control("events")}
        for name, uid in re.findall(r"in.doubt +(Event\d)[^[\n]*\[([^\]]+)\]", listed):
            word = "done" if name in there else "again"
            answer = self.run("journal", "resolve", "home", uid, word)
            assert answer.returncode == 0, answer

    def rest(self):
        for _ in range(6):
            time.sleep(1.05)
            last = self.run("sync")
            assert last.returncode in (0, 1), last
            self.resolve_events()
            if last.returncode == 0:
                return
        raise AssertionError(f"no rest: {last} {self.run('journal', 'list', 'home').stdout}")

    def verify(self):
        keys = collections.Counter()
        for entry in self.control("ledger"):
            parameters = {name: value for name, value in entry["parameters"].items() if name != "order"}
            keys[json.dumps([entry["action"], parameters, entry.get("sha256")], sort_keys=True)] += 1
        assert max(keys.values()) == 1, [key for key, count in keys.items() if count > 1]
        assert len(keys) == PEOPLE * 4 + EVENTS, keys
        contacts = self.control("contacts")
        assert len(contacts) == PEOPLE + THERE, contacts
        own = [contact for contact in contacts if contact.get("lastname") == "Here"]
        assert all(len(contact["devices"]) == 3 and contact.get("picture") for contact in own), own
        assert sorted(event["title"] for event in self.control("events")) == [f"Event{i}" for i in range(EVENTS)]
        files = sorted(os.listdir(self.root / "contacts"))
        assert len([name for name in files if not name.startswith(".")]) == PEOPLE + THERE, files
        left = [name for name in files if name.endswith(".tmp")]
        assert len(left) <= 1, left  # an hour old, it goes
        sound = self.run("journal", "verify", "home")
        assert sound.returncode == 0, sound
        writes = len(self.control("ledger"))
        assert self.run("sync").returncode == 0 and len(self.control("ledger")) == writes, "not at rest"


def ordinals():
    """How often each call happens in a whole cycle, and which of them are writes on the wire."""
    world = World("whole")
    trace = world.root / "trace"
    done = world.run("sync", under=["strace", "-f", "-o", str(trace), "-s", "200", "-e", f"trace={TRACED}"])
    assert done.returncode == 0, done
    counts, writes = collections.Counter(), []
    for line in trace.read_text(errors="replace").splitlines():
        found = re.match(r"\d+ +(\w+)\(", line)
        if found:
            counts[found[1]] += 1
            if found[1] == "sendto" and WRITE.search(line):
                writes.append(counts["sendto"])
    world.verify()
    world.close()
    return counts, writes


def kill_at(call, number):
    """True if it was killed; then everything is as it should be."""
    world = World(f"{call}-{number}")
    under = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
    killed = world.run("sync", under=under)
    is_killed = killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    try:
        if is_killed:
            before = len(world.control("ledger"))
            world.rest()
            world.verify()
            print(f"killed at {call} {number}, {before} writes were done: nothing twice, nothing lost", flush=True)
    except AssertionError:
        print(f"after a kill at {call} {number}", flush=True)
        print(world.run("journal", "list", "--all", "home").stdout, flush=True)
        raise
    world.close()
    return is_killed


def choose(counts, writes, rng, points):
    """Half of them around the writes, where it hurts; the order of parallel calls varies a little from run to run."""
    chosen = []
    while len(chosen) < points:
        if len(chosen) % 2 == 0:
            call = rng.choice(["sendto", "recvfrom"])
            number = min(rng.choice(writes) + rng.randint(0, 1), counts[call])
        else:
            call = rng.choice([name for name in CALLS if counts[name] > 0])
            number = rng.randint(1, counts[call])
        chosen.append((call, number))
    return chosen


def main():
    seed = int(os.environ.get("PASSERELLE_SEED", time.time_ns() % 1000000))
    print(f"seed {seed} (PASSERELLE_SEED)", flush=True)
    rng = random.Random(seed)
    counts, writes = ordinals()
    print(f"calls of a whole cycle: {dict(counts)}, {len(writes)} writes", flush=True)
    points = 150 if os.environ.get("PASSERELLE_LONG") else 12
    for call, number in choose(counts, writes, rng, points):
        for _ in range(6):  # a cycle may make a few calls less than the first one
            if kill_at(call, number):
                break
            number = max(1, number * 9 // 10)
        else:
            raise AssertionError(f"never killed at {call}")


main()
