#!/bin/bash
# One throw-away Debian 13 in a full virtual machine under software emulation: its own kernel and clock, cgroup controllers,
# and a power cut that loses what was not synced. For what an nspawn host cannot show; host.sh is twenty times as fast.
#
#   vm.sh up NAME [--share DIR]     make it and boot it; DIR's present content is read-only at /mnt/share
#   vm.sh exec NAME CMD...          as root in the machine; stdin, stdout and exit code are CMD's
#   vm.sh push NAME SRC DST         copy the directory SRC to DST in the machine (DST is made)
#   vm.sh wait NAME [BOOT]          until boot number BOOT (else: the present one) has finished
#   vm.sh boot NAME                 number of the last finished boot, from 1
#   vm.sh reboot NAME               an orderly reboot; returns when up again
#   vm.sh powercut NAME             SIGKILL for the emulator, then boot from the same disk; returns when up again
#   vm.sh save NAME                 keep memory and disk as they are now (one such state; a second replaces the first)
#   vm.sh restore NAME              go back to the kept state
#   vm.sh log NAME                  serial console of all its boots
#   vm.sh down NAME                 remove it. No machine of that name: nothing to do
#   vm.sh down-all                  every virtual machine of this lab
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lab.sh
. "$HERE/lab.sh"

VM=$LAB/vm
TIMEOUT=${LEFT4ME_LAB_TIMEOUT:-300}

usage() {
  sed -n 's/^#   //p' "$HERE/vm.sh" >&2
  exit 2
}

# qemu_tool PROGRAM ARGS...: a program of the qemu directory, which sees the lab at its own path. Mounts are private.
qemu_tool() {
  # shellcheck disable=SC2016  # the inner shell expands it
  exec unshare --mount bash -euc '
    lab=$1 root=$1/vm/qemu; shift
    mount --rbind "$lab" "$root$lab"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    exec chroot "$root" "$@"' _ "$LAB" "$@"
}

# The emulator and its forwarded ssh port live in a network namespace of their own: the machine's network sees nothing.
inside_net() { nsenter --net="/run/netns/$NETNS" -- "$@"; }

SSH=(
  ssh -q -F none -i "$VM/key" -p 22 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes
  -o ConnectTimeout=60 -o ControlMaster=auto -o ControlPersist=600
)
ssh_to_vm() { inside_net "${SSH[@]}" -o "ControlPath=$H/ssh" root@127.0.0.1 "$@"; }
hang_up() {
  ssh_to_vm -O exit >/dev/null 2>&1 || true
  rm -f "$H/ssh"
}

