#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A service that answers every call with error -3 and the address that stands in a file: hostile_service.py PORT_FILE ADDRESS_FILE"""
import http.server
import sys
import xml.sax.saxutils


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[2], encoding="utf-8") as file:
            address = xml.sax.saxutils.escape(file.read())
        body = f"<error><code>-3</code><detail>denied</detail><url>{address}</url></error>".encode()
        self.send_response(500)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1], "w", encoding="utf-8") as port_file:
    port_file.write(str(server.server_port))
server.serve_forever()
