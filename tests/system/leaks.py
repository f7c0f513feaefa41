# SPDX-License-Identifier: MIT
"""Looks for tokens, passwords and what people are called where none of them may stand: in files, in outputs, in other processes' sight."""
import base64
import fnmatch
import html
import json
import os
import pathlib
import re
import sys
import time
import urllib.parse
import urllib.request

SERVICE = "YOURSERVIC1234567890"
# as the emulator makes them: as they are, or percent-encoded once or twice
TOKEN = re.compile(rb"B64(?:[A-Za-z0-9+/]|%(?:25)?2[BbFf]){22}(?:=|%(?:25)?3[Dd]){2}")
MAY_HOLD_SECRETS = ("token", "password", "*.token", "emulator.*", "server.*")  # of the person, of the emulator, of a test's own server
LOGS = ("*.log", "*.err.out")
CUT = 12  # so much of a long secret counts as one
SHORTEST = 6  # a shorter name may be anybody's word


def forms(secret, encodes=True):
    """As which bytes a secret may be written."""
    quoted = urllib.parse.quote(secret, safe="")
    lower = re.sub("%..", lambda escape: escape[0].lower(), quoted)
    texts = {secret, quoted, lower, urllib.parse.quote(quoted), quoted.replace("%20", "+"), html.escape(secret), json.dumps(secret)[1:-1]}
    texts.add(json.dumps(secret, ensure_ascii=False)[1:-1])
    raw = secret.encode()
    if len(secret) > 2 * CUT:
        texts.add(secret[:CUT])
    if encodes:  # the whole, and within a longer text
        texts |= {base64.b64encode(part + raw).decode()[skip:-4] for part, skip in ((b"", 0), (b"x", 2), (b"xx", 3)) if len(raw) > 8}
    return {text.encode() for text in texts if len(text) >= 4}


def basic(password):
    return base64.b64encode(f"{SERVICE}:{password}".encode()).decode().rstrip("=")


def secrets_in(content, secrets):
    """What of the secrets (a list of texts) stands in these bytes; any token of the emulator counts."""
    found = [f"a token, {match[0][:9]!r}…" for match in [TOKEN.search(content)] if match]
    for secret in secrets:
        found += [f"a secret as {form[:4]!r}…" for form in forms(secret) if form in content]
    return found


def names_in(content, names):
    return [name for name in names if any(form in content for form in forms(name, encodes=False))]


def card_names(folder):
    """What the items of a folder are called, and how those people are reached."""
    found = set()
    for path in [*pathlib.Path(folder).rglob("*.vcf"), *pathlib.Path(folder).rglob("*.ics")]:
        text = path.read_text(errors="replace").replace("\r\n ", "")
        for line in re.findall(r"(?m)^(?:FN|EMAIL|TEL|SUMMARY)[^:\r\n]*:([^\r\n]*)", text):
            found.add(re.sub(r"\\(.)", r"\1", line).strip())
    return found


def remote_names(url):
    def ask(what):
        with urllib.request.urlopen(f"{url}/_emulator/{what}", timeout=60) as reply:
            return json.load(reply)
    found = {event.get("title") for event in ask("events")}
    for contact in ask("contacts"):
        found.add(" ".join(filter(None, (contact.get("firstname"), contact.get("lastname")))))
        found |= {device["value"] for device in contact.get("devices", [])}
    return {name for name in found if name}


def tellable(names):
    """Those that stand in a log for nothing else: not one plain word."""
    return {name for name in names if len(name) >= SHORTEST and re.search(r"[^a-z0-9]", name[1:]) and not name.startswith("http")}


def read(path):
    try:
        return path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    except (FileNotFoundError, PermissionError):
        return b""


def status_words(content):
    """A status document without its data: what is said in words."""
    document = json.loads(content)
    action = document.get("action", {})
    return json.dumps([document.get("message"), action.get("kind"), document.get("state")], ensure_ascii=False).encode()


def scan(root, secrets, names=(), may_hold=()):
    """Every file below root for secrets, the logs and the words of the status for names. Returns a line per find, and how much was read."""
    found, count = [], 0
    for path in sorted(pathlib.Path(root).rglob("*")):
        content = read(path)
        if not content or any(fnmatch.fnmatch(path.name, pattern) for pattern in (*MAY_HOLD_SECRETS, *may_hold)):
            continue
        count += 1
        found += [f"{path}: {what}" for what in secrets_in(content, secrets)]
        is_status = path.parent.name == "passerelle" and path.suffix == ".json"
        if is_status or any(fnmatch.fnmatch(path.name, pattern) for pattern in LOGS):
            found += [f"{path}: {name!r}" for name in names_in(status_words(content) if is_status else content, names)]
    return found, count


def kin(roots):
    """The processes called passerelle below one of roots, and all their descendants."""
    parents, called = {}, {}
    for place in pathlib.Path("/proc").iterdir():
        if place.name.isdigit():
            name, _, rest = read_text(place / "stat").rpartition(")")
            if rest:
                parents[int(place.name)], called[int(place.name)] = int(rest.split()[1]), name.partition("(")[2]

    def line(pid):
        while pid:
            yield pid
            pid = parents.get(pid)
    return {pid: called[pid] for pid in parents
            if any(called.get(one) == "passerelle" for one in line(pid)) and any(root in line(pid) for root in roots)}


def read_text(path):
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""


def watch(root, secrets, report):
    """Until report.stop is there: what others see of the program and of what it starts. One line per find and per name of a process."""
    seen, report = set(), pathlib.Path(report)
    while not report.with_suffix(".stop").exists():
        for pid, name in kin([int(root)]).items():
            sights = {f"seen {name}"}
            for sight in ("cmdline", "environ"):
                shown = read_text(pathlib.Path(f"/proc/{pid}/{sight}")).encode()
                sights |= {f"LEAK {sight} of {name}: {what}" for what in secrets_in(shown, secrets)}
            for line in sights - seen:
                with report.open("a") as file:
                    file.write(f"{line}\n")
            seen |= sights
        time.sleep(0.03)


def first_lines(paths):
    """The secrets that these files begin with, and what a request makes of them."""
    secrets = [text for path in paths for text in [pathlib.Path(path).read_text().partition("\n")[0]] if text]
    return secrets + [basic(text) for text in secrets]


def main(what, root, *words):
    if what == "watch":
        watch(root, first_lines(words[1:]), words[0])
        return
    url, *files = words
    secrets = first_lines(files)
    names = card_names(root)
    if url:
        names |= remote_names(url)
    may_hold = os.environ.get("MAY_HOLD_SECRETS", "").split()
    found, count = scan(root, secrets, tellable(names), may_hold)
    if found:
        sys.exit("\n".join(["it leaks:", *found[:20]]))
    print(f"no secret in {count} files, none of {len(tellable(names))} names in a log")


if __name__ == "__main__":
    main(*sys.argv[1:])
