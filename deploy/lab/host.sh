#!/bin/bash
# One throw-away Debian 13 with systemd as PID 1, in systemd-nspawn, with a network of its own.
#
#   host.sh up NAME [--bind SRC:DST] [--bind-ro SRC:DST]   make it and boot it; prints what systemd says of itself
#   host.sh exec NAME CMD...        as root in the host, at once and without a unit; stdin, stdout and exit code are CMD's
#   host.sh run NAME [-p PROPERTY=VALUE]... CMD...   the same as a transient service: own cgroup, own journal entries
#   host.sh push NAME SRC DST       copy the directory SRC of the machine to DST in the host (DST is made)
#   host.sh wait NAME [BOOT]        until boot number BOOT (else: the present one) has finished
#   host.sh boot NAME               number of the last finished boot, from 1
#   host.sh reboot NAME             an orderly reboot; returns when up again
#   host.sh powercut NAME           SIGKILL for its PID 1, then boot from the same disk; returns when up again
#   host.sh net NAME [CMD...]       run CMD outside the host, where its players and the Internet are; without CMD: names
#                                   of the two network namespaces, the host's own first
#   host.sh forward NAME PORT...    put ports of the host (udp:27015, tcp:27015) on 127.0.0.1 of the machine, until it ends
#   host.sh log NAME [ARGS...]      journal of all its boots, read from outside; ARGS are journalctl's
#   host.sh pid NAME                process id of its PID 1, as the machine sees it
#   host.sh down NAME               remove it: processes, namespaces, cgroups, disk. No host of that name: nothing to do
#   host.sh down-all                every host and virtual machine of this lab
#   host.sh left                    what still runs of them, a line each
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lab.sh
. "$HERE/lab.sh"

usage() {
  sed -n 's/^#   //p' "$HERE/host.sh" >&2
  exit 2
}

leader() {
  cat "$H/leader" 2>/dev/null || die "host $N is not running"
}

# The argv that enters every namespace of the guest, in ENTER. nsenter alone keeps the caller's capabilities, and the clock,
# modules and raw devices are the machine's own: what the guest's PID 1 has not got is cut from the bounding set first.
find_entry() {
  local pid bounding i cut=
  pid=$(leader) || exit 2 # said here, since set -e does not hold in every caller
  bounding=$((16#$(sed -n 's/^CapBnd:\t//p' "/proc/$pid/status")))
  for ((i = 0; i <= $(</proc/sys/kernel/cap_last_cap); i++)); do
    ((bounding >> i & 1)) || cut+=,-cap_$i
  done
  ENTER=(
    nsenter --target "$pid" --mount --uts --ipc --net --pid --cgroup --root --wd --
    /usr/bin/setpriv --bounding-set "${cut#,}" --inh-caps=-all /usr/bin/env -i
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}"
  )
}

enter() {
  find_entry
  "${ENTER[@]}" "$@"
}

finished_boot() { cat "$H/boot" 2>/dev/null || echo 0; }

# wait_boot NUMBER: the supervisor holds boot.NUMBER locked until that boot has finished, or until it dies itself.
wait_boot() {
  flock --shared --timeout "${LEFT4ME_LAB_TIMEOUT:-120}" "$H/boot.$1" true || die "boot $1 of host $N takes too long; see $H/console.log"
  if [ "$(finished_boot)" -lt "$1" ]; then
    tail -n 20 "$H/console.log" >&2 || true
    die "host $N has ended"
  fi
  enter systemctl is-system-running --wait || true # "degraded" is exit code 1, and for the caller to judge
}

# The network: namespace OWN is the host's, with one public address; namespace OUT is its router and the whole Internet.
# OUT owns public addresses, and private, link-local, shared and metadata ones: all answer, so a refusal is the filter's work.
PUBLIC_PEERS=(8.8.8.8/32 1.1.1.1/32 198.51.100.7/32 2606:4700::1111/128)
PRIVATE_PEERS=(10.0.0.5/32 172.16.0.5/32 192.168.0.5/32 100.64.0.5/32 169.254.169.254/32 fd00::5/128)
net_up() {
  local a
  ip netns add "$OWN"
  ip netns add "$OUT"
  ip -n "$OWN" link add host0 type veth peer name up0 netns "$OUT"
  for a in "$OWN:lo" "$OWN:host0" "$OUT:lo" "$OUT:up0"; do ip -n "${a%:*}" link set "${a#*:}" up; done
  ip -n "$OWN" addr add 203.0.113.10/24 dev host0
  ip -n "$OWN" addr add 2001:db8:1::10/64 dev host0 nodad
  ip -n "$OUT" addr add 203.0.113.1/24 dev up0
  ip -n "$OUT" addr add 2001:db8:1::1/64 dev up0 nodad
  for a in "${PUBLIC_PEERS[@]}" "${PRIVATE_PEERS[@]}"; do ip -n "$OUT" addr add "$a" dev lo; done
  ip -n "$OWN" route add default via 203.0.113.1
  ip -n "$OWN" -6 route add default via 2001:db8:1::1
}

net_down() {
  local n pids
  for n in "$OWN" "$OUT"; do
    [ -e "/run/netns/$n" ] || continue
    pids=$(ip netns pids "$n") # what somebody left running by `net`, and forwarders
    # shellcheck disable=SC2086  # a list of numbers
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null || true
    ip netns del "$n"
  done
}

up() {
  local nspawn=() ok
  while [ $# -gt 0 ]; do
    case $1 in
      --bind | --bind-ro) nspawn+=("$1=${2:?}") && shift 2 ;;
      *) die "up does not know '$1'; it knows --bind and --bind-ro" ;;
    esac
  done
  need systemd-nspawn nsenter unshare flock ip /usr/bin/python3
  [ -e "$LAB/base/.stamp" ] || "$HERE/rootfs.sh"
  case $(stat -f -c %T "$LAB") in
    overlayfs) die "$LAB is on an overlay, on which overlays cannot be made; set LEFT4ME_LAB to a directory on a disk" ;;
  esac
  mkdir -p "$LAB/hosts"
  mkdir "$H" 2>/dev/null || die "host $N exists already"
  # From here on a failure removes what there is.
  trap 'trap - EXIT; down' EXIT
  exec 9>>"$LAB/base.lock"
  flock --shared 9
  mkdir -p "$H"/{upper/etc,work,root}
  cp -a "$LAB/base/var/lib" "$H/lib"
  echo "$N" >"$H/upper/etc/hostname"
  # Without its own name here every sudo waits 20 s for the DNS.
  printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost ip6-localhost\n' "$N" >"$H/upper/etc/hosts"
  net_up
  mkdir -p "$CGROUP"/{keeper,guest}
  # Where the machine has its controllers on cgroup2, the guest may have them too; elsewhere there are none.
  sed 's/[^ ]*/+&/g' "$CGROUP/cgroup.controllers" >"$CGROUP/cgroup.subtree_control" 2>/dev/null || true
  # shellcheck disable=SC2016  # the inner shell expands it
  ok=$(setsid --fork bash -c 'echo 0 >"$1/keeper/cgroup.procs"; shift; exec "$@"' _ "$CGROUP" \
    unshare --mount --propagation private /usr/bin/python3 "$HERE/supervise.py" --home "$H" --name "$N" \
    --base "$LAB/base" --netns "$OWN" --cgroup "${CGROUP##*/}" -- "${nspawn[@]}" \
    </dev/null 2>>"$H/console.log" 9>&- | head -n 1)
  [ "$ok" = ok ] || die "the supervisor of host $N does not start: $(tail -n 3 "$H/console.log")"
  wait_boot 1
  trap - EXIT
}

