#!/usr/bin/env python3
"""Servers of the game's protocols that nobody here wrote, for the panel's own clients to read.

usage: judge-servers.py rcon-fake|rcon-server|python-valve|a2s

Needs the packages of judge-servers.txt, installed with `pip install --no-deps`: python-valve asks for one that breaks a
Python of today (enum34). It listens on a free port of 127.0.0.1, prints the number, and serves until standard input ends.
The password is `secret`; a command is answered by itself, `long` by 10,000 letters. python-valve's RCON server is one for
tests: it expects a password, `status` and an end mark, numbered as the panel does it. `a2s` are replies that
python-valve's messages write, after a challenge; it has no server for them.
"""

import asyncio
import collections
import collections.abc
import os
import socket
import sys
import threading

# python-valve is from before they moved.
collections.Mapping = collections.abc.Mapping


def reply(command):
    """What a command is answered."""
    return "x" * 10000 if command == "long" else f"you said {command}\n"


def free_port():
    """A port that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until_it_listens(port):
    """Waits for a server that does not tell."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            pass


def rcon_fake():
    """One packet for each read, none of them divided."""
    from rcon_fake import RCON

    port = free_port()
    server = RCON("127.0.0.1", port, "secret")
    server.set_handler(reply)
    server.start()
    until_it_listens(port)
    return port


def rcon_server():
    """Replies in several packets."""
    from rcon_server.rcon_message import RCONMessage
    from rcon_server.rcon_server import RCONServer

    class Server(RCONServer):
        def handle_execcommand(self, packet, connection):
            for part in RCONMessage(id=packet.id, type=0, body=reply(packet.body)):
                connection.send_packet(part)

    port = free_port()
    server = Server(("127.0.0.1", port), "secret")
    # It prints on standard output, which is for the port.
    sys.modules["rcon_server.rcon_server"].print = lambda *_: None
    threading.Thread(target=lambda: asyncio.run(server.listen()), daemon=True).start()
    until_it_listens(port)
    return port


def python_valve():
    """Answers what it expects and nothing else."""
    from valve.testing import TestRCONServer

    server = TestRCONServer()
    auth = server.expect(1, 3, b"secret")
    auth.respond(1, 0, b"")
    auth.respond(1, 2, b"")
    status = server.expect(2, 2, b"status")
    status.respond(2, 0, b"you said ")
    status.respond(2, 0, b"status\n")
    server.expect(3, 0, b"").respond_terminate_multi_part(3)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def a2s():
    """A challenge, then the message."""
    from valve.source import messages

    info = messages.InfoResponse(
        server_name="Zoë's", map="c1m1_hotel", folder="left4dead2", game="Left 4 Dead 2", app_id=550, player_count=2,
        max_players=8, bot_count=1, server_type=ord("d"), platform=ord("l"), password_protected=0, vac_enabled=1,
        version="2.2.4.3", protocol=17, response_type=0x49,
    )
    players = messages.PlayersResponse(
        response_type=0x44, player_count=1, players=[messages.PlayerEntry(index=0, name="Mal", score=5, duration=61.5)]
    )
    answers = {b"T": info.encode(), b"U": players.encode()}
    single = messages.Header(split=messages.NO_SPLIT).encode()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve():
        while True:
            request, client = server.recvfrom(2048)
            if request.endswith(b"\1\2\3\4"):
                server.sendto(single + answers[request[4:5]], client)
            else:
                server.sendto(single + messages.GetChallengeResponse(response_type=0x41, challenge=0x04030201).encode(), client)

    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1]


def main():
    """Serves."""
    servers = {"rcon-fake": rcon_fake, "rcon-server": rcon_server, "python-valve": python_valve, "a2s": a2s}
    if len(sys.argv) != 2 or sys.argv[1] not in servers:
        sys.exit(__doc__)
    print(servers[sys.argv[1]](), flush=True)
    sys.stdin.read()
    # Threads of theirs would wait for ever.
    os._exit(0)


if __name__ == "__main__":
    main()
