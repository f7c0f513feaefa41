#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints the budgets of the design as ratios taken in one run: bench.py BINARY_FOLDER [contacts, default 10000].

No figure is asserted: machines are noisy. CPU is user + system time of the process as the kernel counts it; each is the
median of several runs, the two sides of a ratio taken in turn."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

BINARY = os.path.abspath(sys.argv[1])
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
RUNS = 5
LATENCY_MS = 20
CONNECTIONS = 4


class Account:
    """An emulator and an account of its own in a new folder."""

    def __init__(self, emulator_options, config=""):
        self.work = tempfile.mkdtemp(prefix="passerelle-bench-")
        self.environment = dict(os.environ, XDG_CONFIG_HOME=self.work + "/config", XDG_STATE_HOME=self.work + "/state",
                                XDG_RUNTIME_DIR=self.work + "/run", XDG_CACHE_HOME=self.work + "/cache", LC_ALL="C.UTF-8")
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            self.environment.pop(name, None)
        for folder in ("config/passerelle", "state", "run", "contacts", "calendar"):
            os.makedirs(f"{self.work}/{folder}", mode=0o700)
        self.emulator = subprocess.Popen([BINARY + "/passerelle-emulator", "--port-file", self.work + "/port", "--token-file",
                                          self.work + "/token", *emulator_options], stdout=subprocess.DEVNULL)
        while not all(os.path.exists(f"{self.work}/{name}") and os.path.getsize(f"{self.work}/{name}") for name in ("port", "token")):
            time.sleep(0.05)
        with open(self.work + "/port") as file:
            self.url = "http://127.0.0.1:" + file.read().strip()
        with open(self.work + "/password", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write("secret:for trying\n")
        with open(self.work + "/config/passerelle/passerelle.conf", "w") as file:
            file.write(f"[account home]\nremote = orange\nendpoint = {self.url}\nservice_id = YOURSERVIC1234567890\n"
                       f"service_password_file = {self.work}/password\ncontacts = {self.work}/contacts\n"
                       f"calendar = {self.work}/calendar\nrequests_per_minute = 100000\nmax_connections = {CONNECTIONS}\n"
                       f"max_adds = 100000\n{config}")
        with open(self.work + "/token") as file:
            subprocess.run([BINARY + "/passerelle", "login", "home", "--paste"], stdin=file, env=self.environment, check=True,
                           stdout=subprocess.DEVNULL)

    def control(self, request):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + "/_emulator/" + request) as reply:
            return json.load(reply)

    def calls(self):
        return sum(self.control("calls")["counts"].values())

    def run(self, *arguments):
        return measure([BINARY + "/passerelle", *arguments], self.environment)

    def close(self):
        self.emulator.terminate()
        self.emulator.wait()
        shutil.rmtree(self.work)


def measure(command, environment=None):
    """(wall seconds, CPU seconds, peak KiB, exit status) of one process."""
    started = time.monotonic()
    with open(os.devnull, "w") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, process.returncode


def row(what, value, budget, note=""):
    print(f"{what:58s} {value:>10s}   budget {budget:12s} {note}", flush=True)


def write_cards(folder, count):
    for index in range(count):
        with open(f"{folder}/p{index}.vcf", "w") as file:
            file.write(f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:bench-{index}\r\nFN:Given{index} Family{index}\r\n"
                       f"N:Family{index};Given{index};;;\r\nEMAIL:p{index}@example.org\r\nEND:VCARD\r\n")