again() { # again CMD...: do what ends this boot, and wait for the next one
  local next=$(($(finished_boot) + 1))
  "$@"
  wait_boot "$next"
}
# The connection may go down with the host: what systemctl says of that goes to the console's log.
ask_reboot() { enter systemctl reboot 2>>"$H/console.log" || true; }
cut_power() {
  : >"$H/again"
  kill -9 "$(leader)"
}

down() {
  cgroup_end "$CGROUP"
  net_down
  rm -rf "$H"
}

down_all() {
  local h n c
  # First: they are reached by namespaces of this lab, too.
  "$HERE/vm.sh" down-all
  for h in "$LAB"/hosts/*; do
    [ -e "$h" ] || continue
    "$HERE/host.sh" down "${h##*/}"
  done
  # What a removed directory may have left.
  for n in /run/netns/"$LAB_ID".*; do
    [ -e "$n" ] || continue
    ip netns del "${n##*/}"
  done
  for c in "$(cgroup_mount)/$LAB_ID".host.* "$(cgroup_mount)/$LAB_ID".vm.*; do cgroup_end "$c"; done
}

left() {
  compgen -G "$(cgroup_mount)/$LAB_ID.*" || true
  compgen -G "/run/netns/$LAB_ID.*" || true
  pgrep --full --list-full "$LAB/(hosts|vms)/" || true
}

VERB=${1:-}
need_root
if [ "$VERB" = down-all ] && [ $# = 1 ]; then
  down_all
  exit
fi
if [ "$VERB" = left ] && [ $# = 1 ]; then
  left
  exit
fi
[ $# -ge 2 ] || usage
N=$2
shift 2
check_name "$N"
H=$LAB/hosts/$N
OWN=$LAB_ID.$N
OUT=$LAB_ID.$N.net
CGROUP=$(cgroup_dir host "$N")
case $VERB in
  up | down) ;;
  *) [ -d "$H" ] || die "there is no host $N; host.sh up $N makes it" ;;
esac
case $VERB in
  up) up "$@" ;;
  exec)
    find_entry
    exec "${ENTER[@]}" "$@"
    ;;
  run)
    properties=()
    while [ "${1:-}" = -p ]; do
      properties+=(-p "${2:?}")
      shift 2
    done
    find_entry
    exec "${ENTER[@]}" systemd-run --quiet --pipe --wait --collect --expand-environment=no "${properties[@]}" -- "$@"
    ;;
  push)
    [ $# = 2 ] || usage
    # shellcheck disable=SC2016  # the host's shell expands it
    tar -C "$1" -c . | enter sh -c 'mkdir -p "$1" && exec tar -C "$1" --no-same-owner -x' _ "$2"
    ;;
  wait) wait_boot "${1:-$(finished_boot)}" ;;
  boot) finished_boot ;;
  reboot) again ask_reboot ;;
  powercut) again cut_power ;;
  net)
    if [ $# = 0 ]; then
      printf '%s\n' "$OWN" "$OUT"
    else
      exec nsenter --net="/run/netns/$OUT" -- "$@"
    fi
    ;;
  forward)
    leader >/dev/null
    exec /usr/bin/python3 "$HERE/forward.py" --netns "/run/netns/$OWN" --until "$(cat "$H/supervisor")" \
      --background "$H/forward.log" "$@"
    ;;
  log) journalctl --directory="$H/upper/var/log/journal" --no-pager "$@" ;;
  pid) leader ;;
  down) down ;;
  *) usage ;;
esac
