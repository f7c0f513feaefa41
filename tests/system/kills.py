# SPDX-License-Identifier: MIT
"""
Kills `passerelle sync` before one of its system calls, or its recovery from that too, or the command that settles what it left, or the one
that finds together what a lost journal knew; runs it again to rest, and asks the emulator what was done.
kills.py PROGRAM EMULATOR KILL_AT FOLDER
"""
import collections
import contextlib
import os
import pathlib
import queue
import random
import shutil
import signal
import sqlite3
import sys
import threading
import time
import traceback

from world import World

PROGRAM, EMULATOR, KILL_AT, WORK = *sys.argv[1:4], pathlib.Path(sys.argv[4])
KILLED = 137  # what kill_at exits with when it has killed
IS_LONG = bool(os.environ.get("PASSERELLE_LONG"))
WORKERS = (os.cpu_count() or 1) + 1  # one of them waits for the next second
BEFORE_WRITE, AFTER_WRITE = 8, 12  # calls: from its announcement to what is stored of its answer
TRIES = 8  # a cycle may make a few calls less than the one that was traced
MISSED_SHARE = 3  # at most one of so many may end before its kill
SHIFTS = (0, 1, -1, 2, -2, 3, -3)
ENOUGH = 10  # violations: then the rest is not worth its time

POINTS = "kills before a system call"
PAIRS = "kills during the recovery from a kill"
RESOLVED = "kills of journal resolve after a kill"
REBUILT = "kills of journal rebuild after a lost journal"
UNITS = {POINTS: "points", PAIRS: "pairs", RESOLVED: "pairs", REBUILT: "points"}

Call = collections.namedtuple("Call", "name number sent")  # the number counts the calls of this name, from 1
Kill = collections.namedtuple("Kill", "command name number")
Job = collections.namedtuple("Job", "sweep is_known waits kills")  # waits: until the grace of what is in doubt is over


class Sweeps:
    """What was found, by all workers together."""

    def __init__(self, seed):
        self.seed, self.lock = seed, threading.Lock()
        self.done, self.missed, self.violations = collections.Counter(), collections.Counter(), collections.Counter()
        self.doubtful, self.is_stopped = collections.Counter(), False
        self.wanted = collections.Counter()
        for number in signal.SIGTERM, signal.SIGINT:
            signal.signal(number, self.stop)

    def stop(self, *_):
        """The points under way are finished, and what was found is told."""
        self.is_stopped = True

    def is_over(self):
        return self.is_stopped or sum(self.violations.values()) >= ENOUGH

    def take(self, job, kills, violation, is_in_doubt):
        with self.lock:
            self.doubtful[job.sweep] += is_in_doubt
            if violation:
                self.violations[job.sweep] += 1
                print(f"VIOLATION after {job} (PASSERELLE_JOB='{spell(job)}'):\n{violation}", flush=True)
            elif kills == len(job.kills):
                self.done[job.sweep] += 1
                if sum(self.done.values()) % 500 == 0:
                    print(f"{sum(self.done.values())} done", flush=True)
            else:
                self.missed[job.sweep] += 1

    def is_clean(self):
        """Nothing was found, and enough was tried: most of the kills must have happened."""
        is_whole = all(self.done[sweep] + self.missed[sweep] == wanted and self.missed[sweep] * MISSED_SHARE <= wanted
                       for sweep, wanted in self.wanted.items())
        return is_whole and not self.is_over() and not sum(self.violations.values())

    def print(self):
        if self.is_over():
            print("stopped before the end")
        for sweep, unit in UNITS.items():
            counted = self.done[sweep] + self.violations[sweep]
            if counted:
                print(f"count: {sweep}: {counted} {unit} ({self.doubtful[sweep]} with a write under way), "
                      f"{self.violations[sweep]} violations (seed {self.seed})")
            if self.missed[sweep]:
                print(f"{self.missed[sweep]} more {unit} were not reached: the run ended before")


def spell(job):
    flags = ["known" if job.is_known else "first", "waits" if job.waits else "at once"]
    return ";".join([job.sweep, *flags, *(":".join(map(str, kill)) for kill in job.kills)])


def unspell(text):
    sweep, is_known, waits, *kills = text.split(";")
    kills = [Kill(command, name, int(number)) for command, name, number in (kill.split(":") for kill in kills)]
    return Job(sweep, is_known == "known", waits == "waits", kills)


def read_trace(path):
    counts, calls = collections.Counter(), []
    for line in path.read_text().splitlines()[1:]:  # the first is the start of the program itself
        name, _, sent = line.partition(" ")
        counts[name] += 1
        calls.append(Call(name, counts[name], sent))
    return calls


