"""Crashes a server over RCON as soon as it is ready, again and again, and prints how often.

usage: crash.py NAME PORT PASSWORD TIMES CURSOR END

Reads the journal of the server's unit from CURSOR on. After TIMES crashes it waits for a line that contains END.
"""

import socket
import struct
import subprocess
import sys

AUTH, AUTH_REPLY, COMMAND = 3, 2, 2


def send(end, kind, text):
    """Sends one RCON packet."""
    body = struct.pack("<ii", 7, kind) + text.encode() + b"\0\0"
    end.sendall(struct.pack("<i", len(body)) + body)


def receive(stream):
    """The kind of the next RCON packet."""
    body = stream.read(struct.unpack("<i", stream.read(4))[0])
    number, kind = struct.unpack("<ii", body[:8])
    if number == -1:
        sys.exit("the server refuses the password")
    return kind


def crash(port, password):
    """Returns when the server is gone."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as end, end.makefile("rb") as stream:
        send(end, AUTH, password)
        while receive(stream) != AUTH_REPLY:
            pass
        send(end, COMMAND, "crash")
        try:
            while stream.read(4096):
                pass
        except ConnectionResetError:
            pass


def main():
    """Does it."""
    name, port, password, times, cursor, last = sys.argv[1:]
    follow = ["journalctl", "--follow", "--lines=all", "--output=cat", f"--unit=left4me-server@{name}"]
    crashes = 0
    with subprocess.Popen([*follow, f"--after-cursor={cursor}"], stdout=subprocess.PIPE, text=True) as journal:
        for line in journal.stdout:
            if crashes < int(times):
                if "VAC secure mode is activated" in line:
                    crash(int(port), password)
                    crashes += 1
            elif last in line:
                break
        journal.kill()
    print(crashes)


main()
