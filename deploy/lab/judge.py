#!/usr/bin/env python3
"""Asks a game server what clients ask that nobody here wrote, and prints the answers as one JSON object.

usage: judge.py HOST PORT PASSWORD [COMMAND...]

A2S queries go through PyPI's python-a2s, RCON through PyPI's rcon:
    python3 -m venv DIR && DIR/bin/pip install python-a2s==1.4.2 rcon==2.4.9 && DIR/bin/python judge.py ...
RCON runs `status` and `cvarlist` (a reply of several packets), and each COMMAND. A password of `-` leaves RCON out.
The exit code is 0 when everything was answered; what was not is in `errors`.
"""

import json
import sys
from dataclasses import asdict

import a2s
from rcon.exceptions import WrongPassword
from rcon.source import Client

TIMEOUT = 10


def ask(answers, name, question):
    """Notes the answer, or why there is none."""
    try:
        answers[name] = question()
    except WrongPassword:
        answers["errors"][name] = "wrong password"
    except Exception as error:  # a judge reports whatever a client stumbles over
        answers["errors"][name] = f"{type(error).__name__}: {error}"


def command(host, port, password, text):
    """One connection for each: this client leaves the end mark of a long reply unread."""
    with Client(host, port, timeout=TIMEOUT, passwd=password) as client:
        return client.run(text)


def main():
    """Asks everything."""
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    host, port, password, *commands = sys.argv[1:]
    address = (host, int(port))
    answers = {"errors": {}}
    ask(answers, "info", lambda: asdict(a2s.info(address, timeout=TIMEOUT)))
    ask(answers, "players", lambda: [asdict(player) for player in a2s.players(address, timeout=TIMEOUT)])
    ask(answers, "rules", lambda: a2s.rules(address, timeout=TIMEOUT))
    if password != "-":
        answers["rcon"] = {}
        for text in ["status", "cvarlist", *commands]:
            replies = {"errors": answers["errors"]}
            ask(replies, text, lambda: command(host, int(port), password, text))
            if text in replies:
                answers["rcon"][text] = replies[text]
    json.dump(answers, sys.stdout, indent=1, default=str)
    print()
    sys.exit(1 if answers["errors"] else 0)


if __name__ == "__main__":
    main()
