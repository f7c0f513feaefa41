#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""dav_scenarios.py radicale|xandikos BINARY_FOLDER WORK_FOLDER: cycles with a real DAV server, seen from both sides."""
import os
import random
import sys
import time

from dav_servers import Server, World

LONG = "PASSERELLE_LONG" in os.environ


def first_sync_and_changes(world):
    for i in range(3):
        world.put_here(f"here-{i}", f"Here {i}", "first")
        world.put_there(f"there-{i}", f"There {i}", "first")
    said = world.cycle()
    assert (said["added_here"], said["added_there"]) == (3, 3), said
    world.expect_quiet()
    world.expect_same(6)
    world.put_here("here-0", "Here 0", "changed here")
    world.put_there("there-0", "There 0", "changed there")
    said = world.cycle()
    assert (said["changed_here"], said["changed_there"]) == (1, 1), said
    world.expect_quiet()
    assert "changed here" in world.server.texts(world.collection)["here-0" + world.ending]
    with open(os.path.join(world.folder, "there-0" + world.ending), encoding="utf-8") as text:
        assert "changed there" in text.read()


def rename_and_deletions(world):
    os.rename(os.path.join(world.folder, "here-1" + world.ending), os.path.join(world.folder, "renamed" + world.ending))
    world.expect_quiet()
    world.remove_here("here-0")
    world.remove_there("there-0")
    for _ in range(2):
        world.cycle()
    world.expect_quiet()
    world.expect_same(4)


def open_conflict(world):
    """Two changes that cannot stand together stay where they are, and are told; who deletes one gets the other."""
    world.put_here("here-2", "Here 2", "mine")
    world.put_there("here-2", "Here 2", "theirs")
    for _ in range(3):
        said = world.cycle()
        assert said["problems"] == 1 and said["changed_there"] == said["changed_here"] == 0, said
        assert "PUT" not in world.proxy.requests, world.proxy.requests
    world.remove_here("here-2")
    world.cycle()
    world.expect_quiet()
    world.expect_same(4)
    with open(os.path.join(world.folder, "here-2" + world.ending), encoding="utf-8") as text:
        assert "theirs" in text.read()
    world.put_here("here-2", "Here 2", "first")
    world.cycle()
    world.expect_quiet()


def conflict(world):
    open_conflict(world)
    if world.kind != "contacts":
        return
    one = world.text("here-2", "Here 2", "first").replace("NOTE", "NICKNAME:mine\r\nNOTE")
    other = world.text("here-2", "Here 2", "first").replace("NOTE", "EMAIL:theirs@example.org\r\nNOTE")
    with open(os.path.join(world.folder, "here-2.vcf"), "w", encoding="utf-8", newline="") as out:
        out.write(one)
    world.server.put(world.collection + "here-2.vcf", other)
    world.cycle()
    world.cycle()
    world.expect_quiet()
    with open(os.path.join(world.folder, "here-2.vcf"), encoding="utf-8") as text:
        here = text.read()
    there = world.server.texts(world.collection)["here-2.vcf"]
    assert all("mine" in text and "theirs@example.org" in text for text in (here, there)), (here, there)


def restart(world):
    world.server.stop()
    world.put_here("meanwhile", "Meanwhile", "x")
    said = world.cycle(expected=1)
    assert said["added_there"] == 0
    assert len(world.names_here()) == 5
    world.server.start()
    said = world.cycle()
    assert said["added_there"] == 1, said
    world.expect_quiet()
    world.expect_same(5)


def lost_replies(world):
    """Every write, lost before or after it took effect, the first or the last of three."""
    table = [(method, number, when) for method in ("PUT", "CHANGE", "DELETE") for number in (1, 3) for when in ("before", "after")]
    if not LONG:
        table = table[1::4] if world.kind == "contacts" else table[2::4]
    for step, (method, number, when) in enumerate(table):
        names = [f"lost-{step}-{i}" for i in range(3)]
        before = len(world.names_here())
        for name in names:
            world.put_here(name, name, "first")
        if method != "PUT":
            world.cycle()
            for name in names:
                if method == "CHANGE":
                    world.put_here(name, name, "second")
                else:
                    world.remove_here(name)
        world.proxy.order("DELETE" if method == "DELETE" else "PUT", number, when)
        world.cycle(expected=None)
        assert world.proxy.seen >= number, (method, number, "nothing was cut")
        world.proxy.cut = None
        for _ in range(3):
            world.cycle()
        world.expect_quiet()
        world.expect_same(before + (0 if method == "DELETE" else 3))
        texts = world.server.texts(world.collection)
        for name in names if method == "CHANGE" else []:
            assert "second" in texts[name + world.ending], (name, when)


KILL_CALLS = ("sendto", "pwrite64", "fdatasync", "rename", "unlink", "unlinkat", "renameat2")
KILLED = 137


