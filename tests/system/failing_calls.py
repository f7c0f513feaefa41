# SPDX-License-Identifier: MIT
"""
Lets one call of a cycle fail, once or from then on, by strace; or one allocation, by interpose_memory.c. While it fails: a word, a status
of sysexits, no crash, no hanging. Afterwards: rest, without a manual step, and the oracle of world.py.
"""
import collections
import random
import re
import signal
import sys

import faults

PROGRAM, EMULATOR, WORK, INTERPOSE_MEMORY = sys.argv[1:5]
LIMIT_SECONDS = 300
# which errors a call can end with for good; EINTR comes only once: who gets it may try again
ERRORS = {
    "openat": ["EIO", "ENOSPC", "EROFS", "EINTR"],
    **dict.fromkeys(("read", "pread64", "flock"), ["EIO", "EINTR"]),
    **dict.fromkeys(("write", "pwrite64", "fsync", "fdatasync"), ["EIO", "ENOSPC", "EINTR"]),
    **dict.fromkeys(("rename", "renameat", "renameat2", "mkdir"), ["EIO", "ENOSPC", "EROFS"]),
    **dict.fromkeys(("unlink", "unlinkat"), ["EIO", "EROFS"]), "ftruncate": ["EIO", "ENOSPC"],
    **dict.fromkeys(("stat", "fstat", "newfstatat", "statx", "getdents64"), ["EIO"]),
    "connect": ["ECONNREFUSED", "ENETUNREACH", "EINTR"], "sendto": ["EIO", "EPIPE", "EINTR"], "recvfrom": ["EIO", "ECONNRESET", "EINTR"],
}
SYNCS, NETWORK = ("fsync", "fdatasync"), ("connect", "sendto", "recvfrom")
NETWORK_POINTS = 60  # of one such call, in the long form: most of them are searches, one like the other
SHORT_CALLS, SHORT_ALLOCATIONS, LONG_ALLOCATIONS = 36, 26, 3000
STATUSES = (0, 1, 65, 69, 73, 75, 77, 78)
ADD = re.compile(r'sendto\(.*"(?:GET [^"]*action=add|POST )')
ASSERTION = re.compile(r"assert|CRITICAL|\*\* ERROR|Segmentation|stack smashing|double free|corrupt", re.IGNORECASE)


def make(folder):
    return faults.LaterWorld(PROGRAM, EMULATOR, folder / "world", contacts=faults.CONTACTS, events=faults.EVENTS, there=faults.THERE)


def strace(folder, calls, *more):
    """It stops at these calls alone: to stop at every one costs twice as much."""
    return ["strace", "-f", "--seccomp-bpf", "-y", "-s", "300", "-o", str(folder / "trace"), "-e", f"trace={','.join('?' + call for call in calls)}", *more]


def traced(folder):
    """(call, line) of each call, in order."""
    found = (re.match(r"\d+ +((\w+)\(.*)", line) for line in (folder / "trace").read_text(errors="replace").splitlines())
    return [(match[2], match[1]) for match in found if match]


def ordinals(sweep):
    """Of each call, which of its ordinals concern the account: its files, its folders, its connections. The loader's are not ours."""
    folder = sweep.folder("whole")
    with make(folder) as whole:
        done = whole.run("sync", under=strace(folder, ERRORS))
        assert done.returncode == 0, done
        whole.verify()
        seen, chosen = collections.Counter(), collections.defaultdict(list)
        for call, line in traced(folder):
            seen[call] += 1
            is_ours = str(whole.root) in line or (call in NETWORK and re.search(r"<(TCP|socket):", line))
            if is_ours:
                chosen[call].append(seen[call])
    return chosen


def check_end(done, limit):
    """What may be seen of a program whose call failed."""
    assert done.returncode in STATUSES, f"status {done.returncode}: {done}"
    assert not ASSERTION.search(done.stderr), done.stderr
    if done.returncode > 1 and limit != "write":
        assert done.stderr.startswith("passerelle: "), f"status {done.returncode} without a word: {done}"
    if done.returncode == 73 and limit != "write":
        assert re.search(r"""['"]/[^'"]+['"]""", done.stderr), f"no path: {done.stderr}"


