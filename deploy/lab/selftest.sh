#!/bin/bash
# Proves on this machine what README.md says of both kinds of host. Exit code 0: all of it holds.
#   selftest.sh [host|vm]       without an argument: both
# Each limit is asserted by its effect: a property that systemd cannot apply is ignored with exit code 0.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lab.sh
. "$HERE/lab.sh"
HOST=$HERE/host.sh
VIRTUAL=$HERE/vm.sh
FAILED=0

is() { # is CLAIM GOT WANTED
  if [ "$2" = "$3" ]; then
    printf 'ok    %s\n' "$1"
  else
    printf 'FAIL  %s\n      got:    %s\n      wanted: %s\n' "$1" "${2//$'\n'/ | }" "${3//$'\n'/ | }"
    FAILED=1
  fi
}

timed() {
  local start=${EPOCHREALTIME/./} rc=0
  "$@" >/dev/null || rc=$?
  printf '      %5d ms  %s\n' $(((${EPOCHREALTIME/./} - start) / 1000)) "${*##*/}"
  return $rc
}

exit_code() {
  local rc=0
  "$@" >/dev/null 2>&1 || rc=$?
  echo $rc
}

# What a test host could leave on the machine. Other hosts may come and go meanwhile: only this script's names count.
traces() {
  ip netns list | grep -F "$LAB_ID" | grep -w 'self[0-9v]' || true
  find "$(cgroup_mount)" -maxdepth 1 -name "$LAB_ID.*.self*"
  find "$LAB/hosts" "$LAB/vms" -maxdepth 1 -name 'self*' 2>/dev/null || true
  mount | grep -F "$LAB" || true
  ip -o link | cut -d: -f2
}

# One overlay with an id-mapped lower layer: a file of uid 990 belongs to 991 in the merged view.
overlay_of_idmapped() {
  "$1" exec "$2" sh -euc 'mkdir -p /var/lib/lab && cd /var/lib/lab && mkdir lower mapped upper work merged
    touch lower/f && chown 990:990 lower/f
    mount --bind -o X-mount.idmap=b:990:991:1 lower mapped
    mount -t overlay lab -o lowerdir=mapped,upperdir=upper,workdir=work merged
    touch upper-is-writable merged/g && stat -c %u merged/f'
}
overlay_after_boot() { "$1" exec "$2" sh -c 'cd /var/lib/lab && findmnt -n merged; ls lower upper'; }

test_machine() {
  local fake
  fake=$(mktemp -d)
  printf '#!/bin/sh\necho 6.1.0-40-amd64\n' >"$fake/uname"
  chmod +x "$fake/uname"
  is "setup: this machine will do" "$(exit_code "$HERE/setup.sh" --check)" 0
  is "setup: an old kernel is refused by name" \
    "$(PATH=$fake:$PATH "$HERE/setup.sh" --check 2>&1 | grep -o 'runs kernel 6.1.0-40-amd64')" "runs kernel 6.1.0-40-amd64"
  rm -r "$fake"
}

EGRESS=(
  -p IPAddressDeny=localhost -p IPAddressDeny=link-local
  -p "IPAddressDeny=10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 fc00::/7" -p DynamicUser=yes
)
PUBLIC=(1.1.1.1 198.51.100.7 203.0.113.1 2606:4700::1111 8.8.8.8)
PRIVATE=(10.0.0.5 100.64.0.5 169.254.169.254 172.16.0.5 192.168.0.5 fd00::5)

# Which of the test peers a unit with the properties given reaches by TCP.
reached() {
  # shellcheck disable=SC2016  # the guest's shell expands it
  "$HOST" run self1 "$@" bash -c \
    'for a; do { ! nc -zw2 "$a" 80 2>/dev/null || echo "$a"; } & done; wait' _ "${PUBLIC[@]}" "${PRIVATE[@]}" | sort
}

