#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The program as a person uses it with a server of address books and calendars."""
import json
import os
import pathlib
import subprocess
import sys
import time

import dav_servers
from dav_servers import card, event

BINARY, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
CONTACTS, CALENDARS = WORK / "contacts", WORK / "calendars"


def fail(text):
    print("FAILED:", text)
    raise SystemExit(1)


def expect(is_so, text):
    if not is_so:
        fail(text)


class Person:
    def __init__(self, server, more=""):
        self.home = WORK / "home"
        (self.home / "passerelle").mkdir(parents=True, exist_ok=True)
        secret = self.home / "password"
        secret.write_text("secret\n")
        secret.chmod(0o600)
        self.config = self.home / "passerelle" / "passerelle.conf"
        self.config.write_text(
            f"[account cloud]\ncontacts_remote = carddav\ncalendar_remote = caldav\n"
            f"endpoint = http://127.0.0.1:{server.port}/\nuser = {dav_servers.USER}\n"
            f"password_file = {secret}\nmessages = off\ncontacts = {CONTACTS}\ncalendar = {CALENDARS}\n"
            f"status = {WORK}/status.json\n{more}"
        )
        self.env = {**os.environ, "XDG_CONFIG_HOME": str(self.home), "XDG_STATE_HOME": str(WORK / "state"),
                    "XDG_RUNTIME_DIR": str(WORK / "run"), "LC_ALL": "C.UTF-8"}
        (WORK / "run").mkdir(mode=0o700, exist_ok=True)

    def type(self, wanted, *words):
        done = subprocess.run([f"{BINARY}/passerelle", *words], env=self.env, capture_output=True, text=True,
                              timeout=300, check=False)
        text = done.stdout + done.stderr
        expect(done.returncode == wanted, f"passerelle {' '.join(words)}: {done.returncode}, not {wanted}\n{text}")
        return text


def make_calendar(server, name, shown, color):
    body = (
        '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:I="http://apple.com/ns/ical/"><set><prop>'
        f"<displayname>{shown}</displayname><I:calendar-color>{color}</I:calendar-color></prop></set></C:mkcalendar>"
    )
    status, text = server.call("MKCALENDAR", f"/{dav_servers.USER}/{name}/", body, {"Content-Type": "text/xml"})
    expect(status == 201, f"MKCALENDAR: {status} {text}")
    return f"/{dav_servers.USER}/{name}/"


def read(path):
    return path.read_text() if path.exists() else None


def one_of_each(server):
    """The address leads to one address book and one calendar: the folders are theirs."""
    person = Person(server)
    text = person.type(0, "collections", "cloud")
    expect("* contacts  book (Book)" in text and "* calendar  cal" in text, text)
    text = person.type(0, "check", "--online", "cloud")
    expect("accepts the credentials" in text, text)
    server.put(server.book + "a.vcf", card("a", "Anna", "there"))
    CALENDARS.mkdir()
    (CALENDARS / "mine.ics").write_text(event("m", "Mine", "here").replace("\r\n", "\n"))
    text = person.type(0, "sync")
    expect("contacts 1 in step, 1 new here" in text and "calendar 1 in step, 1 sent" in text, text)
    expect((CONTACTS / "a.vcf").exists() and len(server.names(server.calendar)) == 1, "nothing was exchanged")
    expect(read(CONTACTS / "displayname") == "Book\n", "no displayname")
    text = person.type(0, "sync")
    expect("1 in step;" in text.replace(", ", ";") + ";" and "sent" not in text and "new" not in text, text)
    # changes and deletions travel both ways
    (CONTACTS / "a.vcf").write_text(card("a", "Anna", "changed here"))
    server.put(server.calendar + server.names(server.calendar)[0], event("m", "Mine", "changed there"))
    person.type(0, "sync")
    expect("changed here" in server.texts(server.book)["a.vcf"], "the change of a card was not sent")
    expect("changed there" in read(CALENDARS / "mine.ics"), "the change of an event did not come")
    (CONTACTS / "a.vcf").unlink()
    server.call("DELETE", server.calendar + server.names(server.calendar)[0])
    text = person.type(0, "sync")
    expect(server.names(server.book) == [] and not (CALENDARS / "mine.ics").exists(), text)
    expect("removed here" in text and "removed there" in text, text)
    expect(any((WORK / "state").rglob("*mine.ics")), "nothing in the trash")