def make_world(name, is_known):
    return World(PROGRAM, EMULATOR, WORK / f"{name}-{'known' if is_known else 'first'}", is_known=is_known, has_exports=True)


def trace(command, is_known=True, first=None):
    """Every system call of a whole run in its order, after a first kill where the command needs one."""
    with make_world(f"trace-{command}", is_known) as world:
        if first is not None:
            leave_event_in_doubt(world, first)
        ended = run_command(world, command, [KILL_AT, "--trace", str(world.root / "trace")])
        assert ended.returncode == 0, ended
        world.rest()
        world.verify(first is not None)
        return read_trace(world.root / "trace")


def run_command(world, command, under):
    if command == "resolve":
        (title, uid), = world.events_in_doubt()
        return world.resolve(title, uid, under)
    if command == "rebuild":
        whole = world.run("sync")
        assert whole.returncode == 0, whole
        for path in (world.root / "state/passerelle").glob("home.journal*"):
            path.unlink()
        return world.run("journal", "rebuild", "home", under=under)
    return world.run("sync", under=under)


def rebuild_again(world):
    """Until it was done to its end, nothing is added."""
    before = len(world.control("ledger"))
    between = world.run("sync")
    assert between.returncode in (0, 1) and len(world.control("ledger")) == before, between
    again = world.run("journal", "rebuild", "home")
    assert again.returncode == 0, again


def run_killed(world, kill):
    """Whether it was; else it came to its end before."""
    ended = run_command(world, kill.command, [KILL_AT, kill.name, str(kill.number)])
    assert ended.returncode in (0, 1, KILLED), ended
    return ended.returncode == KILLED


def leave_event_in_doubt(world, kill):
    """By that kill, or by one close to it: how many pages the journal writes, and how often an answer is waited for, varies a little."""
    for shift in SHIFTS:
        world.reset()
        if run_killed(world, kill._replace(number=kill.number + shift)):
            world.quiet()
            found = world.run("sync")  # within the grace or not: an event stays in doubt
            if found.returncode == 1 and world.events_in_doubt():
                return
    raise AssertionError(f"{kill} left no event in doubt")


def is_in_doubt(world):
    """Whether a write was announced and not settled: in a copy, for this is no part of what is tried."""
    copy = world.root / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(world.root / "state/passerelle", copy)
    if not (copy / "home.journal").exists():
        return False
    with contextlib.closing(sqlite3.connect(copy / "home.journal")) as journal:
        tables = journal.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ledger'").fetchone()[0]
        return bool(tables) and journal.execute("SELECT count(*) FROM ledger WHERE state = 1").fetchone()[0] > 0


def run(world, job):
    """How many of the kills happened: if all did, everything is as it should be. And whether one fell into a write."""
    world.reset()
    was_in_doubt = False
    for index, kill in enumerate(job.kills):
        if job.sweep == RESOLVED and index == 0:
            leave_event_in_doubt(world, kill)
            was_in_doubt = True
            continue
        if not run_killed(world, kill):
            return index, was_in_doubt
        is_open = is_in_doubt(world)
        was_in_doubt |= is_open
        world.quiet()
        if is_open and job.waits:
            world.next_second()
    if job.kills[-1].command == "rebuild":
        rebuild_again(world)
    world.rest()
    world.verify(len(job.kills))
    return len(job.kills), was_in_doubt


