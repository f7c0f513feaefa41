#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Signing in by OAuth 2: a provider of its own, before a real DAV server that takes only its tokens."""
import base64
import hashlib
import http.client
import http.server
import json
import os
import pathlib
import re
import secrets
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

import dav_servers

BINARY, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
CLIENT, SECRET = "client-1", "the client's secret"
SERVICE, PASSWORD = "YOURSERVIC1234567890", "secret:for trying"  # what the emulator takes


def expect(is_so, text):
    if not is_so:
        print("FAILED:", text)
        raise SystemExit(1)


class Provider(http.server.ThreadingHTTPServer):
    """Authorization and token endpoint (RFC 6749), with PKCE (RFC 7636); each refresh token is good once."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Pages)
        self.port = self.server_address[1]
        self.codes, self.refreshes, self.tokens, self.given, self.grants = {}, set(), set(), set(), []
        self.lifetime = 3600
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def give(self):
        access, refresh = secrets.token_urlsafe(20), secrets.token_urlsafe(20)
        self.tokens.add(access)
        self.refreshes.add(refresh)
        self.given |= {access, refresh}
        return {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": self.lifetime}


class Pages(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def say(self, status, body, headers=()):
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):  # the person is signed in at once
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        expect(asked["response_type"] == "code" and asked["client_id"] == CLIENT, asked)
        expect(asked["code_challenge_method"] == "S256" and asked["prompt"] == "consent", asked)
        code = secrets.token_urlsafe(10)
        self.server.codes[code] = (asked["code_challenge"], asked["redirect_uri"])
        back = asked["redirect_uri"] + "?" + urllib.parse.urlencode({"code": code, "state": asked["state"]})
        self.say(302, {}, [("Location", back)])

    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.server.grants.append(form["grant_type"])
        if form.get("client_id") != CLIENT or form.get("client_secret") != SECRET:
            return self.say(401, {"error": "invalid_client"})
        if form["grant_type"] == "authorization_code":
            challenge, redirect = self.server.codes.pop(form["code"], (None, None))
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            is_good = (challenge == base64.urlsafe_b64encode(digest).decode().rstrip("=") and redirect == form["redirect_uri"])
        else:
            is_good = form["refresh_token"] in self.server.refreshes
            self.server.refreshes.discard(form["refresh_token"])
        return self.say(200, self.server.give()) if is_good else self.say(400, {"error": "invalid_grant"})


class Gate(dav_servers.Proxy):
    """Lets only the provider's tokens through to the server."""

    def __init__(self, target, provider):
        self.provider = provider
        super().__init__(target)
        self.RequestHandlerClass = Guard


class Guard(dav_servers.Connection):
    def forward(self, method, path, body, headers):
        kind, _, token = headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.server.provider.tokens:
            return Refusal(), b""
        return super().forward(method, path, body, {**headers, "Authorization": "Basic dXNlcjpzZWNyZXQ="})


class Refusal:
    status, reason = 401, "Unauthorized"

    def getheaders(self):
        return [("WWW-Authenticate", "Bearer")]


