#!/usr/bin/python3
"""Puts UDP and TCP ports of a host's private network on 127.0.0.1 of the machine.

    forward.py --netns /run/netns/NAME --until PID [--to 127.0.0.1] [--background LOG] udp:27015 tcp:27015 ...

The listening sockets are opened first, where the machine's network is; then the process enters the host's network
namespace, in which it makes every further socket. Nothing is added to the machine's network, and the game sees a
local client: what its firewall allows from `lo` (RCON) works. `host.sh forward NAME PORT...` fills in the options.

With --background it returns when all ports are open, and works on until the process PID ends (a host's supervisor).
Bounds: 64 TCP connections (further ones are closed at once), 256 UDP peers (the one silent for longest makes room),
a UDP peer silent for 60 seconds is forgotten. Exit codes: 0 the host has ended, 1 a sentence on stderr, 2 usage.
"""

import argparse
import asyncio
import collections
import ctypes
import os
import socket
import sys

LISTEN = "127.0.0.1"
MAX_CONNECTIONS = 64
MAX_PEERS = 256
PEER_IDLE_SECONDS = 60
CHUNK = 65536
CLONE_NEWNET = 0x40000000


def port(text):
    """Parses `udp:27015`; 1 to 65535."""
    kind, _, number = text.partition(":")
    if kind not in ("udp", "tcp") or not number.isascii() or not number.isdigit() or not 1 <= int(number) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port; udp:27015 or tcp:27015 is meant")
    return kind, int(number)


def listen(kind, number):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM)
    s.setblocking(False)
    if kind == "tcp":
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        s.bind((LISTEN, number))
        if kind == "tcp":
            s.listen(MAX_CONNECTIONS)
    except OSError as e:
        sys.exit(f"forward.py: {kind} port {number} of {LISTEN}: {e.strerror}")
    return s


def enter(path):
    """setns(2) for this process; Python itself has it from 3.12 on only."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(path, "rb") as f:
        if libc.setns(f.fileno(), CLONE_NEWNET):
            sys.exit(f"forward.py: {path}: {os.strerror(ctypes.get_errno())}")


class Udp:
    """One UDP port: a connected socket in the host for each peer, so that answers find their way back."""

    def __init__(self, outside, target):
        self.loop = asyncio.get_running_loop()
        self.outside, self.target = outside, target
        self.peers = collections.OrderedDict()  # address -> [socket, time of the last datagram], the oldest first
        self.loop.add_reader(outside, self.to_host)
        self.forget_idle()

    def to_host(self):
        try:
            data, peer = self.outside.recvfrom(CHUNK)
        except OSError:
            return
        if peer not in self.peers:
            if len(self.peers) >= MAX_PEERS:
                self.forget(next(iter(self.peers)))
            inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            inside.setblocking(False)
            inside.connect(self.target)
            self.loop.add_reader(inside, self.to_peer, inside, peer)
            self.peers[peer] = [inside, 0]
        self.touch(peer)
        try:
            self.peers[peer][0].send(data)
        except OSError:
            pass  # nobody listens there, or the queue is full: UDP may lose

    def to_peer(self, inside, peer):
        try:
            self.outside.sendto(inside.recv(CHUNK), peer)
            self.touch(peer)
        except OSError:
            pass

    def touch(self, peer):
        self.peers[peer][1] = self.loop.time()
        self.peers.move_to_end(peer)

    def forget(self, peer):
        inside, _ = self.peers.pop(peer)
        self.loop.remove_reader(inside)
        inside.close()

    def forget_idle(self):
        for peer, (_, last) in list(self.peers.items()):
            if self.loop.time() - last < PEER_IDLE_SECONDS:
                break
            self.forget(peer)
        self.loop.call_later(PEER_IDLE_SECONDS / 4, self.forget_idle)


class Tcp:
    """All TCP ports together: they share the bound on connections."""

    def __init__(self):
        self.connections = 0

    async def serve(self, outside, target):
        async def connected(reader, writer):
            await self.relay(reader, writer, target)

        return await asyncio.start_server(connected, sock=outside)

    async def relay(self, reader, writer, target):
        self.connections += 1
        try:
            if self.connections > MAX_CONNECTIONS:
                return
            inner_reader, inner_writer = await asyncio.open_connection(*target)
            try:
                await asyncio.gather(self.copy(reader, inner_writer), self.copy(inner_reader, writer))
            finally:
                inner_writer.close()
        except OSError:
            pass  # refused or reset in the host: the client sees its connection close
        finally:
            self.connections -= 1
            writer.close()

    @staticmethod
    async def copy(reader, writer):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def forward(ports, to, until):
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(until, ended.set)
    tcp, keep = Tcp(), []
    for (kind, number), s in ports:
        keep.append(Udp(s, (to, number)) if kind == "udp" else await tcp.serve(s, (to, number)))
    await ended.wait()


def background(log):
    if os.fork():
        os._exit(0)
    os.setsid()
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open("/dev/null", os.O_RDONLY)
    for source, target in ((null, 0), (fd, 1), (fd, 2)):
        os.dup2(source, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--netns", required=True, help="path of the host's network namespace")
    parser.add_argument("--until", required=True, type=int, help="process at whose end to end")
    parser.add_argument("--to", default="127.0.0.1", help="IPv4 address in the host")
    parser.add_argument("--background", metavar="LOG", help="return when the ports are open; complaints go to LOG")
    parser.add_argument("ports", nargs="+", type=port, metavar="PORT", help="udp:27015 or tcp:27015")
    args = parser.parse_args()
    try:
        until = os.pidfd_open(args.until)
    except OSError as e:
        sys.exit(f"forward.py: process {args.until}: {e.strerror}")
    ports = [(p, listen(*p)) for p in args.ports]
    enter(args.netns)
    if args.background:
        background(args.background)
    asyncio.run(forward(ports, args.to, until))


if __name__ == "__main__":
    sys.exit(main())
