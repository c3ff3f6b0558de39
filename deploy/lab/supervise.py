#!/usr/bin/python3
"""Keeps one nspawn host of the lab: boots it, boots it again after a reboot or a power cut, ends with it.

Started by host.sh inside a mount namespace of its own, so that every mount made here vanishes with this process.
What it tells others lies in the host's directory:
  alive      locked as long as this process lives
  supervisor its process id
  leader     process id of the guest's PID 1, as seen from outside
  boot       number of the last boot that finished; boot.N is locked until boot N has finished
  exits      one line for each end of a boot: time and exit code of nspawn
A file `again` in that directory means that the guest is to be booted again, however it ended.
"""

import argparse
import fcntl
import os
import select
import socket
import subprocess
import sys
import time

REBOOT_ASKED = 133  # nspawn's exit code when the guest wants a reboot


def write(path, text):
    """Replaces a small file in one step: a reader sees the old text or the new one."""
    with open(path + ".new", "w", encoding="ascii") as f:
        f.write(text + "\n")
    os.rename(path + ".new", path)


def lock(path):
    """Creates and locks a file. Python's descriptors close on exec, so nspawn does not inherit the lock."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    return fd


def mounts(home, base):
    """All in this process's private mount namespace."""

    def mount(*args):
        subprocess.run(["mount", *args], check=True)

    # nspawn wants one pure cgroup2 hierarchy; machines with v1 controllers have it in a corner.
    subprocess.run(["umount", "-R", "/sys/fs/cgroup"], check=True)
    mount("-t", "cgroup2", "cgroup2", "/sys/fs/cgroup")
    # nspawn leaves things here and cleans up only what is on a tmpfs.
    os.makedirs("/run/systemd/nspawn", exist_ok=True)
    mount("-t", "tmpfs", "tmpfs", "/run/systemd/nspawn")
    layers = f"lowerdir={base},upperdir={home}/upper,workdir={home}/work"
    mount("-t", "overlay", "left4me-lab", "-o", layers, f"{home}/root")


def nspawn_argv(args):
    return [
        "systemd-nspawn", "--quiet", "--boot", f"--directory={args.home}/root", f"--machine={args.name}",
        # No machined, no D-Bus, no terminal on the outside.
        "--register=no", "--keep-unit", "--console=pipe", "--notify-ready=yes", "--kill-signal=SIGRTMIN+3",
        f"--network-namespace-path=/run/netns/{args.netns}",
        # nspawn's seccomp list lacks bpf(2), and without it IPAddressDeny= and DevicePolicy= do nothing and say nothing.
        "--system-call-filter=bpf @keyring", "--capability=CAP_BPF,CAP_NET_ADMIN,CAP_SYSLOG",
        "--resolv-conf=off", "--timezone=off", "--link-journal=no",
        # overlayfs takes no upper layer and no id-mapped mount on an overlay: /var/lib comes from the machine's own disk.
        f"--bind={args.home}/lib:/var/lib",
        *args.nspawn,
    ]


def boot(args, notify, on_leader, on_ready):
    """One boot, from start to end. Returns nspawn's exit code."""
    env = dict(
        PATH="/usr/sbin:/usr/bin:/sbin:/bin", LANG="C.UTF-8", NOTIFY_SOCKET=f"{args.home}/notify",
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1", SYSTEMD_NSPAWN_LOCK="0",
        SYSTEMD_NSPAWN_API_VFS_WRITABLE="network",  # /proc/sys/net; the rest of /proc/sys is the machine's own
    )

    def enter_cgroup():
        with open(f"/sys/fs/cgroup/{args.cgroup}/guest/cgroup.procs", "w", encoding="ascii") as f:
            f.write("0")

    with open(f"{args.home}/console.log", "ab") as console:
        nspawn = subprocess.Popen(
            nspawn_argv(args), stdin=subprocess.DEVNULL, stdout=console, stderr=console, env=env, preexec_fn=enter_cgroup)
    end = os.pidfd_open(nspawn.pid)
    try:
        while True:
            ready, _, _ = select.select([notify, end], [], [])
            if notify in ready:
                for line in notify.recv(65536).decode(errors="replace").splitlines():
                    key, _, value = line.partition("=")
                    if key == "X_NSPAWN_LEADER_PID":
                        on_leader(value)
                    elif line == "READY=1":
                        on_ready()
            if end in ready:
                return nspawn.wait()
    finally:
        os.close(end)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("home", "name", "base", "netns", "cgroup"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("nspawn", nargs="*", help="further arguments for systemd-nspawn")
    args = parser.parse_args()
    home = args.home

    alive = lock(f"{home}/alive")
    booting = lock(f"{home}/boot.1")
    write(f"{home}/supervisor", str(os.getpid()))
    os.write(1, b"ok\n")  # host.sh waits for this: from here on the locks speak
    os.dup2(2, 1)
    mounts(home, args.base)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(f"{home}/notify")

    number = 1
    while True:
        up = False

        def ready():
            nonlocal booting, up
            if up:
                return
            up = True
            following = lock(f"{home}/boot.{number + 1}")
            write(f"{home}/boot", str(number))
            os.close(booting)
            booting = following

        code = boot(args, notify, lambda pid: write(f"{home}/leader", pid), ready)
        with open(f"{home}/exits", "a", encoding="ascii") as f:
            f.write(f"{time.time():.3f} {code}\n")
        if os.path.exists(f"{home}/leader"):
            os.unlink(f"{home}/leader")
        again = os.path.exists(f"{home}/again")
        if code != REBOOT_ASKED and not again:
            return 0
        if again:
            os.unlink(f"{home}/again")
        if up:
            number += 1
    os.close(alive)


if __name__ == "__main__":
    sys.exit(main())
