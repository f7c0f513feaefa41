# SPDX-License-Identifier: MIT
"""
Stands before the emulator and spoils the answers to some actions: it quotes what it was sent (the token, the credentials, the person's
data), each time another part of it first. quoting_server.py EMULATOR_URL MODE_FILE PORT_FILE; a line of the mode file: ACTION KIND.
"""
import base64
import html
import http.server
import itertools
import pathlib
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

UPSTREAM, MODES, PORT_FILE = sys.argv[1:4]
turns = itertools.count()


def lower_escapes(quoted):
    return re.sub("%..", lambda escape: escape[0].lower(), quoted)


def pieces(request, parameters):
    """All that the request held, in the forms in which servers are known to quote it."""
    basic = request.headers.get("Authorization", "Basic ").partition(" ")[2]
    token = parameters.get("token", "")
    people = [value for name, value in parameters.items() if name not in ("action", "token")]
    return [f"token {token}", f"login {base64.b64decode(basic).decode()}", f"Authorization: Basic {basic}", request.path.partition("?")[2],
            f"refused: {', '.join(people)}", f"token={lower_escapes(urllib.parse.quote(token, safe=''))}", f"{'x' * 150} {token}",
            f"LOUD {' '.join(people).upper()}"]


def spoiled(kind, quote):
    """Status, content type and body of each kind of answer."""
    name, _, number = kind.partition(":")
    plain = html.escape(quote)
    address = f"https://privacy.example.org/ask?familly=contact&amp;what={html.escape(urllib.parse.quote(quote))}"
    answers = {
        "gateway": (500, "text/xml", f"<error><code>{number}</code><detail>{plain}</detail></error>"),
        "consent": (500, "text/xml", f"<error><code>-3</code><detail>{plain}</detail><url>{address}</url></error>"),
        "command": (200, "text/xml", f'<command><result>-{number}</result><error type="{number}">{plain}</error></command>'),
        "messages": (200, "text/xml", f"<getPersonalMessagesReturn><error><code>{number}</code><detail>{plain}</detail></error>"
                                      "</getPersonalMessagesReturn>"),
        "html": (500, "text/html", f"<html><title>{plain}</title><h1>Cannot read {plain}</h1></html>"),
        "broken": (200, "text/xml", f"<command><{plain.split()[0]} &{plain};<![CDATA[{quote}"),
        "redirect": (302, "text/html", plain),
    }
    return answers["html" if name == "cut" else name]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: the second would wait 40 ms for the receipt of the first

    def do_GET(self):  # pylint: disable=invalid-name # of the base class
        parameters = dict(urllib.parse.parse_qsl(self.path.partition("?")[2], keep_blank_values=True))
        modes = dict(line.split() for line in pathlib.Path(MODES).read_text().splitlines() if line)
        kind = modes.get(parameters.get("action")) or modes.get("*")
        if kind is None:
            self.forward()
            return
        choices = pieces(self, parameters)
        first = next(turns) % len(choices)
        quote = " / ".join(choices[first:] + choices[:first])
        status, content_type, body = spoiled(kind, quote)
        more = {"Location": f"/moved?{urllib.parse.quote(quote)}"} if kind == "redirect" else {}
        self.answer(status, content_type, body.encode(), 100 if kind == "cut" else 0, more)

    def log_message(self, *_):  # it would hold the tokens
        pass

    def forward(self):
        request = urllib.request.Request(UPSTREAM + self.path, headers={"Authorization": self.headers.get("Authorization", "")})
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                self.answer(reply.status, reply.headers.get("Content-Type"), reply.read())
        except urllib.error.HTTPError as error:
            self.answer(error.code, error.headers.get("Content-Type"), error.read())

    def answer(self, status, content_type, body, lacking=0, more=None):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body) + lacking))
        for name, value in (more or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = bool(lacking)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
pathlib.Path(PORT_FILE).write_text(str(server.server_address[1]))
server.serve_forever()