def several(server):
    """Several calendars: each has a folder of its name, its name to show and its colour."""
    work = make_calendar(server, "work", "At work", "#FF0000FF")
    text = Person(server).type(0, "sync", "--full", "--only", "calendar")  # the folder is that of the first one
    stranger = Person(server)
    stranger.env["XDG_STATE_HOME"] = str(WORK / "stranger")
    text = stranger.type(78, "sync", "--only", "calendar")
    expect("calendar_collections" in text and "cal, work" in text, text)
    person = Person(server, "calendar_collections = all\n")
    server.put(work + "w.ics", event("same", "Meeting", "at work"))
    server.put(server.calendar + "c.ics", event("same", "Birthday", "at home"))
    text = person.type(0, "sync", "--only", "calendar")
    expect("calendar 2 in step, 2 new here" in text, text)
    expect("Meeting" in read(CALENDARS / "work" / "same.ics"), "no event of work")
    expect("Birthday" in read(CALENDARS / "cal" / "same.ics"), "no event of cal")
    expect(read(CALENDARS / "work" / "displayname") == "At work\n", "no displayname of work")
    expect(read(CALENDARS / "work" / "color") in ("#FF0000\n", "#FF0000FF\n"), repr(read(CALENDARS / "work" / "color")))
    # what it is called, and its colour, go both ways
    (CALENDARS / "work" / "displayname").write_text("Office & co")
    (CALENDARS / "cal" / "color").write_text("#00FF00\n")
    person.type(0, "sync", "--only", "calendar")
    person.type(0, "sync", "--only", "calendar", "--full")
    text = person.type(0, "collections", "cloud")
    expect("work (Office & co)" in text and "#00FF00" in text, text)
    expect(read(CALENDARS / "work" / "displayname").strip() == "Office & co", "the name came back as it was")
    text = person.type(0, "journal", "list", "--all", "cloud")
    expect("calendar/work" in text and "calendar/cal" in text, text)
    (CALENDARS / "work" / "n.ics").write_text(event("n", "New", "here"))
    person.type(0, "sync", "--only", "calendar")
    expect(len(server.names(work)) == 2 and len(server.names(server.calendar)) == 1, "sent to another calendar")
    text = person.type(0, "import", "--collection", "cal", "cloud", str(CALENDARS / "work" / "n.ics"))
    expect("1 taken" in text, text)
    person.type(64, "import", "cloud", str(CALENDARS / "work" / "n.ics"))
    text = person.type(64, "import", "--collection", "wrok", "cloud", str(CALENDARS / "work" / "n.ics"))
    expect("no chosen collection" in text and not (CALENDARS / "wrok").exists(), text)
    text = person.type(78, "login", "cloud")
    expect("nothing to sign in to" in text, text)
    refused_and_messages(person, server)
    text = person.type(0, "export", "cloud", "calendar")
    expect(text.count("BEGIN:VEVENT") == 4, text)
    # one vanishes: its folder stays as it is, and is told, the others go on
    server.call("DELETE", work)
    text = person.type(1, "sync", "--full", "--only", "calendar")
    expect("work: that calendar is not there any more" in text, text)
    expect("Meeting" in read(CALENDARS / "work" / "same.ics"), "the folder of the calendar that vanished")
    expect(len(server.names(server.calendar)) == 2, "the others did not go on")
    expect_held("work: that calendar is not there any more")


def refused_and_messages(person, server):
    """What the server does not take is told by status, too; a message that takes an event back is none."""
    bad, message = CALENDARS / "cal" / "bad.ics", CALENDARS / "cal" / "message.ics"
    bad.write_text(event("bad", "Never again", "x").replace("SUMMARY", "RRULE:FREQ=NEVER\r\nSUMMARY"))
    message.write_text(event("message", "Taken back", "x").replace("VERSION:2.0", "VERSION:2.0\r\nMETHOD:CANCEL"))
    text = person.type(1, "sync", "--only", "calendar")
    expect("message.ics" in text and "METHOD:CANCEL" in text, text)
    sent = server.names(server.calendar)
    expect("bad.ics" not in sent and "message.ics" not in sent, f"sent: {sent}\n{text}")
    text = person.type(0, "status", "cloud")
    expect("Never again" in text, text)
    bad.unlink()
    message.unlink()
    person.type(0, "sync", "--only", "calendar")


def status():
    return json.loads((WORK / "status.json").read_text())


def expect_held(words):
    told = status()
    expect(told["state"] == "held" and words in told["message"], told)
    expect(told["calendar"]["held"] == 1 and words in told["calendar"]["problems"][0], told)


