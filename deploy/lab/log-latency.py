#!/usr/bin/python3
"""Measures in a host of the lab how long a line of a game server takes from its print to a browser that follows the server's log.

    deploy/lab/host.sh exec NAME python3 - <deploy/lab/log-latency.py

Asks for nothing but the host that provision.sh makes. The stand-in game prints the time when it was told to (RCON, on the same machine), at moments
that have nothing to do with the 250 ms at which journald hands lines on; a browser's stream is read beside it. Prints a table for docs/performance.md.
"""

import http.client
import os
import random
import re
import socket
import sqlite3
import struct
import subprocess
import threading
import time
import urllib.parse

LINES = 1000
RATE = 20  # lines a second, on average
GOAL = 600  # milliseconds
USER, PASSWORD = f"measure-{os.getpid()}", "correct horse"


def run(*argv, **variables):
    return subprocess.run(argv, check=True, capture_output=True, text=True, env={**os.environ, **variables}).stdout


class Browser:
    """Somebody who is logged in."""

    def __init__(self):
        self.cookie = ""
        self.post("/login", name=USER, password=PASSWORD)

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", 8000)
        headers = {"cookie": self.cookie, "origin": "http://127.0.0.1:8000"}
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        return connection.getresponse()

    def post(self, path, **fields):
        answer = self.ask("POST", path, urllib.parse.urlencode(fields))
        answer.read()
        assert answer.status == 303, f"{path}: {answer.status}"
        for cookie in answer.headers.get_all("set-cookie", []):
            if cookie.startswith("left4me="):
                self.cookie = cookie.split(";")[0]
        return answer.headers["location"]


def packet(number, kind, text):
    body = struct.pack("<ii", number, kind) + text.encode() + b"\0\0"
    return struct.pack("<i", len(body)) + body


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def main():
    run("l4d2ctl", "install")
    run("left4me", "create-user", USER, LEFT4ME_ADMIN_PASSWORD=PASSWORD)
    browser = Browser()
    blueprint = browser.post("/blueprints", name="Measured")
    page = browser.post("/servers", name="Measured", blueprint=blueprint.rsplit("/", 1)[1])
    database = sqlite3.connect("file:/var/lib/left4me/left4me.db?mode=ro", uri=True)
    port, password = database.execute(
        "SELECT port, rcon_password FROM servers WHERE id = ?", (page.rsplit("/", 1)[1],)
    ).fetchone()
    stream = browser.ask("GET", f"{page}/events?tab=log")
    browser.post(f"{page}/start")
    while b"VAC secure mode is activated" not in stream.readline():
        pass

    seen, printed, all_there = {}, {}, threading.Event()

    def follow():
        while len(seen) < LINES:
            line, now = stream.readline(), time.time()
            for number in re.findall(rb"measured (\d+) ", line):
                assert seen.setdefault(int(number), now) == now, f"line {number} came twice"
        all_there.set()

    threading.Thread(target=follow, daemon=True).start()
    game = socket.create_connection(("127.0.0.1", port))
    answers = game.makefile("rb")
    game.sendall(packet(1, 3, password))
    while struct.unpack("<iii", answers.read(12))[2] != 2:
        answers.read(2)
    answers.read(2)
    for number in range(LINES):
        time.sleep(random.uniform(0, 2 / RATE))
        printed[number] = time.time()
        game.sendall(packet(2, 2, f"echo measured {number} !"))
        answers.read(struct.unpack("<i", answers.read(4))[0])
    assert all_there.wait(30), f"{LINES - len(seen)} lines never came"
    late = sorted((seen[number] - printed[number]) * 1000 for number in printed)
    browser.post(f"{page}/delete", name="Measured")
    p50, p90, p99 = (percentile(late, share) for share in (0.5, 0.9, 0.99))
    print("| | p50 | p90 | p99 | most | goal: p99 |\n|---|---|---|---|---|---|")
    met = "met" if p99 < GOAL else "missed"
    print(
        f"| a server's line, printed to browser, {LINES} lines at {RATE}/s "
        f"| {p50:.0f} ms | {p90:.0f} ms | {p99:.0f} ms | {late[-1]:.0f} ms | under {GOAL} ms: {met} |"
    )


main()
