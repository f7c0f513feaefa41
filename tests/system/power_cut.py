# SPDX-License-Identifier: MIT
"""Cuts the power at every sync of a cycle, and lets the disk forget what was not synced (interpose.c)."""
import contextlib
import random
import shutil
import signal
import sqlite3
import sys

import faults
import world

PROGRAM, EMULATOR, WORK, INTERPOSE = sys.argv[1:5]
PHASES, SEEDS_LONG = ("before", "after"), 3
SHORT_POINTS = {"first": 14, "later": 40}  # a first cycle costs twice as much: it asks for every contact
KINDS = {"first": world.World, "later": faults.LaterWorld}


def make(kind, folder):
    (folder / "stash").mkdir(exist_ok=True)
    return KINDS[kind](PROGRAM, EMULATOR, folder / "world", contacts=faults.CONTACTS, events=faults.EVENTS, there=faults.THERE)


def run_cut(at, folder, cut):
    return at.run("sync", environment={"LD_PRELOAD": INTERPOSE, "INTERPOSE_ROOT": str(at.root), "INTERPOSE_STASH": str(folder / "stash"),
                                       "INTERPOSE_CUT": cut, "INTERPOSE_COUNT": str(folder / "count")})


def count(sweep, kind):
    folder = sweep.folder(f"whole-{kind}")
    with make(kind, folder) as whole:
        done = run_cut(whole, folder, "0:before:lost")
        assert done.returncode == 0, done
        whole.verify()
    return int((folder / "count").read_text())


def verify_journal(at, copy):
    """A copy, for whoever opens it brings it up to what its log says."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(at.root / "state/passerelle", copy)
    with contextlib.closing(sqlite3.connect(copy / "home.journal")) as journal:
        assert journal.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert not journal.execute("PRAGMA foreign_key_check").fetchall()


def cut_at(point, folder):
    """True if the power was cut; then the journal is sound at once, and everything is as it should be."""
    kind, number, phase, variant = point
    with make(kind, folder) as at:
        done = run_cut(at, folder, f"{number}:{phase}:{variant}")
        if done.returncode != -signal.SIGKILL:
            assert done.returncode == 0, done
            return False
        verify_journal(at, folder / "copy")
        at.rest()
        at.verify(kills=1)
    return True


def main():
    rng = random.Random(faults.SEED)
    sweep = faults.Sweep(WORK, jobs=4)
    counts = {kind: count(sweep, kind) for kind in KINDS}
    print(f"syncs of a cycle: {counts}, seed {faults.SEED} (PASSERELLE_SEED)", flush=True)
    seeds = [rng.randrange(1, 10**9) for _ in range(SEEDS_LONG)]
    points = [(kind, number, phase, variant) for kind in KINDS for number in range(1, counts[kind] + 1) for phase in PHASES
              for variant in ["lost", "kept", *seeds]]
    if not faults.IS_LONG:
        points = [point for kind, wanted in SHORT_POINTS.items() for point in rng.sample([at for at in points if at[0] == kind], wanted)]
    sweep.run("power cuts at a sync", cut_at, points)
    sweep.finish()


main()