def misspelt(server):
    """A calendar that is not there is held; where nothing is left at all, that is a failure."""
    text = Person(server, "calendar_collections = cal, wrok\n").type(1, "sync", "--only", "calendar")
    expect("wrok: there is no such calendar; there are: cal" in text and "2 in step" in text, text)
    expect_held("wrok: there is no such calendar")
    success = status()["calendar"]["last_success"]
    time.sleep(1.1)  # which is told in seconds
    person = Person(server, "calendar_collections = wrok\n")
    text = person.type(65, "sync", "--only", "calendar")
    expect("there is nothing left to synchronise with: wrok: there is no such calendar" in text, text)
    told = status()
    expect(told["state"] == "error" and told["calendar"]["last_success"] == success, told)
    expect(not (CALENDARS / "wrok").exists(), "a folder of what is not there")
    Person(server, "calendar_collections = cal\n").type(0, "sync", "--only", "calendar")


def waiting_for_mail(server):
    """A password that cannot be had just now is asked for again; meanwhile the journal is nobody's."""
    mark = WORK / "asked"
    mail = "calendar_collections = cal\nmail_remote = imap\nmail_url = imap://127.0.0.1:1\nmail_user = ada\n"

    def start(command):
        person = Person(server, f"{mail}mail_password_command = {command}\n")
        words = [f"{BINARY}/passerelle", "wait-mail", "cloud"]
        return person, subprocess.Popen(words, env=person.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

    person = Person(server, f"{mail}mail_password_command = echo secret\n")
    person.config.write_text(person.config.read_text().replace("messages = off\n", ""))
    text = person.type(0, "check", "cloud")
    expect("password for messages is there" in text and "service password" not in text, text)
    for command, wanted in (("exit 1", 75), ("echo secret", 69)):
        _, child = start(command)
        expect(child.wait(60) == wanted, f"wait-mail: {child.returncode}, not {wanted}")
        child.stdin.close()
    person, child = start(f"touch {mark}; sleep 100")
    wait_until(mark.exists, "the password was not asked for")
    person.type(0, "sync", "--only", "calendar")
    expect(not any((WORK / "state").rglob("*.journal-wal")), "the log of the journal was not folded in")
    child.stdin.close()  # and with it whoever started it
    child.wait(60)


def wait_until(is_so, text):
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.1)
    fail(text)


def held(server):
    """Very many removals wait for a word."""
    person = Person(server, "contacts_direction = both\ncalendar_collections = all\n")
    for i in range(30):
        server.put(server.book + f"p{i}.vcf", card(f"p{i}", f"Person {i}", "x"))
    person.type(0, "sync", "--only", "contacts")
    for name in server.names(server.book)[:25]:
        server.call("DELETE", server.book + name)
    text = person.type(1, "sync", "--only", "contacts")
    expect(len(list(CONTACTS.glob("*.vcf"))) == 30, text)
    text = person.type(0, "status", "cloud")
    expect("removals wait for your word" in text and "--confirm" in text, text)
    person.type(0, "sync", "--only", "contacts", "--confirm")
    expect(len(list(CONTACTS.glob("*.vcf"))) == 5, "not removed once confirmed")


def make_book(server, name):
    body = (
        '<mkcol xmlns="DAV:" xmlns:A="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype><collection/><A:addressbook/>'
        "</resourcetype></prop></set></mkcol>"
    )
    status, text = server.call("MKCOL", f"/{dav_servers.USER}/{name}/", body, {"Content-Type": "text/xml"})
    expect(status == 201, f"MKCOL: {status} {text}")
    return f"/{dav_servers.USER}/{name}/"


def another(server):
    """An empty address book in the place of the first takes nothing away, and a rebuild compares both."""
    before = len(list(CONTACTS.glob("*.vcf")))
    expect(before > 0, "there is nothing to lose")
    empty = make_book(server, "empty")
    person = Person(server, f"contacts_url = http://127.0.0.1:{server.port}{empty}\ncalendar_direction = off\n")
    for _ in range(2):
        text = person.type(1, "sync", "--only", "contacts")
        expect("journal rebuild" in text, text)
        expect(len(list(CONTACTS.glob("*.vcf"))) == before and server.names(empty) == [], text)
    person.type(0, "journal", "rebuild", "cloud")
    expect(len(list(CONTACTS.glob("*.vcf"))) == before, "a rebuild removed something")
    text = person.type(0, "sync", "--only", "contacts")
    expect(len(server.names(empty)) == before == len(server.names(server.book)), text + person.type(0, "journal", "list", "--all", "cloud"))


def main():
    server = dav_servers.Server("radicale", str(WORK / "radicale"))
    try:
        one_of_each(server)
        several(server)
        misspelt(server)
        waiting_for_mail(server)
        held(server)
        another(server)
    finally:
        server.stop()
    print("one account with an address book, and one, two and one calendars: all was exchanged, labelled, held and told")


main()
