# SPDX-License-Identifier: MIT
"""Calendars of the corpora: moved into the weeks ahead, and read again by python3-icalendar."""
import collections
import datetime
import json
import pathlib
import re
import sys

from icalendar import Calendar

STAMP = re.compile(rb"(?<![0-9])([12][0-9]{3})([01][0-9])([0-3][0-9])(?=T[0-9]{6}|[^0-9]|$)")
DATED = re.compile(rb"^(DTSTART|DTEND|RDATE|EXDATE|RECURRENCE-ID|RRULE|EXRULE|EXCEPTION-DATE)\b", re.I)


def day_of(match):
    try:
        return datetime.date(*(int(group) for group in match.groups()))
    except ValueError:
        return None


def move_line(line, shift):
    def moved(match):
        day = day_of(match)
        try:
            return (day + shift).strftime("%Y%m%d").encode() if day else match.group(0)
        except (OverflowError, ValueError):
            return match.group(0)

    head, colon, value = line.rpartition(b":") if line.upper().startswith(b"RRULE") else line.partition(b":")
    return head + colon + STAMP.sub(moved, value)


def lines_outside_zones(data):
    """Each line, and whether it may be moved: the changes of clocks stay where they are."""
    zone = False
    for line in data.splitlines(keepends=True):
        word = line.strip().upper()
        zone = (zone or word == b"BEGIN:VTIMEZONE") and word != b"END:VTIMEZONE"
        yield line, not zone and bool(DATED.match(line.lstrip()))


def move(source, target):
    """Whole weeks, so that the first event of each file is within the next days."""
    for path in sorted(pathlib.Path(source).glob("*.ics")):
        data = path.read_bytes()
        starts = [
            day
            for line, is_dated in lines_outside_zones(data)
            if is_dated and line.upper().lstrip().startswith(b"DTSTART")
            for match in [STAMP.search(line)]
            if match
            for day in [day_of(match)]
            if day
        ]
        if starts:
            gap = datetime.date.today() + datetime.timedelta(days=2) - min(starts)
            shift = datetime.timedelta(weeks=-(-gap.days // 7))
            data = b"".join(move_line(line, shift) if is_dated else line for line, is_dated in lines_outside_zones(data))
        (pathlib.Path(target) / path.name).write_bytes(data)


def events_of(path):
    return Calendar.from_ical(path.read_bytes()).walk("VEVENT")


def read(folder, export):
    """Every file that was written, one event each; and the export of all."""
    count = 0
    for path in sorted(pathlib.Path(folder).glob("*.ics")):
        (event,) = events_of(path)
        start, end = event["DTSTART"].dt, event.get("DTEND", event["DTSTART"]).dt
        assert event["UID"] and event["DTSTAMP"] and end >= start and not event.errors, path
        count += 1
    assert len(events_of(pathlib.Path(export))) == count, export
    print(f"python3-icalendar: {count} files and their export read")


def parts(path):
    """Those that a listing of 400 days shows."""
    fields = "title location description startdate starttime enddate endtime".split()
    last = datetime.date.today() + datetime.timedelta(days=395)
    with open(path, encoding="utf-8") as file:
        return collections.Counter(
            tuple(event[field] for field in fields)
            for event in json.load(file)
            if datetime.datetime.strptime(event["startdate"], "%d/%m/%Y").date() < last
        )


def compare(first, second):
    left, right = parts(first), parts(second)
    for label, rest in ("lost", left - right), ("new", right - left):
        for event in list(rest)[:5]:
            print(label, event)
    print(f"{sum((left & right).values())} of {sum(left.values())} events came back the same")
    # the same event twice in the corpora is one event for whoever reads it
    sys.exit(0 if set(left) == set(right) else 1)


def uids(data):
    flat = re.sub(rb"\r?\n[ \t]", b"", data)
    return {match.strip() for match in re.findall(rb"^UID[^:\r\n]*:([^\r\n]*)", flat, re.M | re.I)}


def is_read(path):
    try:
        events_of(path)
        return True
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return False


def cut(source, target):
    """What import wrote is read, or comes from a file that python3-icalendar refuses as it is."""
    refused = [path for path in sorted(pathlib.Path(source).glob("*.ics")) if not is_read(path)]
    excused = set().union(*(uids(path.read_bytes()) for path in refused)) if refused else set()
    written = sorted(pathlib.Path(target).glob("*.ics"))
    bad = [path for path in written if not is_read(path)]
    for path in bad:
        mine = uids(path.read_bytes())
        # an event without a UID was given one: its file is found by none
        assert mine & excused or any(b"UID" not in origin.read_bytes() for origin in refused), path
    print(f"python3-icalendar: {len(written) - len(bad)} of {len(written)} files that import wrote are read; "
          f"{len(bad)} hold what it refuses in the {len(refused)} originals that it cannot read either")
    sys.exit(0 if len(written) > 200 else 1)


{"move": move, "read": read, "compare": compare, "cut": cut}[sys.argv[1]](*sys.argv[2:])