def bench_nothing_to_do(count):
    account = Account(["--page-size", "-1"], "calendar_direction = off\nmessages = off\n")
    write_cards(account.work + "/contacts", count)
    wall, cpu, peak, status = account.run("sync")
    row(f"first push of {count}: peak memory", f"{peak / 1024:.0f} MB", "<= 64 MB", f"exit {status}, {wall:.0f} s")
    account.run("sync")
    syncs, stats, starts, peaks = [], [], [], []
    before = account.calls()
    for _ in range(RUNS):
        syncs.append(account.run("sync"))
        stats.append(measure([BINARY + "/tests/stat_folder", account.work + "/contacts"])[1])
        starts.append(account.run("--version")[1])
    calls = (account.calls() - before) / RUNS
    sync, stat, start = statistics.median(s[1] for s in syncs), statistics.median(stats), statistics.median(starts)
    row(f"nothing to do, {count}: CPU above the start", f"{(sync - start) * 1000:.0f} ms", "<= 40 ms",
        f"start {start * 1000:.0f} ms, {calls:.0f} calls, all of them searches")
    row(f"nothing to do, {count}: CPU / CPU of stat-ing the files", f"{(sync - start) / stat:.1f} x", "<= 3 x", f"stat {stat * 1000:.0f} ms")
    row(f"nothing to do, {count}: peak memory", f"{max(s[2] for s in syncs) / 1024:.0f} MB", "<= 64 MB")
    account.close()
    return (sync - start) / count


def bench_wire(count):
    account = Account(["--page-size", "50", "--latency", str(LATENCY_MS)], "calendar_direction = off\nmessages = off\n")
    write_cards(account.work + "/contacts", count)
    wall, _, _, status = account.run("sync")
    ideal = account.calls() * LATENCY_MS / 1000 / CONNECTIONS
    row(f"pushing {count} at {LATENCY_MS} ms: wall / (calls x L / K)", f"{wall / ideal:.2f} x", "<= 1.2 x", f"{account.calls()} calls, exit {status}")
    before = account.calls()
    for folder in ("contacts", "state"):
        shutil.rmtree(f"{account.work}/{folder}")
        os.mkdir(f"{account.work}/{folder}", mode=0o700)
    with open(account.work + "/token") as file:
        subprocess.run([BINARY + "/passerelle", "login", "home", "--paste"], stdin=file, env=account.environment, check=True,
                       stdout=subprocess.DEVNULL)
    wall, _, _, status = account.run("sync")
    ideal = (account.calls() - before) * LATENCY_MS / 1000 / CONNECTIONS
    files = len(os.listdir(account.work + "/contacts"))
    row(f"pulling {files} at {LATENCY_MS} ms: wall / (calls x L / K)", f"{wall / ideal:.2f} x", "<= 1.2 x", f"{account.calls() - before} calls, exit {status}")
    account.close()


def wake_ups(process):
    """So often its threads have gone to sleep: as often as they were woken."""
    count = 0
    for thread in os.listdir(f"/proc/{process}/task"):
        with open(f"/proc/{process}/task/{thread}/status") as file:
            count += sum(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))
    return count


def bench_idle():
    account = Account(["--demo"], "contacts_interval = 1h\ncalendar_interval = 1h\nmessages_interval = 1h\n")
    service = subprocess.Popen([BINARY + "/passerelle", "run"], env=account.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(8)
    memory, switches = {}, []
    with open(f"/proc/{service.pid}/smaps_rollup") as file:
        for line in file.readlines()[1:]:
            name, value = line.split(":")
            memory[name] = int(value.split()[0])
    for _ in range(2):
        switches.append(wake_ups(service.pid))
        time.sleep(20)
    row("run, idle: memory of its own (private, dirty)", f"{memory['Private_Dirty'] / 1024:.1f} MB", "<= 4 MB",
        f"and {memory['Private_Clean'] / 1024:.1f} MB of files that no other process has mapped just now")
    row("run, idle: resident memory", f"{memory['Rss'] / 1024:.1f} MB", "<= 16 MB")
    row("run, idle: wake-ups in 20 s", f"{switches[1] - switches[0]}", "no needless")
    service.terminate()
    service.wait()
    account.close()


bench_wire(200)
small = bench_nothing_to_do(COUNT // 10)
large = bench_nothing_to_do(COUNT)
row("nothing to do: CPU per item, ten times as many / as many", f"{large / small:.2f} x", "<= 1 (linear)")
bench_idle()