def prepare_kill(world, step):
    """Work of every kind: two to add and one to change there, one to fetch, and what the step before made to remove."""
    for name in world.names_here():
        if name.startswith("kill-"):
            os.remove(os.path.join(world.folder, name))
    for i in range(2):
        world.put_here(f"kill-{step}-{i}", f"Kill {step} {i}", "new")
    world.put_here("changing", "Changing", f"step {step}")
    world.put_there(f"kill-{step}-there", f"There {step}", "new")


def kill_points(world):
    """(name, number) of the calls that a cycle with such work makes."""
    trace = os.path.join(world.state, "trace")
    prepare_kill(world, 0)
    world.cycle(under=(f"{world.binary}/tests/kill_at", "--trace", trace))
    counts, points = {}, []
    with open(trace, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            name = line.split(maxsplit=1)[0]
            counts[name] = counts.get(name, 0) + 1
            if name in KILL_CALLS:
                points.append((name, counts[name]))
    assert len(points) > 20, points
    return points


def kill_sweep(world):
    """Killed before a call, run again: nothing is there twice, and nothing is lost."""
    world.put_here("changing", "Changing", "first")
    world.cycle()
    points = kill_points(world)
    seed = int(os.environ.get("PASSERELLE_SEED", time.time_ns() % 1000000))
    print(f"seed {seed}", flush=True)
    chosen = points if LONG else random.Random(seed).sample(points, 4)
    killed = 0
    for step, (name, number) in enumerate(chosen, 1):
        prepare_kill(world, step)
        said = world.cycle(expected=None, under=(f"{world.binary}/tests/kill_at", name, str(number)))
        killed += said["status"] == KILLED
        for _ in range(4):
            world.cycle()
        here, there = world.names_here(), world.server.names(world.collection)
        mine = sorted(f"kill-{step}-{last}{world.ending}" for last in ("0", "1", "there"))
        where = (name, number, step)
        assert [file for file in here if file.startswith("kill-")] == mine, (where, here)
        assert [file for file in there if file.startswith("kill-")] == mine, (where, there)
        assert here == there, (where, here, there)
        assert f"step {step}" in world.server.texts(world.collection)["changing" + world.ending], where
    print(f"count: {world.server.name} {world.kind}: {killed} kills of {len(points)} points", flush=True)
    assert killed * 2 >= len(chosen), (killed, len(chosen))


def vanished_collection(world):
    files = world.names_here()
    assert world.server.call("DELETE", world.collection)[0] in (200, 204)
    for _ in range(3):
        world.cycle(expected=None)
        assert world.names_here() == files, "files went with the collection"


def many(world, count):
    for i in range(count):
        world.put_here(f"many-{i}", f"Many {i}", "x")
    start = time.monotonic()
    said = world.cycle()
    print(f"count: {world.server.name} {world.kind}: {said['added_there']} pushed in {time.monotonic() - start:.1f} s", flush=True)
    assert said["added_there"] == count
    world.expect_quiet()


def thousands(binary, server, work, kind, count):
    """All there is comes; and a folder that holds the same already costs no write."""
    world = World(binary, server, f"{work}/{kind}-thousands", kind)
    texts = {f"item-{i}{world.ending}": world.text(f"item-{i}", f"Item {i}", "x") for i in range(count)}
    for left in server.names(world.collection):
        server.call("DELETE", world.collection + left)
    server.fill(world.collection, texts)
    said = world.cycle()
    assert said["added_here"] == count, said
    world.expect_quiet()
    again = World(binary, server, f"{work}/{kind}-again", kind)
    for name, text in texts.items():
        with open(os.path.join(again.folder, name), "w", encoding="utf-8", newline="") as out:
            out.write(text)
    said = again.cycle()
    assert said["added_here"] == said["added_there"] == said["changed_there"] == 0, said
    assert "PUT" not in again.proxy.requests
    again.expect_quiet()
    print(f"count: {server.name} {kind}: {count} came, and were known again in a folder that held them", flush=True)
    for left in server.names(world.collection) if count <= 1000 else []:
        server.call("DELETE", world.collection + left)


def main():
    name, binary, work = sys.argv[1:4]
    os.makedirs(f"{work}/server")
    server = Server(name, f"{work}/server")
    try:
        for kind in ("contacts", "calendar"):
            world = World(binary, server, f"{work}/{kind}", kind)
            for scenario in (first_sync_and_changes, rename_and_deletions, conflict, restart, lost_replies):
                start = time.monotonic()
                scenario(world)
                print(f"passed: {name} {kind} {scenario.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
            if LONG:
                many(world, 1000)
            kills = World(binary, server, f"{work}/{kind}-kills", kind)
            for left in server.names(kills.collection):
                server.call("DELETE", kills.collection + left)
            kill_sweep(kills)
            world = kills
            vanished_collection(world)
            server.make_collections()
            thousands(binary, server, work, kind, 10000 if LONG else 120)
    finally:
        server.stop()


main()
