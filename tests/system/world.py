# SPDX-License-Identifier: MIT
"""One account of its own against an emulator of its own, and the oracle that asks the emulator what was really done."""
import base64
import collections
import datetime
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

import leaks

GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
SERVICE, PASSWORD = "YOURSERVIC1234567890", "secret:for trying"  # what the emulator takes
QUIET_SECONDS = 120  # the emulator answers in milliseconds
FORMER = "Former"  # the name of one that is renamed there
FILES_AT_ONCE = 32  # that are made together: src/stores/vdir_create.c
ROUNDS = 8  # of rest: each kill costs one or two, each event in doubt one more


class Person:
    """A card in the folder, and what must come of it at the remote."""

    def __init__(self, index, has_email=True, has_given=True, has_picture=True, has_url=False, is_there=False):
        self.index, self.is_there = index, is_there
        self.family, self.given = f"Here{index}", f"Person{index}" if has_given else None
        self.emails = [f"{box}{index}@example.org" for box in "ab"] if has_email else []
        self.phones = {"mobile": f"+336112233{index:02d}", "voice": f"+331445566{index:02d}"}
        self.url = f"https://example.org/{index}" if has_url else None
        self.picture = GIF + bytes([index]) if has_picture else None  # what stands behind the end of a GIF is nobody's

    @property
    def file_name(self):
        return f"{self.index}.vcf"

    def card(self):
        lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:p{self.index}", f"FN:{self.given or ''} {self.family}".replace(": ", ":"),
                 f"N:{self.family};{self.given or ''};;;", "NOTE:the remote has no room for this", "X-OWN:nor for this"]
        lines += [f"EMAIL:{email}" for email in self.emails]
        lines += [f"TEL;TYPE={'CELL' if kind == 'mobile' else 'VOICE'}:{number}" for kind, number in self.phones.items()]
        lines += [f"URL:{self.url}"] if self.url else []
        lines += [f"PHOTO;ENCODING=b;TYPE=GIF:{base64.b64encode(self.picture).decode()}"] if self.picture else []
        return "".join(f"{line}\r\n" for line in [*lines, "END:VCARD"])

    def devices(self):
        return sorted([("email", email) for email in self.emails] + [("phone", number) for number in self.phones.values()]
                      + ([("url", self.url)] if self.url else []))

    def writes(self):
        """How many calls make it: the first e-mail goes with the contact; one that is there already lacks its second phone."""
        return 1 if self.is_there else 1 + len(self.devices()) - bool(self.emails) + bool(self.picture)


