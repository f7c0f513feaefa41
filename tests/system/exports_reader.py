# SPDX-License-Identifier: MIT
"""Reads an export again and again while it is replaced: reader FILE STOP; watch FILE SECONDS."""

import ctypes
import os
import select
import struct
import sys
import time

import icalendar
import vobject

IN_ATTRIB, IN_MOVED_TO, IN_DELETE_SELF = 0x4, 0x80, 0x400


def read_loop(path, stop):
    """Every look must see a whole file."""
    looks, sizes, is_enough = 0, set(), False
    while not os.path.exists(stop):
        with open(path, "rb") as file:
            data = file.read()
        if path.endswith(".ics"):
            calendar = icalendar.Calendar.from_ical(data)
            zones = [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
            assert len(zones) == len(set(zones)), "a zone stands twice"
            sizes.add(len(calendar.walk("VEVENT")))
        else:
            cards = list(vobject.readComponents(data.decode()))
            assert all(card.name == "VCARD" and card.fn.value for card in cards)
            assert data.count(b"BEGIN:VCARD") == data.count(b"END:VCARD") == len(cards)
            sizes.add(len(cards))
        looks += 1
        if looks > 10 and len(sizes) > 2 and not is_enough:
            is_enough = True
            print("enough", flush=True)
    print(f"{looks} looks, {len(sizes)} states, never half a file")
    assert is_enough


def watch(path, seconds):
    """What a watch of the file and a watch of its folder see."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(0)
    file_watch = libc.inotify_add_watch(descriptor, path.encode(), IN_ATTRIB | IN_DELETE_SELF)
    libc.inotify_add_watch(descriptor, os.path.dirname(path).encode(), IN_MOVED_TO)
    print("watching", flush=True)
    seen, end = set(), time.monotonic() + seconds
    while seen != {"inode", "name"} and time.monotonic() < end:
        if not select.select([descriptor], [], [], 0.2)[0]:
            continue
        data = os.read(descriptor, 65536)
        while data:
            number, _, _, size = struct.unpack_from("iIII", data)
            name = data[16 : 16 + size].rstrip(b"\0").decode()
            data = data[16 + size :]
            if number == file_watch:
                seen.add("inode")
            elif name == os.path.basename(path):
                seen.add("name")
    print("seen by", *sorted(seen))
    assert seen == {"inode", "name"}


if sys.argv[1] == "reader":
    read_loop(sys.argv[2], sys.argv[3])
else:
    watch(sys.argv[2], float(sys.argv[3]))
