# SPDX-License-Identifier: MIT
"""Makes 200 cards and 100 events, and compares what the emulator holds with them, field by field."""
import base64
import collections
import datetime
import hashlib
import json
import os
import random
import sys
import zoneinfo

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
FAMILIES = ["Martin", "Lefèvre", "O’Neill", "D'Aubigné", "Ågård", "Müller", "Šimić", "Nguyễn", "Παπαδόπουλος",
            "Иванов", "Łuczak", "García-Márquez", "Øster", "de la Tour", "van 't Hof", "É", "Ozols", "Bağcı", "Ó Briain", "Ümit"]
GIVENS = ["Anne", "Zoé", "Jean-Luc", "Søren", "Éloïse", "Björk", "Noël", "Marta", "Ivo", "Lina"]
CIVILITIES = [("", None), ("M.", "1"), ("Mme", "2"), ("Mlle", "3"), ("Mr", "1"), ("Mrs", "2"), ("Miss", "3")]
PHONES = [("HOME,VOICE", "voice"), ("CELL", "mobile"), ("FAX", "fax"), ("VIDEO", "video"), ("WORK", "voice")]
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
BMP = (b"BM" + (58).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little") + (40).to_bytes(4, "little") +
       (1).to_bytes(4, "little") + (1).to_bytes(4, "little") + (1).to_bytes(2, "little") + (24).to_bytes(2, "little") +
       bytes(24) + bytes([1, 2, 3, 0]))
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb0043000302020302020303030304030304050805050404050a"
                     "070706080c0a0c0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ffd9")


def escape(text):
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line):
    raw, out = line.encode(), b""
    while len(raw) > 73:
        cut = 73
        while raw[cut] & 0xC0 == 0x80:
            cut -= 1
        out += raw[:cut] + b"\r\n "
        raw = raw[cut:]
    return out + raw + b"\r\n"


def make_person(index, rng):
    family, given = FAMILIES[index % 20], GIVENS[index // 20 % 10]
    person = {"firstname": given, "lastname": family}
    if index % 3 == 0:
        person.update(company=f"Société {index} & Fils; Lyon, Paris", department="R&D + essais", function="Chef=d'équipe #1")
    if index % 4 == 0:
        person["birthday"] = f"19{50 + index % 50:02d}-{1 + index % 12:02d}-{1 + index % 28:02d}"
    if index % 5 == 0:
        person["nickname"] = f"Tintin {index} 😀"
    prefix, civility = CIVILITIES[index % 7]
    person["civility"] = civility
    person["devices"] = []
    for n in range(index % 4):
        person["devices"].append(("email", "internet", f"p{index}.{n}+tag@exemple.fr"))
    for n in range(index % 3):
        kind = PHONES[(index + n) % 5]
        person["devices"].append(("phone", kind[1], f"+33 {n} {index:04d} 55 66", kind[0]))
    if index % 6 == 0:
        person["devices"].append(("url", "web", f"https://exemple.fr/?a={index}&b=%20|+="))
    if index % 10 == 0:
        person["picture"] = [GIF, BMP, JPEG][index // 10 % 3] + (b"" if index % 20 else rng.randbytes(3000))
    return person, prefix


def card(index, person, prefix):
    version = [b"3.0", b"4.0"][index % 2]
    out = b"BEGIN:VCARD\r\nVERSION:" + version + b"\r\n"
    out += fold(f"UID:push-{index}")
    out += fold("N:%s;%s;;%s;" % (escape(person["lastname"]), escape(person["firstname"]), escape(prefix)))
    out += fold("FN:%s %s" % (escape(person["firstname"]), escape(person["lastname"])))
    if "company" in person:
        out += fold("ORG:%s;%s" % (escape(person["company"]), escape(person["department"])))
        out += fold("TITLE:" + escape(person["function"]))
    if "birthday" in person:
        text = person["birthday"]
        out += fold("BDAY:" + (text.replace("-", "") if version == b"4.0" else text))
    if "nickname" in person:
        out += fold("NICKNAME:" + escape(person["nickname"]))
    for device in person["devices"]:
        if device[0] == "email":
            out += fold("EMAIL:" + device[2])
        elif device[0] == "url":
            out += fold("URL:" + device[2])
        else:
            kinds = device[3].split(",")
            out += fold("TEL;TYPE=%s:%s" % (",".join(kinds) if version == b"3.0" else '"' + ",".join(k.lower() for k in kinds) + '"', device[2]))
    if "picture" in person:
        data = base64.b64encode(person["picture"]).decode()
        kind = {b"G": "GIF", b"B": "BMP", b"\xff": "JPEG"}[person["picture"][:1]]
        out += fold(f"PHOTO:data:image/{kind.lower()};base64,{data}" if version == b"4.0" else f"PHOTO;ENCODING=b;TYPE={kind}:{data}")
    out += b"NOTE:stays here\r\nCATEGORIES:x,y\r\n" + b"END:VCARD\r\n"
    return out


def people():
    rng = random.Random(7)
    return [make_person(index, rng) for index in range(200)]


def change_of_clocks(after):
    """The first Sunday after a day on which Paris changes its clocks."""
    day = after
    while True:
        noon = datetime.datetime.combine(day, datetime.time(12), PARIS)
        if noon.utcoffset() != (noon - datetime.timedelta(days=1)).utcoffset():
            return day
        day += datetime.timedelta(days=1)


def events():
    """(file name, text, [(title, location, description, start, end)]) with local times in Paris."""
    today = datetime.datetime.now(PARIS).date()
    clocks = change_of_clocks(today + datetime.timedelta(days=10))
    made = []
    for index in range(100):
        day = (clocks + datetime.timedelta(days=index - 3)) if index < 7 else today + datetime.timedelta(days=2 + index * 3)
        start = datetime.datetime.combine(day, datetime.time(index % 24, index % 60), PARIS)
        end = start + datetime.timedelta(minutes=30 + index)
        title, place = f"Événement {index} & co; \"cité\", 100 %", f"Salle {index}+1=?"
        text = f"Ligne 1\nLigne 2 | {index}" if index % 2 else ""
        form = index % 5
        if form == 4:
            begins, ends = f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + datetime.timedelta(days=2):%Y%m%d}"
            first = datetime.datetime.combine(day, datetime.time(0), PARIS)
            last = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(23, 59), PARIS)
        else:
            utc, utc_end = start.astimezone(datetime.timezone.utc), None
            end = (utc + datetime.timedelta(minutes=30 + index)).astimezone(PARIS)
            utc_end = end.astimezone(datetime.timezone.utc)
            begins = [f"DTSTART:{utc:%Y%m%dT%H%M%SZ}", f"DTSTART;TZID=Europe/Paris:{start:%Y%m%dT%H%M%S}",
                      f"DTSTART:{start:%Y%m%dT%H%M%S}",
                      f"DTSTART;TZID=America/New_York:{utc.astimezone(zoneinfo.ZoneInfo('America/New_York')):%Y%m%dT%H%M%S}"][form]
            ends = [f"DTEND:{utc_end:%Y%m%dT%H%M%SZ}", f"DTEND;TZID=Europe/Paris:{end:%Y%m%dT%H%M%S}",
                    f"DURATION:PT{30 + index}M", f"DURATION:PT{30 + index}M"][form]
            first, last = start, end
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//push//EN", "BEGIN:VEVENT", f"UID:event-{index}",
                 "DTSTAMP:20260101T000000Z", begins, ends, "SUMMARY:" + escape(title), "LOCATION:" + escape(place)]
        if text:
            lines.append("DESCRIPTION:" + escape(text))
        lines += ["END:VEVENT", "END:VCALENDAR"]
        made.append((f"e{index}.ics", b"".join(fold(line) for line in lines), (title, place, text, first, last)))
    return made


