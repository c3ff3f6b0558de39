#!/bin/bash
# Takes away what install.sh laid down, as root: stops and disables every server, build and download of left4me, and
# removes its programs, units and rules. Data, logs, settings and the user stay, unless they are purged.
#
#   uninstall.sh [--purge [--yes]]
#
#   --purge   remove /var/lib/left4me, logs, settings, steamcmd's files, the user and the groups too; asks first
#   --yes     do not ask
set -euo pipefail
export LC_ALL=C.UTF-8

LAID=/usr/local/lib/left4me/installed # written by install.sh: one path a line, directories with a slash at the end
DATA=(/var/lib/left4me /var/log/left4me /etc/left4me /var/lib/private/left4me-steam)
UNITS=/etc/systemd/system

die() {
  printf 'uninstall.sh: %s\n' "$*" >&2
  exit 1
}
step() { printf 'step: %s\n' "$*"; }

confirm() {
  [ -z "$YES" ] || return 0
  [ -t 0 ] || die "nobody is there to be asked: give --yes to remove ${DATA[*]}"
  local answer
  read -rp "Remove ${DATA[*]} with all servers, overlays and settings? Type purge: " answer
  [ "$answer" = purge ] || die "nothing was removed"
}

stop_all() {
  local link enabled=()
  # From here on left4me can start nothing any more.
  rm -f /etc/sudoers.d/left4me
  # Disabled first: a server that is about to restart must not come back.
  for link in "$UNITS"/{multi-user,timers}.target.wants/left4me-*; do
    [ ! -L "$link" ] || enabled+=("${link##*/}")
  done
  [ ${#enabled[@]} = 0 ] || systemctl disable --quiet "${enabled[@]}"
  # What is loaded, running or not: servers, builds, downloads, the firewall table; then the slices.
  systemctl stop 'left4me-*'
  systemctl stop 'l4d2*.slice'
  systemctl reset-failed 'left4me-*' 'l4d2*.slice' 2>/dev/null || true
  ! grep -q ' /run/left4me/' /proc/self/mountinfo || die "something is still mounted below /run/left4me: see findmnt"
}

remove_files() {
  local path
  if [ -e "$LAID" ]; then
    # Backwards: what is in a directory before the directory.
    while read -r path; do
      case $path in
        "$LAID") ;;
        */) [ ! -d "$path" ] || rmdir --ignore-fail-on-non-empty -- "$path" ;;
        *) rm -f -- "$path" ;;
      esac
    done < <(sort -r "$LAID")
    rm -f -- "$LAID"
    rmdir --ignore-fail-on-non-empty "${LAID%/*}"
  fi
  rm -rf --one-file-system /run/left4me /run/left4me-install.lock
  [ ! -d /overlay ] || rmdir /overlay
  [ -s /script.sh ] || rm -f /script.sh
  # When the timer last ran; systemd makes the directory for the first such timer.
  rm -f /var/lib/systemd/timers/stamp-left4me-refresh.timer
  [ ! -d /var/lib/systemd/timers ] || rmdir --ignore-fail-on-non-empty /var/lib/systemd/timers
  systemctl daemon-reload
}

# A drop-in that goes does not widen what runs already: systemd leaves the cgroup as it is.
free_cpus() {
  local slice cpus
  for slice in system.slice user.slice; do
    cpus=/sys/fs/cgroup/$slice/cpuset.cpus
    [ ! -w "$cpus" ] || [ -n "$(systemctl show -P AllowedCPUs "$slice")" ] || cat /sys/fs/cgroup/cpuset.cpus.effective >"$cpus"
  done
}

purge() {
  local path name
  for path in "${DATA[@]}"; do
    [ -d "$path" ] || continue
    # It may be a disk of its own: then its mount point stays.
    find "$path" -xdev -mindepth 1 -delete
    rmdir "$path" 2>/dev/null || echo "kept, empty: $path (a mount point?)"
  done
  rm -f /var/lib/left4me-steam # systemd's link to the private directory
  getent passwd left4me >/dev/null && userdel left4me
  for name in left4me l4d2-game l4d2-build; do
    ! getent group "$name" >/dev/null || groupdel "$name"
  done
}

PURGE='' YES=''
for option; do
  case $option in
    --purge) PURGE=yes ;;
    --yes) YES=yes ;;
    -h | --help) sed -n '/^#   uninstall/,/^set/{s/^# \{0,3\}//p}' "$0" && exit ;;
    *) die "'$option' is not known; uninstall.sh --help says what is" ;;
  esac
done
[ "$(id -u)" = 0 ] || die "root is needed: sudo $0"
[ -z "$PURGE" ] || confirm
step "stop"
stop_all
step "files"
remove_files
free_cpus
if [ -n "$PURGE" ]; then
  step "data"
  purge
  echo "left4me is removed, with its data"
else
  echo "left4me is removed; its data is still in ${DATA[*]}"
fi
echo "kept: Debian packages (steamcmd among them), the i386 architecture, and kernel settings until the next boot"