enter() {
  local quoted=
  [ $# = 0 ] || printf -v quoted '%q ' "$@"
  ssh_to_vm "$quoted"
}

finished_boot() { grep -cF "left4me-lab: booted" "$H/serial.log" || true; }

# wait_boot NUMBER: its line on the serial console is awaited by tail, which also ends when the emulator does.
wait_boot() {
  local tail_pid ok=
  exec 3< <(exec timeout "$TIMEOUT" tail --pid="$(cat "$H/qemu")" --lines=+1 --follow "$H/serial.log" 2>/dev/null)
  tail_pid=$!
  [ "$(grep -cm "$1" -F "left4me-lab: booted" <&3)" != "$1" ] || ok=1
  kill "$tail_pid" 2>/dev/null || true
  exec 3<&-
  if [ -z "$ok" ]; then
    tail -n 20 "$H/serial.log" "$H/qemu.log" >&2
    die "boot $1 of virtual machine $N does not finish"
  fi
  enter systemctl is-system-running --wait || true # "degraded" is exit code 1, and for the caller to judge
}

boot() {
  local share=()
  [ ! -e "$H/share.img" ] || share=(-drive "file=$H/share.img,if=virtio,format=raw,readonly=on")
  mkdir -p "$CGROUP"
  (
    echo 0 >"$CGROUP/cgroup.procs"
    trap '' INT HUP
    exec >>"$H/qemu.log" 2>&1 </dev/null 9>&-
    exec setsid nsenter --net="/run/netns/$NETNS" -- "$HERE/vm.sh" emulate "$N" \
      -accel tcg,thread=multi,tb-size=512 -cpu max -smp 2 -m 1024 -nodefaults -display none \
      -kernel "$VM/kernel" -initrd "$VM/initramfs.img" \
      -append "console=ttyS0 root=/dev/vda rw nokaslr mitigations=off quiet systemd.show_status=0 net.ifnames=0" \
      -drive "file=$H/disk.qcow2,if=virtio,format=qcow2,cache=writeback" "${share[@]}" \
      -netdev "user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:22-10.0.2.15:22" -device virtio-net-pci,netdev=net,romfile= \
      -chardev "file,id=serial,path=$H/serial.log,append=on" -serial chardev:serial \
      -monitor "unix:$H/monitor,server=on,wait=off"
  ) &
  echo $! >"$H/qemu" # every step of the above is an exec: the number is the emulator's
  disown
}

# One command for qemu's monitor; prints the answer, which is empty when all went well.
monitor() {
  /usr/bin/python3 - "$H/monitor" "$*" <<'PYTHON'
import socket, sys
def answer():
    text = b""
    while not text.endswith(b"(qemu) "):
        piece = s.recv(65536)
        if not piece:
            sys.exit("vm.sh: the emulator has ended")
        text += piece
    return text.decode(errors="replace")
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
answer()
s.sendall(sys.argv[2].encode() + b"\n")
lines = answer().split("\n")[1:-1]  # without the echo and the prompt
if complaint := "\n".join(lines).strip():
    sys.exit("vm.sh: " + complaint)
PYTHON
}

make_share() {
  [ -d "$1" ] || die "--share $1: no directory"
  truncate -s $(($(du -sm "$1" | cut -f1) * 5 / 4 + 16))M "$H/share.img"
  mke2fs -q -t ext4 -O ^has_journal -d "$1" "$H/share.img"
}

up() {
  local shared=
  while [ $# -gt 0 ]; do
    case $1 in
      --share) shared=${2:?} && shift 2 ;;
      *) die "up does not know '$1'; it knows --share" ;;
    esac
  done
  need unshare nsenter ssh mke2fs ip /usr/bin/python3
  [ -e "$VM/stamp" ] || "$HERE/vm-image.sh"
  mkdir -p "$LAB/vms"
  mkdir "$H" 2>/dev/null || die "virtual machine $N exists already"
  # From here on a failure removes what there is.
  trap 'trap - EXIT; down' EXIT
  : >"$H/serial.log"
  [ -z "$shared" ] || make_share "$shared"
  (qemu_tool qemu-img create -q -f qcow2 -F raw -b "$VM/disk.img" "$H/disk.qcow2")
  ip netns add "$NETNS"
  ip -n "$NETNS" link set lo up
  boot
  wait_boot 1
  trap - EXIT
}

powercut() {
  local next=$(($(finished_boot) + 1))
  cgroup_end "$CGROUP"
  hang_up
  boot
  wait_boot "$next"
}

reboot() {
  local next=$(($(finished_boot) + 1))
  enter systemctl reboot || true # the connection may go down with the machine
  hang_up
  wait_boot "$next"
}

down() {
  [ ! -e "/run/netns/$NETNS" ] || hang_up
  cgroup_end "$CGROUP"
  [ ! -e "/run/netns/$NETNS" ] || ip netns del "$NETNS"
  rm -rf "$H"
}

VERB=${1:-}
need_root
if [ "$VERB" = down-all ] && [ $# = 1 ]; then
  for h in "$LAB"/vms/*; do
    [ -e "$h" ] || continue
    "$HERE/vm.sh" down "${h##*/}"
  done
  exit
fi
[ $# -ge 2 ] || usage
N=$2
shift 2
check_name "$N"
H=$LAB/vms/$N
NETNS=$LAB_ID.vm.$N
CGROUP=$(cgroup_dir vm "$N")
case $VERB in
  up | down) ;;
  *) [ -d "$H" ] || die "there is no virtual machine $N; vm.sh up $N makes it" ;;
esac
case $VERB in
  up) up "$@" ;;
  exec) enter "$@" ;;
  push)
    [ $# = 2 ] || usage
    # shellcheck disable=SC2016  # the guest's shell expands it
    tar -C "$1" -c . | enter sh -c 'mkdir -p "$1" && exec tar -C "$1" --no-same-owner -x' _ "$2"
    ;;
  wait) wait_boot "${1:-$(finished_boot)}" ;;
  boot) finished_boot ;;
  reboot) reboot ;;
  powercut) powercut ;;
  save) monitor savevm kept ;;
  restore)
    monitor loadvm kept
    hang_up
    ;;
  log) cat "$H/serial.log" ;;
  down) down ;;
  emulate) qemu_tool qemu-system-x86_64 "$@" ;; # the last step of boot
  *) usage ;;
esac