class Emulator:
    """The service that knows no users: its tokens come from a page of its own."""

    def __init__(self):
        command = [f"{BINARY}/passerelle-emulator", "--print-token", "--demo", "--token-lifetime", "30d"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        said = dict(self.process.stdout.readline().strip().rsplit(" ", 1) for _ in range(2))
        self.url, self.token = said["listening on"], said["token"]

    def control(self, request):
        with urllib.request.urlopen(f"{self.url}/_emulator/{request}", timeout=60) as reply:
            return json.load(reply)

    def stop(self):
        self.process.kill()
        self.process.communicate()


class Person:
    """One account in a folder of its own; more: its lines besides the address book and the sign-in."""

    def __init__(self, gate, provider, account, more):
        self.account, self.folder = account, WORK / account
        home = self.folder / "home"
        (home / "passerelle").mkdir(parents=True)
        secret = self.write_secret("client-secret", SECRET)
        self.config = home / "passerelle" / "passerelle.conf"
        self.config.write_text(
            f"[account {account}]\ncontacts_remote = carddav\ncontacts_url = http://127.0.0.1:{gate.port}{gate.book}\n"
            f"user = {dav_servers.USER}\ncontacts = {self.folder}/contacts\nstatus = {self.folder}/status.json\n"
            f"oauth_client_id = {CLIENT}\noauth_client_secret_file = {secret}\noauth_scope = contacts\n"
            f"login_url = http://127.0.0.1:{provider.port}/auth?prompt=consent\n"
            f"oauth_token_url = http://127.0.0.1:{provider.port}/token\n{more}"
        )
        self.printed = ""
        (self.folder / "run").mkdir(mode=0o700)
        self.env = {**os.environ, "XDG_CONFIG_HOME": str(home), "XDG_STATE_HOME": str(self.folder / "state"),
                    "XDG_RUNTIME_DIR": str(self.folder / "run"), "LC_ALL": "C.UTF-8"}
        self.env.pop("DISPLAY", None)

    def write_secret(self, name, text):
        path = self.folder / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return path

    def start(self, *words):
        return subprocess.Popen([f"{BINARY}/passerelle", *words], env=self.env, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def type(self, wanted, *words):
        process = self.start(*words)
        text, _ = process.communicate(timeout=300)
        self.printed += text
        expect(process.returncode == wanted, f"passerelle {' '.join(words)}: {process.returncode}, not {wanted}\n{text}")
        return text

    def sign_in(self, is_pasted, token=None):
        """What the browser would do with the address that is printed. token: asked for first, and pasted."""
        process = self.start("login", self.account, *(["--paste"] if is_pasted else ["--print"]))
        if token is not None:
            process.stdin.write(token + "\n")
            process.stdin.flush()
        if not is_pasted:  # nothing else is asked for
            process.stdin.close()
            process.stdin = None
        printed = ""
        while "http" not in printed or not printed.endswith("\n"):
            line = process.stdout.readline()
            expect(line != "", f"login ended: {printed}")
            printed += line
        address = re.search(r"http://\S+", printed).group()
        back = follow(address)
        if not is_pasted:
            expect(get(back).status == 200, "the page did not take the code")
        rest, _ = process.communicate(back + "\n" if is_pasted else None, timeout=300)
        self.printed += printed + rest
        expect(process.returncode == 0 and "signed in" in rest, printed + rest)
        expect(("the token is stored" in printed) == (token is not None), printed)

    def paste_token(self, token):
        process = self.start("login", self.account, "--paste")
        text, _ = process.communicate(token + "\n", timeout=300)
        self.printed += text
        expect(process.returncode == 0 and "the token is stored" in text, text)
        expect("Sign in at" not in text, "a sign-in was asked for that is not needed")


def get(address):
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("GET", parts.path + "?" + parts.query)
    return connection.getresponse()


def follow(address):
    reply = get(address)
    expect(reply.status == 302, reply.status)
    return reply.getheader("Location")


def scenario(server, gate, provider):
    """An account that signs in by OAuth 2 and in no other way."""
    person = Person(gate, provider, "cloud", "messages = off\n")
    text = person.type(77, "check")
    expect("not signed in: type passerelle login cloud" in text, text)
    text = person.type(77, "sync")
    expect("passerelle login cloud" in text, text)
    person.sign_in(is_pasted=False)
    expect((person.folder / "state/passerelle/cloud.oauth").stat().st_mode & 0o777 == 0o600, "others can read the tokens")
    server.put(server.book + "a.vcf", dav_servers.card("a", "Anna", "there"))
    person.type(0, "sync")
    expect((person.folder / "contacts/a.vcf").exists(), "nothing came")
    person.type(0, "check")
    # the access token ends: a new one is fetched, once
    provider.lifetime = 30
    person.sign_in(is_pasted=True)
    before = list(provider.grants)
    person.type(0, "sync")
    person.type(0, "sync")
    expect(provider.grants[len(before):] == ["refresh_token"] * 2, provider.grants)
    # the sign-in ends: the person is asked, and signs in again
    provider.refreshes.clear()
    text = person.type(77, "sync")
    expect("passerelle login cloud" in text, text)
    text = person.type(0, "status")
    expect("passerelle login cloud" in text, text)
    provider.lifetime = 3600
    person.sign_in(is_pasted=False)
    person.type(0, "sync")
    # the tokens are those of that client: another one gets none of them
    text = person.config.read_text()
    person.config.write_text(text.replace(CLIENT, "client-2"))
    before = len(provider.grants)
    said = person.type(77, "sync")
    expect("passerelle login cloud" in said and len(provider.grants) == before, said)
    person.config.write_text(text)
    person.type(0, "sync")
    return person


def mixed(gate, provider, emulator):
    """Contacts by OAuth 2, the rest from the service that gives tokens of its own: each is asked for when it is missing."""
    person = Person(gate, provider, "both", "")
    password = person.write_secret("password", PASSWORD)
    card = person.folder / "own/me.vcf"
    with person.config.open("a") as config:
        config.write(f"endpoint = {emulator.url}\nservice_id = {SERVICE}\nservice_password_file = {password}\n"
                     f"calendar = {person.folder}/calendar\nprofile = {card}\nrequests_per_minute = 100000\n")
    person.type(77, "sync")
    provider.lifetime = 30
    person.sign_in(is_pasted=False, token=emulator.token)
    person.type(0, "sync")
    expect((person.folder / "contacts/a.vcf").exists() and card.exists(), "not all came")
    # the one sign-in ends: what the other one gives goes on, and only the first is asked for
    provider.refreshes.clear()
    card.unlink()
    text = person.type(77, "sync")
    expect(card.exists(), f"the card waits for the sign-in of another service: {text}")
    provider.lifetime = 3600
    person.sign_in(is_pasted=False)
    person.type(0, "sync")
    # and the other way round
    emulator.control("expire-token")
    person.type(77, "sync")
    emulator.token = emulator.control("new-token")["token"]
    person.paste_token(emulator.token)
    person.type(0, "sync")
    # where neither is missing, both are renewed
    person.sign_in(is_pasted=True, token=emulator.token)
    # a token that comes from a command leaves the other sign-in
    command = person.write_secret("token", emulator.token)
    with person.config.open("a") as config:
        config.write(f"token_command = cat {command}\n")
    person.sign_in(is_pasted=False)
    person.type(0, "sync")
    return person


def check_secrets(people, secrets_of_all):
    """Nothing of them was shown or logged."""
    said = "".join(person.printed for person in people)
    said += "".join(path.read_text(errors="replace") for path in WORK.rglob("*.json"))
    for secret in secrets_of_all:
        expect(secret not in said, "a secret was shown")


def main():
    server = dav_servers.Server("radicale", str(WORK / "radicale"))
    provider = Provider()
    gate = Gate(server.port, provider)
    gate.book = server.book
    emulator = Emulator()
    first_token = emulator.token
    try:
        people = [scenario(server, gate, provider), mixed(gate, provider, emulator)]
        check_secrets(people, provider.given | {SECRET, PASSWORD, first_token, emulator.token})
    finally:
        emulator.stop()
        server.stop()
    print("signed in by the loopback page and by pasting, refreshed, ended, signed in again, with and without another service;"
          " no secret was shown")


main()
