# SPDX-License-Identifier: MIT
"""
Kills `passerelle sync` before one of its system calls, or its recovery from that too, runs it again to rest, and asks the emulator what
was done. kills.py PROGRAM EMULATOR KILL_AT FOLDER
"""
import collections
import os
import pathlib
import queue
import random
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
ENOUGH = 10  # violations: then the rest is not worth its time

Call = collections.namedtuple("Call", "name number is_write")  # the number counts the calls of this name, from 1
Job = collections.namedtuple("Job", "sweep is_known waits kills")  # kills: (name, number) of the first run, of the second …


class Sweeps:
    """What was found, by all workers together."""

    def __init__(self, seed):
        self.seed, self.lock = seed, threading.Lock()
        self.done, self.missed, self.violations = collections.Counter(), collections.Counter(), collections.Counter()

    def take(self, job, kills, violation):
        with self.lock:
            if violation:
                self.violations[job.sweep] += 1
                print(f"VIOLATION after {job} (PASSERELLE_JOB='{spell(job)}'):\n{violation}", flush=True)
            elif kills == len(job.kills):
                self.done[job.sweep] += 1
                if sum(self.done.values()) % 500 == 0:
                    print(f"{sum(self.done.values())} done", flush=True)
            else:
                self.missed[job.sweep] += 1

    def print(self):
        for sweep, unit in (("kills before a system call", "points"), ("kills during the recovery from a kill", "pairs")):
            counted = self.done[sweep] + self.violations[sweep]
            if counted:
                print(f"count: {sweep}: {counted} {unit}, {self.violations[sweep]} violations (seed {self.seed})")
            if self.missed[sweep]:
                print(f"{self.missed[sweep]} more {unit} were not reached: the run ended before")


def spell(job):
    return ";".join([job.sweep, *("known" if value else "" for value in job[1:3]), *(f"{name}:{number}" for name, number in job.kills)])


def unspell(text):
    sweep, is_known, waits, *kills = text.split(";")
    return Job(sweep, bool(is_known), bool(waits), [(name, int(number)) for name, number in (kill.split(":") for kill in kills)])


def trace(is_known):
    """Every system call of a whole cycle in its order."""
    with World(PROGRAM, EMULATOR, WORK / f"trace{is_known}", is_known=is_known) as world:
        path = world.root / "trace"
        done = world.run("sync", under=[KILL_AT, "--trace", str(path)])
        assert done.returncode == 0, done
        world.verify()
        lines = path.read_text().splitlines()
    counts, calls = collections.Counter(), []
    for line in lines[1:]:  # the first is the start of the program itself
        name, _, sent = line.partition(" ")
        counts[name] += 1
        calls.append(Call(name, counts[name], sent.startswith("POST ") or "action=add" in sent))
    return calls


def run(world, job):
    """How many of the kills happened: if all did, everything is as it should be."""
    world.reset()
    for index, (name, number) in enumerate(job.kills):
        ended = world.run("sync", under=[KILL_AT, name, str(number)])
        if ended.returncode != KILLED:
            assert ended.returncode in (0, 1), ended
            return index
        world.quiet()
        if job.waits:
            world.next_second()
    world.rest()
    world.verify(len(job.kills))
    return len(job.kills)


def run_nearest(world, job):
    """Where a run ends before it could be killed, a little earlier."""
    for _ in range(TRIES):
        kills = run(world, job)
        if kills == len(job.kills):
            break
        name, number = job.kills[kills]
        job = job._replace(kills=[*job.kills[:kills], (name, max(1, number * 2 // 3)), *job.kills[kills + 1:]])
    return job, kills


def work(number, jobs, sweeps, is_exact):
    worlds = {}
    try:
        while sum(sweeps.violations.values()) < ENOUGH:
            job = jobs.get_nowait()
            kills, violation = 0, None
            if job.is_known not in worlds:
                worlds[job.is_known] = World(PROGRAM, EMULATOR, WORK / f"{number}{job.is_known}", is_known=job.is_known)
            world = worlds[job.is_known]
            try:
                if is_exact:
                    kills = run(world, job)
                else:
                    job, kills = run_nearest(world, job)
            except Exception:  # of whatever kind: it is told with its place, and the sweep goes on
                violation = traceback.format_exc() + world.run("journal", "list", "--all", "home").stdout
            sweeps.take(job, kills, violation)
    except queue.Empty:
        pass
    finally:
        for world in worlds.values():
            world.close()


def run_all(chosen, sweeps, is_exact=False):
    jobs = queue.Queue()
    for job in chosen:
        jobs.put(job)
    workers = [threading.Thread(target=work, args=(number, jobs, sweeps, is_exact)) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def choose(calls, rng):
    """Half of them around a write, where it hurts; of the others each kind of call is as likely as any."""
    if rng.random() < 0.5:
        writes = [place for place, call in enumerate(calls) if call.is_write]
        place = rng.choice(writes) + rng.randint(-BEFORE_WRITE, AFTER_WRITE)
        return calls[min(place, len(calls) - 1)][:2]
    name = rng.choice(sorted({call.name for call in calls}))
    return name, rng.randint(1, sum(call.name == name for call in calls))


def main():
    if os.environ.get("PASSERELLE_JOB"):
        sweeps = Sweeps("of none")
        run_all([unspell(os.environ["PASSERELLE_JOB"])], sweeps, is_exact=True)
    else:
        sweeps = sweep(int(os.environ.get("PASSERELLE_SEED", time.time_ns() % 1000000)))
    sweeps.print()
    sys.exit(sum(sweeps.violations.values()) > 0)


def sweep(seed):
    print(f"seed {seed} (PASSERELLE_SEED)", flush=True)
    rng, sweeps = random.Random(seed), Sweeps(seed)
    known, first = trace(True), trace(False)
    writes = sum(call.is_write for call in known)
    print(f"{len(first)} system calls in a first cycle, {len(known)} in a later one; {writes} of them are writes on the wire", flush=True)
    point, pair = "kills before a system call", "kills during the recovery from a kill"
    if IS_LONG:  # each place of the later cycle
        run_all([Job(point, True, False, [call[:2]]) for call in rng.sample(known, len(known))], sweeps, is_exact=True)
    counts = (0, 200, 500) if IS_LONG else (100, 10, 10)
    run_all([Job(point, True, False, [choose(known, rng)]) for _ in range(counts[0])]
            + [Job(point, False, False, [choose(first, rng)]) for _ in range(counts[1])]
            + [Job(pair, True, rng.random() < 0.5, [choose(known, rng), choose(known, rng)]) for _ in range(counts[2])], sweeps)
    return sweeps


main()