class World:
    """
    program, emulator: the paths; folder: of this world alone, made and removed here. contacts, events: how many the person has;
    there: how many only the remote has. is_known: the remote was read whole in an earlier cycle, so that the next one is short, and has
    one renamed there since to carry into its file; else it is the very first. has_exports: everything in single files, too. settings:
    more lines of the account; emulator_options: more words of its command line.
    """

    def __init__(self, program, emulator, folder, contacts=10, events=10, there=2, is_known=False, has_exports=False, settings=(),
                 emulator_options=()):
        self.program, self.emulator_command = program, [emulator, "--print-token", *emulator_options]
        self.root, self.settings, self.emulator = pathlib.Path(folder), list(settings), None
        self.has_exports = has_exports
        if has_exports:
            self.settings += [f"contacts_export = {self.root}/all.vcf", f"calendar_export = {self.root}/all.ics"]
        self.before = self.root.with_suffix(".known") if is_known else None  # what the earlier cycle left
        self.people = [Person(index, has_email=index % 5 != 3, has_given=index % 5 != 1, has_picture=index % 3 == 0, has_url=index % 2 == 0,
                              is_there=contacts > 5 and index == 4) for index in range(contacts)]
        self.titles = [f"Event{index}" for index in range(events)]
        self.there = [f"There{index}" for index in range(there)]
        self.environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        for variable, place in (("CONFIG", "config"), ("STATE", "state"), ("CACHE", "cache")):
            self.environment[f"XDG_{variable}_HOME"] = str(self.root / place)
        self.environment["XDG_RUNTIME_DIR"] = str(self.root / "run")
        self.reset()

    def reset(self):
        """The first day again: new folders and journal, an emulator that nobody has written to."""
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)
        self.doubted = set()  # events that were held at any time
        self.start()
        if self.before is None:
            self.make_folders()
        elif self.before.exists():
            shutil.copytree(self.before, self.root)
        else:
            self.have_first_cycle()
            shutil.copytree(self.root, self.before)
        self.write_account()
        self.write_files()

    def have_first_cycle(self):
        self.make_folders()
        self.write_account()
        first = self.control("contacts")[0]
        self.control(f"edit-contact?cid={first['id']}", {"lastname": FORMER})
        done = self.run("sync")
        assert done.returncode == 0, done
        self.control(f"edit-contact?cid={first['id']}", {"lastname": first["lastname"]})

    def make_folders(self):
        for place in ("config/passerelle", "state/passerelle", "cache", "run", "contacts", "calendar"):
            (self.root / place).mkdir(parents=True, mode=0o700)

    def start(self):
        self.emulator = subprocess.Popen(self.emulator_command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        said = dict(self.emulator.stdout.readline().strip().rsplit(" ", 1) for _ in range(2))
        self.url, self.token, self.own_sockets = said["listening on"], said["token"], self.connections()
        for index, given in enumerate(self.there):
            self.add_there(given, "Remote", [("email", f"there{index}@example.org")])

    def add_there(self, given, family, devices):
        """As the person does in the web interface: it does not enter the ledger."""
        subtypes = {"email": "internet", "phone": "cell", "url": "web"}
        self.control("add-contact", {"firstname": given, "lastname": family, "devices": [
            {"type": kind, "subtype": subtypes[kind], "value": value} for kind, value in devices]})

    def write_account(self):
        (self.root / "state/passerelle/home.token").write_text(f"{self.token}\n")
        (self.root / "password").write_text(f"{PASSWORD}\n")
        for secret in ("state/passerelle/home.token", "password"):
            (self.root / secret).chmod(0o600)
        lines = ["[general]", "log_level = debug", "[account home]", "remote = orange", f"endpoint = {self.url}", f"service_id = {SERVICE}",
                 f"service_password_file = {self.root}/password", f"contacts = {self.root}/contacts", f"calendar = {self.root}/calendar",
                 "timezone = Europe/Paris", "requests_per_minute = 100000", "in_doubt_grace = 1s", "messages = off", *self.settings]
        (self.root / "config/passerelle/passerelle.conf").write_text("".join(f"{line}\n" for line in lines))

    def write_files(self):
        for person in self.people:
            (self.root / "contacts" / person.file_name).write_text(person.card(), newline="")
            if person.is_there:  # all but its second phone
                self.add_there(person.given, person.family, [device for device in person.devices() if device[1] != person.phones["voice"]])
        day = datetime.date.today() + datetime.timedelta(days=4)
        for index, title in enumerate(self.titles):
            date = f"{day + datetime.timedelta(days=index):%Y%m%d}"
            (self.root / f"calendar/{index}.ics").write_text(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\n"
                f"UID:e{index}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{date}T100000Z\r\nDTEND:{date}T103000Z\r\n"
                f"SUMMARY:{title}\r\nLOCATION:Paris\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", newline="")
        self.own = {name: content for name, content in self.files().items() if name.partition("/")[2][0].isdigit()}

    def files(self):
        """The items of both folders; what begins with a dot is not one."""
        return {f"{place}/{name}": (self.root / place / name).read_bytes() for place in ("contacts", "calendar")
                for name in os.listdir(self.root / place) if not name.startswith(".")}

    def marks(self):
        """What every file looks like: equal = nothing was rewritten."""
        found = [(str(path), path.lstat()) for place in ("contacts", "calendar") for path in sorted((self.root / place).iterdir())]
        return [(name, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns) for name, about in found]

    def control(self, request, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_emulator/{request}", data, timeout=60) as reply:
            return json.load(reply)

    def send(self, api, **parameters):
        """A call of the service, as the program would make it."""
        login = base64.b64encode(f"{SERVICE}:{PASSWORD}".encode()).decode()
        query = urllib.parse.urlencode({**parameters, "token": self.token})
        request = urllib.request.Request(f"{self.url}/{api}?{query}", headers={"Authorization": f"Basic {login}"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.read()

    def run(self, *words, under=(), environment=None, **options):
        """`passerelle WORDS…`, behind the words of under, with more environment (LD_PRELOAD …) for this run alone."""
        done = subprocess.run([*under, self.program, *words], env={**self.environment, **(environment or {})}, text=True,
                              capture_output=True, timeout=600, check=False, **options)
        self.check_output(done)
        return done

    def check_output(self, done):
        """No secret in what is answered or logged, and nobody's name in what is logged."""
        log = done.stderr.encode()
        found = leaks.secrets_in(done.stdout.encode() + log, [PASSWORD, leaks.basic(PASSWORD)]) + leaks.names_in(log, self.names())
        assert not found, f"it leaks {found}: {done}"

    def names(self):
        people = [name for person in self.people for name in (f"{person.given} {person.family}", *person.emails, *person.phones.values())]
        return people + [f"{given} Remote" for given in self.there] + self.titles

    def check_files(self):
        found, _ = leaks.scan(self.root, [PASSWORD, leaks.basic(PASSWORD)], self.names())
        assert not found, found

    def stop(self):
        if self.emulator is not None:
            self.emulator.kill()
            self.emulator.communicate()
            self.emulator = None

    def close(self):
        self.stop()
        for folder in (self.root, self.before):
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def connections(self):
        """How many sockets the emulator holds, that on which it listens included."""
        place, count = f"/proc/{self.emulator.pid}/fd", 0
        for name in os.listdir(place):
            try:
                count += os.readlink(f"{place}/{name}").startswith("socket:")
            except FileNotFoundError:
                pass  # closed meanwhile
        return count

    def quiet(self):
        """Waits until nobody is connected to the emulator: then no request of a program that was killed is under way."""
        self.control("mailbox")  # connections are taken in turn: those that were waiting are now taken
        deadline = time.monotonic() + QUIET_SECONDS
        while self.connections() > self.own_sockets:
            assert time.monotonic() < deadline, "the emulator keeps a connection"
            time.sleep(0.001)

    def next_second(self):
        """Waits as long as a grace of 1s may last: it is counted in whole seconds of the clock."""
        time.sleep(1.005 - time.time() % 1)

    def events_in_doubt(self):
        """What cannot be read back is held, and shown: titles and UIDs."""
        listed = re.findall(r"in.doubt +(Event\d+)[^[\n]*\[([^\]]+)\]", self.run("journal", "list", "home").stdout)
        self.doubted.update(title for title, _ in listed)
        return listed

    def resolve(self, title, uid, under=()):
        """The person looks, and settles it by one command."""
        word = "done" if title in {event["title"] for event in self.control("events")} else "again"
        return self.run("journal", "resolve", "home", uid, word, under=under)

    def resolve_events(self):
        for title, uid in self.events_in_doubt():
            answer = self.resolve(title, uid)
            assert answer.returncode == 0 and "1 settled" in answer.stdout, answer

    def rest(self):
        """
        Cycles until one has nothing left to do. The first may still be within the grace, which is counted in whole seconds: what is in
        doubt then stays so. Returns how many cycles it took.
        """
        self.quiet()
        for cycle in range(1, ROUNDS):
            last = self.run("sync")
            assert last.returncode in (0, 1), last
            if last.returncode == 0:
                return cycle
            self.resolve_events()
            self.next_second()
        raise AssertionError(f"no rest: {last} {self.run('journal', 'list', 'home').stdout}")

    def verify(self, kills=0):
        """At rest after so many kills, nothing is there twice, nothing is lost, and nothing is left to do."""
        self.verify_remote()
        self.verify_files(kills)
        self.check_files()
        assert len(self.doubted) <= kills, f"{len(self.doubted)} events were in doubt after {kills} kills: {self.doubted}"
        sound = self.run("journal", "verify", "home")
        assert sound.returncode == 0 and "is sound" in sound.stdout, sound
        writes, marks = len(self.control("ledger")), self.marks()
        once_more = self.run("sync")
        assert once_more.returncode == 0, once_more
        assert len(self.control("ledger")) == writes and self.marks() == marks, f"not at rest: {once_more}"

    def verify_remote(self):
        keys = collections.Counter()
        for entry in self.control("ledger"):
            parameters = {name: value for name, value in entry["parameters"].items() if name != "order"}
            keys[json.dumps([entry["action"], parameters, entry.get("sha256")], sort_keys=True)] += 1
        assert not keys or max(keys.values()) == 1, f"twice: {[key for key, count in keys.items() if count > 1]}"
        contacts = self.control("contacts")
        assert len(contacts) == len(self.people) + len(self.there), contacts
        there = {contact.get("lastname"): contact for contact in contacts}
        for person in self.people:
            contact = there.get(person.family, {})
            assert contact.get("firstname") == person.given, (person.family, contact)
            devices = sorted((device["type"], device["value"]) for device in contact["devices"])
            assert devices == person.devices(), (devices, person.devices())
            picture = hashlib.sha256(person.picture).hexdigest() if person.picture else None
            assert contact.get("sha256") == picture, contact
        titles = sorted(event["title"] for event in self.control("events"))
        assert titles == sorted(self.titles), titles
        expected = sum(person.writes() for person in self.people) + len(self.titles)
        assert len(keys) == expected, f"{len(keys)} writes, not {expected}"

    def verify_files(self, kills):
        files = self.files()
        for name, content in self.own.items():
            assert files.pop(name, None) == content, f"{name} is not what it was"
        assert len(files) == len(self.there), sorted(files)
        cards = b"".join(files.values()).decode()
        for index, given in enumerate(self.there):
            assert cards.count(f"N:Remote;{given};") == 1 and cards.count(f":there{index}@example.org") == 1, cards
        kept = list((self.root / "state/passerelle/trash/home/contacts").glob("*.vcf"))
        assert not self.before or any(f"N:{FORMER};" in path.read_text() for path in kept), f"the card overwritten is not among {kept}"
        if self.has_exports:
            cards, events = ((self.root / f"all.{kind}").read_text() for kind in ("vcf", "ics"))
            assert cards.count("BEGIN:VCARD") == len(self.people) + len(self.there) and FORMER not in cards, cards
            assert events.count("BEGIN:VEVENT") == len(self.titles), events
        left = [name for place in ("contacts", "calendar") for name in os.listdir(self.root / place) if name.endswith(".tmp")]
        at_once = max(1, min(len(self.there), FILES_AT_ONCE))
        assert len(left) <= kills * at_once and all(name.startswith(".") for name in left), left  # an hour old, they go
