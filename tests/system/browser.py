#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A person at a browser: opens an address in headless Chromium, clicks, and prints what stands there in the end.

browser.py ADDRESS [STEP …] with STEPs: click:ID, select:NAME=VALUE, until:TEXT (wait until the page holds it).
Speaks the WebDriver protocol (W3C) with chromedriver; needs Debian's chromium and chromium-driver.
"""
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
PATIENCE = 60  # seconds; the machine may be busy


class Driver:
    def __init__(self):
        self.profile = tempfile.mkdtemp()
        self.process = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        port = None
        for line in self.process.stdout:
            found = re.search(r"on port (\d+)", line)
            if found and "successfully" in line:
                port = found.group(1)
                break
        self.base = f"http://127.0.0.1:{port}"
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                            f"--user-data-dir={self.profile}"]}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        self.base += "/session/" + answer["sessionId"]

    def call(self, method, path, body=None):
        data = json.dumps(body if body is not None else {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return json.load(reply)["value"]

    def find(self, selector):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]
            except urllib.error.HTTPError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def text(self):
        while True:  # find() knows when to give up
            body = self.find("body")
            try:
                return self.call("GET", f"/element/{body}/text")
            except urllib.error.HTTPError as error:
                if error.code != 404:  # stale: another page has come in between
                    raise

    def step(self, word):
        kind, _, value = word.partition(":")
        if kind == "click":
            self.call("POST", f"/element/{self.find('#' + value)}/click")
        elif kind == "select":
            name, _, option = value.partition("=")
            self.call("POST", f"/element/{self.find(f'select[name={name}] option[value={option}]')}/click")
        elif kind == "until":
            end = time.monotonic() + PATIENCE
            while value not in self.text():
                if time.monotonic() > end:
                    raise SystemExit(f"the page never said '{value}', but: {self.text()}")
                time.sleep(0.2)
        else:
            raise SystemExit(f"unknown step '{word}'")

    def close(self):
        try:
            self.call("DELETE", "")
        except OSError:
            pass
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)


def main():
    driver = Driver()
    try:
        driver.call("POST", "/url", {"url": sys.argv[1]})
        for word in sys.argv[2:]:
            driver.step(word)
        print(driver.text())
    finally:
        driver.close()


main()