def run_nearest(world, job):
    """Where a run ends before it could be killed, a little earlier."""
    for _ in range(TRIES):
        kills, was_in_doubt = run(world, job)
        if kills == len(job.kills):
            break
        earlier = job.kills[kills]._replace(number=max(1, job.kills[kills].number * 2 // 3))
        job = job._replace(kills=[*job.kills[:kills], earlier, *job.kills[kills + 1:]])
    return kills, was_in_doubt


def work(number, jobs, sweeps, is_exact):
    worlds = {}
    try:
        while not sweeps.is_over():
            job = jobs.get_nowait()
            kills, was_in_doubt, violation = 0, False, None
            try:
                if job.is_known not in worlds:
                    worlds[job.is_known] = make_world(number, job.is_known)
                kills, was_in_doubt = (run if is_exact else run_nearest)(worlds[job.is_known], job)
            except Exception:  # of whatever kind: it is told with its place, and the sweep goes on
                violation = traceback.format_exc()
                if job.is_known in worlds:
                    violation += worlds[job.is_known].run("journal", "list", "--all", "home").stdout
            sweeps.take(job, kills, violation, was_in_doubt)
    except queue.Empty:
        pass
    finally:
        for world in worlds.values():
            world.close()


def run_all(chosen, sweeps, is_exact=False):
    jobs = queue.Queue()
    for job in chosen:
        sweeps.wanted[job.sweep] += 1
        jobs.put(job)
    workers = [threading.Thread(target=work, args=(number, jobs, sweeps, is_exact)) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def is_write(call):
    return call.sent.startswith("POST ") or "action=add" in call.sent


def choose_any(command, calls, rng):
    """Each kind of call is as likely as any."""
    name = rng.choice(sorted({call.name for call in calls}))
    return Kill(command, name, rng.randint(1, sum(call.name == name for call in calls)))


def choose(calls, rng):
    """Half of them around a write, where it hurts."""
    if rng.random() < 0.5:
        return choose_any("sync", calls, rng)
    place = rng.choice([place for place, call in enumerate(calls) if is_write(call)]) + rng.randint(-BEFORE_WRITE, AFTER_WRITE)
    return Kill("sync", *calls[min(place, len(calls) - 1)][:2])


def choose_doubt(calls, rng):
    """Before an event is sent, or before the journal is written once it is there: either way it is in doubt."""
    place = rng.choice([place for place, call in enumerate(calls) if "action=addevent" in call.sent])
    if rng.random() < 0.5:
        return Kill("sync", *calls[place][:2])
    return Kill("sync", *next(call for call in calls[place:] if call.name == "pwrite64")[:2])


def repeat(world, action):
    """What a cycle that forgets would do: one of its writes once more."""
    entry = next(entry for entry in world.control("ledger") if entry["action"] == action)
    world.send("PersonalCalendar/V1" if action == "addevent" else "PersonalContacts/V1", **entry["parameters"])


SPOILS = {
    "a contact twice": lambda world: repeat(world, "addcontact"),
    "a phone twice": lambda world: repeat(world, "adddevice"),
    "an event twice": lambda world: repeat(world, "addevent"),
    "a contact lost there": lambda world: world.control(f"delete-contact?cid={world.control('contacts')[-1]['id']}"),
    "a file lost": lambda world: (world.root / "contacts/0.vcf").unlink(),
    "a file changed": lambda world: (world.root / "contacts/1.vcf").write_text("BEGIN:VCARD\r\nEND:VCARD\r\n"),
    "a phone that is never sent": lambda world: world.control("edit-contact?cid=4", {"devices": []}),
}


def try_oracle():
    """It sees what a broken program would do."""
    with make_world("oracle", True) as world:
        for what, spoil in SPOILS.items():
            world.reset()
            assert world.run("sync").returncode == 0
            spoil(world)
            try:
                world.verify()
            except AssertionError:
                continue
            raise SystemExit(f"nobody noticed {what}")


def main():
    if os.environ.get("PASSERELLE_JOB"):
        sweeps = Sweeps("of none")
        run_all([unspell(os.environ["PASSERELLE_JOB"])], sweeps)
    else:
        sweeps = sweep(int(os.environ.get("PASSERELLE_SEED", time.time_ns() % 1000000)))
    sweeps.print()
    sys.exit(not sweeps.is_clean())


def sweep(seed):
    print(f"seed {seed} (PASSERELLE_SEED)", flush=True)
    rng, sweeps = random.Random(seed), Sweeps(seed)
    try_oracle()
    known, first = trace("sync"), trace("sync", is_known=False)
    resolve, rebuild = trace("resolve", first=choose_doubt(known, rng)), trace("rebuild")
    print(f"system calls: {len(first)} in a first cycle, {len(known)} in a later one, {len(resolve)} in journal resolve, {len(rebuild)} in "
          f"journal rebuild; {sum(map(is_write, known))} of a cycle are writes on the wire", flush=True)
    if IS_LONG:  # each place of the later cycle
        places = rng.sample(known, len(known))
        run_all([Job(POINTS, True, rng.random() < 0.5, [Kill("sync", *place[:2])]) for place in places], sweeps, is_exact=True)
    jobs = []

    def add(count, sweep, is_known, choose_kills):
        jobs.extend(Job(sweep, is_known, rng.random() < 0.5, choose_kills()) for _ in range(count))

    n_points, n_first, n_pairs, n_resolved, n_rebuilt = (0, 800, 500, 100, 100) if IS_LONG else (38, 3, 4, 3, 3)
    add(n_points, POINTS, True, lambda: [choose(known, rng)])
    add(n_first, POINTS, False, lambda: [choose(first, rng)])
    add(n_pairs, PAIRS, True, lambda: [choose(known, rng), choose(known, rng)])
    add(n_resolved, RESOLVED, True, lambda: [choose_doubt(known, rng), choose_any("resolve", resolve, rng)])
    add(n_rebuilt, REBUILT, True, lambda: [choose_any("rebuild", rebuild, rng)])
    run_all(jobs, sweeps)
    return sweeps


main()