def check_no_add_after(at, folder):
    """
    A sync that failed leaves open what the disk holds: nothing more is added in this run. SQLite syncs the folder of its log by itself, and
    does not mind a failure; that is harmless once the program has done the same.
    """
    state = f"<{at.root}/state/passerelle>"
    is_folder_safe, has_failed = False, False
    for name, line in traced(folder):
        is_folder_safe |= name == "fsync" and state in line and "(INJECTED)" not in line
        is_harmless = name == "fdatasync" and state in line and is_folder_safe
        has_failed |= "(INJECTED)" in line and not is_harmless
        assert not (has_failed and ADD.search(line)), f"added after a failed sync: {line[:200]}"


def fail_call(point, folder):
    """True if the call failed."""
    call, number, error, is_for_ever = point
    inject = f"inject={call}:error={error}:when={number}{'+' if is_for_ever else ''}"
    with make(folder) as at:
        done = at.run("sync", under=["timeout", "-s", "KILL", str(LIMIT_SECONDS),
                                     *strace(folder, [*SYNCS, "sendto"] if call in SYNCS else [call], "-e", inject)])
        assert done.returncode not in (-signal.SIGKILL, 128 + signal.SIGKILL), "it hangs"
        if not any("(INJECTED)" in line for _, line in traced(folder)):
            return False
        check_end(done, call if is_for_ever else None)
        if call in SYNCS:
            check_no_add_after(at, folder)
        at.rest()
        at.verify(kills=faults.EVENTS if is_for_ever and call in NETWORK else 1)
    return True


def count_allocations(sweep):
    folder = sweep.folder("whole-memory")
    with make(folder) as whole:
        done = whole.run("sync", environment={"LD_PRELOAD": INTERPOSE_MEMORY, "INTERPOSE_COUNT": str(folder / "count")})
        assert done.returncode == 0, done
    return int((folder / "count").read_text())


def fail_allocation(number, folder):
    """True if it failed. GLib, and our g_assert after curl, then end the program (SIGTRAP, SIGABRT): a kill like any other."""
    mark = folder / "failed"
    mark.unlink(missing_ok=True)
    with make(folder) as at:
        done = at.run("sync", environment={"LD_PRELOAD": INTERPOSE_MEMORY, "INTERPOSE_FAIL_AT": str(number), "INTERPOSE_FAILED": str(mark)})
        if not mark.exists():
            return False
        if done.returncode < 0:
            assert -done.returncode in (signal.SIGTRAP, signal.SIGABRT), done
        else:
            check_end(done, None)
        at.rest()
        at.verify(kills=1)
    return True


def choose(found, rng):
    """Every ordinal once and for ever, its errors in turn; in the short form some of them, of every call at least one."""
    points = collections.defaultdict(list)
    for call, numbers in found.items():
        if call in NETWORK and len(numbers) > NETWORK_POINTS:
            numbers = sorted(rng.sample(numbers, NETWORK_POINTS))
        for index, number in enumerate(numbers):
            lasting = [error for error in ERRORS[call] if error != "EINTR"]
            points[call] += [(call, number, ERRORS[call][index % len(ERRORS[call])], False),
                             (call, number, lasting[index % len(lasting)], True)]
    if faults.IS_LONG:
        return [point for call in points for point in points[call]]
    every = [rng.choice(points[call]) for call in points]
    rest = [point for call in points for point in points[call] if point not in every]
    return every + rng.sample(rest, max(0, min(SHORT_CALLS - len(every), len(rest))))


def main():
    rng = random.Random(faults.SEED)
    sweep = faults.Sweep(WORK, jobs=4)
    found = ordinals(sweep)
    allocations = count_allocations(sweep)
    counts = {call: len(numbers) for call, numbers in found.items()}
    print(f"calls of a cycle that concern the account: {counts}, {allocations} allocations", flush=True)
    print(f"seed {faults.SEED} (PASSERELLE_SEED)", flush=True)
    sweep.run("calls that fail, once and for ever", fail_call, choose(found, rng))
    many = LONG_ALLOCATIONS if faults.IS_LONG else SHORT_ALLOCATIONS
    sweep.run("allocations that fail", fail_allocation, sorted(rng.sample(range(1, allocations + 1), min(many, allocations))))
    sweep.finish()


main()