def generate(work):
    for index, (person, prefix) in enumerate(people()):
        with open(f"{work}/contacts/p{index}.vcf", "wb") as file:
            file.write(card(index, person, prefix))
    for name, text, _ in events():
        with open(f"{work}/calendar/{name}", "wb") as file:
            file.write(text)


def same(what, wanted, got):
    if wanted != got:
        sys.exit(f"{what}: sent {wanted!r}, at the emulator {got!r}")


def verify_contacts(work):
    with open(f"{work}/contacts.json") as file:
        there = json.load(file)
    same("number of contacts", 200, len(there))
    found = {(c.get("firstname"), c.get("lastname")): c for c in there}
    same("different contacts", 200, len(found))
    fields = 0
    for index, (person, _) in enumerate(people()):
        contact = found[(person["firstname"], person["lastname"])]
        for name in ("company", "department", "function", "birthday", "nickname"):
            same(f"card {index} {name}", person.get(name), contact.get(name))
            fields += 1
        same(f"card {index} civility", person["civility"] or "0", str(contact.get("civility") or 0))
        wanted = sorted((d[0], d[1].replace("mobile", "cell"), d[2]) for d in person["devices"])
        got = sorted((d["type"], d["subtype"].replace("mobile", "cell"), d["value"]) for d in contact["devices"])
        same(f"card {index} devices", wanted, got)
        picture = hashlib.sha256(person["picture"]).hexdigest() if "picture" in person else None
        same(f"card {index} picture", picture, contact.get("sha256"))
        fields += 3 + len(wanted)
    print(f"200 contacts, {fields} fields as sent")


def verify_events(work):
    with open(f"{work}/events.json") as file:
        there = json.load(file)
    same("number of events", 100, len(there))
    found = {e["title"]: e for e in there}
    same("different events", 100, len(found))
    for name, _, (title, place, text, first, last) in events():
        event = found[title]
        same(name + " location", place, event.get("location", ""))
        same(name + " description", text, event.get("description", ""))
        same(name + " start", f"{first:%d/%m/%Y %H:%M}", event["startdate"] + " " + event["starttime"])
        same(name + " end", f"{last:%d/%m/%Y %H:%M}", event["enddate"] + " " + event["endtime"])
    print("100 events, each field as written, across a change of clocks")


def verify_once(work):
    with open(f"{work}/ledger.json") as file:
        ledger = json.load(file)
    seen = collections.Counter(json.dumps([row["action"], row["parameters"], row.get("sha256")], sort_keys=True) for row in ledger)
    twice = [call for call, count in seen.items() if count > 1]
    same("calls made twice", [], twice)
    print(f"{len(ledger)} writes in the emulator's ledger, all different")


if __name__ == "__main__":
    if sys.argv[1] == "generate":
        generate(sys.argv[2])
    else:
        verify_contacts(sys.argv[2])
        verify_events(sys.argv[2])
        verify_once(sys.argv[2])
