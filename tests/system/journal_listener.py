# SPDX-License-Identifier: MIT
"""A journal to listen at: journal_listener.py ENTRIES COMMAND… adds what the command logs, one JSON object a line.

It binds /run/systemd/journal (of a mount namespace of its own) as journald does: datagrams of the native protocol
(systemd.io/JOURNAL_NATIVE_PROTOCOL), and a stream that is the command's standard error, by which GLib knows journald."""
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading

PLACE = "/run/systemd/journal/"


def fields_of(entry):
    """NAME=VALUE, or NAME, the length as 64 bits little-endian, and the value."""
    fields = {}
    while entry:
        line, _, rest = entry.partition(b"\n")
        name, has_value, value = line.partition(b"=")
        if not has_value:
            (length,) = struct.unpack("<Q", rest[:8])
            value, entry = rest[8:8 + length], rest[9 + length:]
        else:
            entry = rest
        fields[name.decode()] = value.decode()
    return fields


def entry_of(journal):
    """One datagram; a long one comes as a file. Nothing = the end."""
    data, files, _, _ = socket.recv_fds(journal, 1 << 20, 1)
    for file in files:
        with os.fdopen(file, "rb") as content:
            content.seek(0)
            data += content.read()
    return data


def keep(journal, path):
    with open(path, "a") as kept:
        while data := entry_of(journal):
            print(json.dumps(fields_of(data)), file=kept, flush=True)


def keep_stream(listener, path):
    """What reaches journald as plain text: nothing, where every line has fields."""
    connection, _ = listener.accept()
    with open(path, "ab") as kept:
        while data := connection.recv(65536):
            kept.write(data)
            kept.flush()


def bound(kind, name):
    made = socket.socket(socket.AF_UNIX, kind)
    made.bind(PLACE + name)
    return made


def main(entries, command):
    journal, listener = bound(socket.SOCK_DGRAM, "socket"), bound(socket.SOCK_STREAM, "stdout")
    listener.listen()
    stderr = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stderr.connect(PLACE + "stdout")
    threads = [threading.Thread(target=keep, args=(journal, entries)), threading.Thread(target=keep_stream, args=(listener, entries + ".plain"))]
    for thread in threads:
        thread.start()
    process = subprocess.Popen(command, stderr=stderr)
    stderr.close()
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    result = process.wait()
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    end.sendto(b"", PLACE + "socket")
    for thread in threads:
        thread.join()
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
