#!/bin/bash
# Builds the Debian 13 (trixie) root file system that every host of the lab starts from: $LEFT4ME_LAB/base.
# Does nothing when the one there was built by this very script. A base that hosts still run on is moved aside, not removed.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lab.sh
. "$HERE/lab.sh"

BASE=$LAB/base
STAMP=$(sha256sum <"$HERE/rootfs.sh" | cut -c1-16)

# An init with log-ins and devices; what left4me calls; what tests look with; the i386 half of game and steamcmd.
PACKAGES=(
  systemd systemd-sysv dbus libpam-systemd udev kmod
  sudo nftables iproute2 procps ca-certificates
  7zip unzip xz-utils bzip2
  iputils-ping netcat-openbsd curl python3-minimal libpython3-stdlib less acl attr strace
  nginx # before the panel, in one test
  libc6:i386 lib32gcc-s1 libstdc++6:i386 zlib1g:i386 steamcmd:i386
)
# Started by time or for a terminal: they would only disturb measurements.
MASKED=(
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer
  getty.target console-getty.service nginx.service
)

built() { [ "$(cat "$BASE/.stamp" 2>/dev/null)" = "$STAMP" ]; }

build() {
  local new=$LAB/base.new
  rm -rf "$new"
  # steamcmd asks for its licence by debconf; in a throw-away test host the answer is given beforehand.
  # shellcheck disable=SC2016  # mmdebstrap's shell expands it
  local licence='for p in steam steamcmd; do
    echo "$p steam/question select I AGREE"; echo "$p steam/license note"; done | chroot "$1" debconf-set-selections'
  local packages
  packages=$(IFS=,; echo "${PACKAGES[*]}")
  mmdebstrap --quiet --variant=minbase --architectures=amd64,i386 --components=main,contrib,non-free \
    --aptopt='Acquire::Languages "none"' --include="$packages" --essential-hook="$licence" \
    trixie "$new" "$(mirror)"
  mkdir -p "$new"/var/log/journal "$new"/etc/{sysusers.d,tmpfiles.d,sudoers.d}
  # Each host gets its own.
  rm -f "$new"/etc/hostname "$new"/etc/resolv.conf
  : >"$new/etc/machine-id"
  local unit
  for unit in "${MASKED[@]}"; do ln -sf /dev/null "$new/etc/systemd/system/$unit"; done
  echo "$STAMP" >"$new/.stamp"
  if [ -e "$BASE" ]; then
    mkdir -p "$LAB/old"
    mv "$BASE" "$LAB/old/$(date +%s)-$$"
  fi
  mv "$new" "$BASE"
}

need_root
need mmdebstrap flock
mkdir -p "$LAB"
chmod 700 "$LAB" # it holds setuid programs that nobody updates
exec 9>"$LAB/base.lock"
flock 9
# Bases of before, once nobody runs on them.
compgen -G "$LAB/hosts/*" >/dev/null || rm -rf "$LAB/old"
built || build
