# shellcheck shell=bash
# What the scripts of the lab share: where things lie, and how a script gives up. Sourced, never run.

LAB=$(realpath -m -- "${LEFT4ME_LAB:-/var/tmp/left4me-lab}")
# Namespaces and cgroups have names that are global on the machine: the lab's path is part of theirs, so two labs never meet.
# shellcheck disable=SC2034  # used by the scripts that source this file
LAB_ID=l4lab-$(printf %s "$LAB" | sha256sum | cut -c1-6)
TOOL=${0##*/}

die() {
  printf '%s: %s\n' "$TOOL" "$*" >&2
  exit 2
}

[[ $LAB != *[[:space:]:,\\\"\']* ]] || die "LEFT4ME_LAB=$LAB: a path without spaces, quotes, ':' and ',' is needed"

need_root() {
  [ "$(id -u)" = 0 ] || die "root is needed"
}

need() {
  local c
  for c in "$@"; do
    command -v "$c" >/dev/null || die "$c is missing; deploy/lab/setup.sh installs what the lab needs"
  done
}

check_name() {
  [[ $1 =~ ^[a-z][a-z0-9-]{0,9}$ ]] || die "'$1' is no host name: 1 to 10 of a-z, 0-9 and '-', a letter first"
}

# The mirror that this machine's own apt uses. One suite only: -updates and -security may be in the middle of a sync.
mirror() {
  if [ -n "${LEFT4ME_MIRROR:-}" ]; then
    echo "$LEFT4ME_MIRROR"
    return
  fi
  # shellcheck disable=SC2016  # apt expands $(SITE), the shell must not
  apt-get indextargets --format '$(SITE)' 'Identifier: Packages' | grep -m1 '/debian/*$' ||
    die "apt on this machine knows no Debian mirror; set LEFT4ME_MIRROR=http://…/debian"
}

# The cgroup2 mount of this machine: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside v1 hierarchies.
cgroup_mount() {
  local m
  m=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  [ -n "$m" ] || die "no cgroup2 file system is mounted on this machine"
  echo "$m"
}

# cgroup_dir host|vm NAME: where everything that belongs to one host runs.
cgroup_dir() { echo "$(cgroup_mount)/$LAB_ID.$1.$2"; }

# cgroup_end DIR: kills what is left in it and removes it. The kernel reports emptiness only by polling or inotify; it takes milliseconds.
cgroup_end() {
  local i
  [ -d "$1" ] || return 0
  echo 1 >"$1/cgroup.kill"
  for ((i = 0; i < 1000; i++)); do
    if grep -qx 'populated 0' "$1/cgroup.events"; then
      find "$1" -depth -type d -exec rmdir {} +
      return 0 # a bare return in a trap would hand on the code that ended the script
    fi
    sleep 0.01
  done
  die "processes in $1 do not die"
}
