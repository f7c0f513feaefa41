# SPDX-License-Identifier: MIT
"""What the sweeps of power cuts and of failing calls share: a later cycle to disturb, and many points at once."""
import concurrent.futures
import contextlib
import os
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
import traceback

import world

CONTACTS, EVENTS, THERE = 4, 2, 2
IS_LONG = bool(os.environ.get("PASSERELLE_LONG"))
SEED = int(os.environ.get("PASSERELLE_SEED", time.time_ns() % 1000000))


class LaterWorld(world.World):
    """
    The remote was read before the person had anything: the next cycle has contacts, pictures and events to send, a contact to pull and
    one to change (so that the trash is written too), and few searches to make.
    """

    template, making = None, threading.Lock()  # what the first cycle left, the same for all: it asks two thousand times

    def write_files(self):
        known = self.control("contacts")[0]
        last = [contact for contact in self.control("contacts") if contact.get("firstname") == self.there[-1]][0]
        self.control(f"edit-contact?cid={known['id']}", {"firstname": "Former"})
        self.control(f"delete-contact?cid={last['id']}")
        self.run_first_cycle()
        pulled = self.files()
        super().write_files()
        self.own = {name: content for name, content in self.own.items() if name not in pulled}
        self.control(f"edit-contact?cid={known['id']}", {"firstname": known["firstname"]})
        self.control("add-contact", {name: last[name] for name in ("firstname", "lastname", "devices")})
        self.control("reset-calls")

    def run_first_cycle(self):
        places = ("contacts", "calendar", "state/passerelle", "run")
        with self.making:
            if LaterWorld.template is None:
                first = self.run("sync")
                assert first.returncode == 0, first
                LaterWorld.template = pathlib.Path(tempfile.mkdtemp(dir=self.root.parent.parent))
                for place in places:
                    shutil.copytree(self.root / place, LaterWorld.template / place)
                return
        for place in places:
            shutil.copytree(LaterWorld.template / place, self.root / place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.token"))

    def verify_files(self, kills):
        """Also that what was overwritten lies in the trash."""
        super().verify_files(kills)
        kept = [path.read_bytes() for path in (self.root / "state/passerelle/trash").rglob("*.vcf") if not path.name.startswith(".")]
        assert any(b"N:Remote;Former;" in card and b"END:VCARD" in card for card in kept), f"not in the trash: {kept}"

    def rest(self):
        """What is tried again later is tried now: the journal is told that the time has come."""
        cycles = super().rest()
        while self.let_time_pass() and cycles < world.ROUNDS:
            cycles += super().rest()
        return cycles

    def let_time_pass(self):
        """Whether anything was waiting."""
        with contextlib.closing(sqlite3.connect(self.root / "state/passerelle/home.journal")) as journal, journal:
            return journal.execute("UPDATE records SET retry_at = 1 WHERE retry_at > 1").rowcount > 0


class Sweep:
    """
    Points in parallel, each in a folder of its own. one(point, folder) returns whether the fault happened, and raises where something
    is not as it should be. Ends the program with 1 after violations.
    """

    def __init__(self, work, jobs):
        self.work, self.jobs = pathlib.Path(work), jobs
        self.lock, self.violations = threading.Lock(), 0

    def folder(self, number):
        place = self.work / str(number)
        place.mkdir(parents=True, exist_ok=True)
        return place

    def attempt(self, one, point, number):
        try:
            return bool(one(point, self.folder(number)))
        except Exception:  # pylint: disable=broad-except # whatever it is, the point must be named
            with self.lock:
                self.violations += 1
                print(f"VIOLATION at {point} (PASSERELLE_SEED={SEED})\n{traceback.format_exc()}", flush=True)
            return True

    def run(self, name, one, points):
        before = self.violations
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            results = list(pool.map(lambda numbered: self.attempt(one, numbered[1], numbered[0]), enumerate(points)))
        assert not points or any(results), f"{name}: no fault happened"
        print(f"count: {name}: {sum(results)} points, {self.violations - before} violations (seed {SEED})", flush=True)

    def finish(self):
        sys.exit(1 if self.violations else 0)
