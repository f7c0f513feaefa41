# SPDX-License-Identifier: MIT
"""Plays systemd for "passerelle run": notify.py PROGRAM CONFIGURATION. sd_notify(3)."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

PROGRAM, CONFIGURATION = sys.argv[1:3]
LIMIT = 60  # seconds, against a hang


class Service:
    def __init__(self, folder):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(os.path.join(folder, "notify"))
        self.socket.settimeout(LIMIT)
        environment = dict(os.environ, NOTIFY_SOCKET=os.path.join(folder, "notify"), WATCHDOG_USEC="2000000")
        environment.pop("WATCHDOG_PID", None)
        self.log = open(os.path.join(folder, "service.log"), "wb")
        self.process = subprocess.Popen([PROGRAM, "run"], env=environment, stderr=self.log)

    def next_with(self, field):
        """The first message that has this field, as a dictionary."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            lines = self.socket.recv(65536).decode().splitlines()
            message = dict(line.split("=", 1) for line in lines)
            assert len(message) == len(lines), f"a field twice, or a line break in one: {lines}"
            if field in message:
                return message
        raise AssertionError(f"no {field}")


def expect_ready(service):
    message = service.next_with("READY")
    assert message["READY"] == "1"
    status = message["STATUS"]
    assert status.startswith("1 account; "), status
    assert "limits" in status and "@" not in status and "/" not in status, status
    if landlock():
        assert f"landlock {landlock()}" in status, status
    print("STATUS:", status)


def landlock():
    import ctypes

    return max(0, ctypes.CDLL(None, use_errno=True).syscall(444, None, 0, 1))


def expect_reload(service):
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    service.process.send_signal(signal.SIGHUP)
    message = service.next_with("RELOADING")
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert before <= int(message["MONOTONIC_USEC"]) <= after, message
    assert "1 account" in service.next_with("READY")["STATUS"]


def expect_refused_reload(service):
    text = open(CONFIGURATION).read()
    with open(CONFIGURATION, "a") as file:
        file.write("nonsense = 1\n")
    service.process.send_signal(signal.SIGHUP)
    service.next_with("RELOADING")
    status = service.next_with("READY")["STATUS"]
    assert "wrong" in status and "nonsense" not in status, status
    with open(CONFIGURATION, "w") as file:
        file.write(text)


def main():
    with tempfile.TemporaryDirectory() as folder:
        service = Service(folder)
        try:
            expect_ready(service)
            service.next_with("WATCHDOG")
            expect_reload(service)
            expect_refused_reload(service)
            service.process.send_signal(signal.SIGTERM)
            service.next_with("STOPPING")
            assert service.process.wait(LIMIT) == 0
        finally:
            service.process.kill()


main()