test_network() {
  local peer listening
  exec {listening}< <(exec "$HOST" net self1 /usr/bin/python3 -u -c '
import select, socket
listeners = [socket.create_server(("", 80)), socket.create_server(("::", 80), family=socket.AF_INET6)]
print("listening")
while True:
    for s in select.select(listeners, [], [])[0]:
        s.accept()[0].close()')
  peer=$!
  read -r -u "$listening"
  is "network: public and private peers answer" "$(reached)" "$(printf '%s\n' "${PUBLIC[@]}" "${PRIVATE[@]}" | sort)"
  is "network: IPAddressDeny= leaves the public ones" "$(reached "${EGRESS[@]}")" "$(printf '%s\n' "${PUBLIC[@]}")"
  kill "$peer"
}

test_forward() {
  local port
  port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  "$HOST" exec self1 systemd-run --quiet --service-type=notify -p NotifyAccess=all python3 -c "
import os, select, socket
tcp, udp = socket.create_server(('', $port)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(('', $port))
os.system('systemd-notify --ready')
while True:
    for s in select.select([tcp, udp], [], [])[0]:
        if s is tcp:
            c = s.accept()[0]
            c.sendall(c.recv(100).upper())
            c.close()
        else:
            d, a = s.recvfrom(100)
            s.sendto(d.upper(), a)"
  "$HOST" forward self1 "udp:$port" "tcp:$port"
  is "forward: udp and tcp come back" "$(/usr/bin/python3 -c "
import socket
for kind in socket.SOCK_DGRAM, socket.SOCK_STREAM:
    s = socket.socket(socket.AF_INET, kind)
    s.settimeout(10)
    s.connect(('127.0.0.1', $port))
    s.send(b'answer')
    print(s.recv(100).decode())")" $'ANSWER\nANSWER'
  is "forward: a port in use is refused" "$(exit_code "$HOST" forward self1 "udp:$port")" 1
}

test_host() {
  local before boot_id push
  before=$(traces)
  timed "$HOST" up self1
  is "host: systemd is PID 1 and running" "$("$HOST" exec self1 systemctl is-system-running)" running
  is "host: exec hands on the exit code" "$(exit_code "$HOST" exec self1 sh -c 'exit 7')" 7
  is "host: run hands on the exit code" "$(exit_code "$HOST" run self1 sh -c 'exit 9')" 9
  is "host: exec hands on standard input" "$(echo text | "$HOST" exec self1 cat)" text
  is "host: exec cannot set the machine's clock" "$(exit_code "$HOST" exec self1 date -s "$(date)")" 1
  is "host: exec cannot trace what is outside" "$("$HOST" exec self1 sh -c 'ps -e -o comm= | grep -c host.sh')" 0
  is "host: a name in use is refused" "$(exit_code "$HOST" up self1)" 2
  is "host: an unknown host is refused" "$(exit_code "$HOST" exec self9 true)" 2
  push=$(mktemp -d)
  mkdir "$push/d"
  echo pushed >"$push/d/f"
  "$HOST" push self1 "$push" /opt/lab
  rm -r "$push"
  is "host: push" "$("$HOST" exec self1 cat /opt/lab/d/f)" pushed
  is "host: overlay over an id-mapped layer" "$(overlay_of_idmapped "$HOST" self1)" 991
  test_network
  test_forward
  boot_id=$("$HOST" exec self1 cat /proc/sys/kernel/random/boot_id)
  timed "$HOST" reboot self1
  is "host: a reboot is a new boot" "$("$HOST" boot self1) $("$HOST" exec self1 grep -c "$boot_id" /proc/sys/kernel/random/boot_id)" "2 0"
  is "host: mounts go with a reboot, files stay" "$(overlay_after_boot "$HOST" self1)" $'lower:\nf\n\nupper:\ng'
  timed "$HOST" powercut self1
  is "host: up again after a power cut" "$("$HOST" exec self1 systemctl is-system-running)" running
  is "host: the journal keeps all boots" "$("$HOST" log self1 --list-boots --quiet | grep -Ec '^ *-?[0-9]+ ')" 3
  timed "$HOST" up self2 &
  timed "$HOST" up self3 &
  wait
  is "host: three at once" "$(for n in self1 self2 self3; do "$HOST" exec $n hostname; done | paste -sd ' ')" "self1 self2 self3"
  for n in self1 self2 self3; do timed "$HOST" down $n; done
  is "host: down once more is nothing to do" "$(exit_code "$HOST" down self1)" 0
  is "host: nothing is left" "$(traces)" "$before"
}

test_vm() {
  local before share
  before=$(traces)
  share=$(mktemp -d)
  echo shared >"$share/f"
  timed "$VIRTUAL" up selfv --share "$share"
  is "vm: running" "$("$VIRTUAL" exec selfv systemctl is-system-running)" running
  is "vm: exec hands on the exit code" "$(exit_code "$VIRTUAL" exec selfv sh -c 'exit 7')" 7
  is "vm: shared directory" "$("$VIRTUAL" exec selfv cat /mnt/share/f)" shared
  "$VIRTUAL" push selfv "$share" /opt/lab
  rm -r "$share"
  is "vm: push" "$("$VIRTUAL" exec selfv cat /opt/lab/f)" shared
  is "vm: MemoryMax= kills" "$("$VIRTUAL" exec selfv systemd-run --wait -p MemoryMax=50M -p MemorySwapMax=0 \
    python3 -c 'bytearray(200 << 20)' 2>&1 | grep -o 'oom-kill')" oom-kill
  is "vm: AllowedCPUs= holds" "$("$VIRTUAL" exec selfv systemd-run -q --pipe --wait -p AllowedCPUs=1 \
    grep -h Cpus_allowed_list /proc/self/status)" $'Cpus_allowed_list:\t1'
  is "vm: TasksMax= holds" "$("$VIRTUAL" exec selfv systemd-run -q --pipe --wait -p TasksMax=1 sh -c '(true) || true' 2>&1 |
    grep -io 'cannot fork')" 'Cannot fork'
  is "vm: CAKE" "$("$VIRTUAL" exec selfv sh -c 'tc qdisc replace dev eth0 root cake && tc qdisc show dev eth0' | grep -o 'qdisc cake')" 'qdisc cake'
  is "vm: overlay over an id-mapped layer" "$(overlay_of_idmapped "$VIRTUAL" selfv)" 991
  timed "$VIRTUAL" save selfv
  "$VIRTUAL" exec selfv touch /root/later
  timed "$VIRTUAL" restore selfv
  is "vm: restore forgets what came later" "$("$VIRTUAL" exec selfv sh -c 'ls /root; cat /opt/lab/f')" shared
  "$VIRTUAL" exec selfv sh -c 'sync; echo text >/root/synced; sync /root/synced; echo text >/root/unsynced'
  timed "$VIRTUAL" powercut selfv
  is "vm: a power cut loses what was not synced, only that" \
    "$("$VIRTUAL" exec selfv sh -c 'cat /root/synced /root/unsynced 2>/dev/null; mount | grep -c lab')" $'text\n0'
  timed "$VIRTUAL" reboot selfv
  is "vm: third boot" "$("$VIRTUAL" boot selfv)" 3
  timed "$VIRTUAL" down selfv
  is "vm: down once more is nothing to do" "$(exit_code "$VIRTUAL" down selfv)" 0
  is "vm: nothing is left" "$(traces)" "$before"
}

need_root
trap 'for n in self1 self2 self3; do "$HOST" down $n; done; "$VIRTUAL" down selfv' EXIT
case ${1:-all} in
  host)
    test_machine
    test_host
    ;;
  vm) test_vm ;;
  all)
    test_machine
    test_host
    test_vm
    ;;
  *) die "'$1' is not known; selftest.sh takes host, vm or nothing" ;;
esac
exit $FAILED
