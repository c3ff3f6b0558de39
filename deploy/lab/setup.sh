#!/bin/bash
# Installs what the lab needs on a Debian machine, as root. Installs nothing when everything is there.
#   setup.sh [--check]      --check: only say whether this machine will do
# A machine that cannot run the lab is refused with a sentence and exit code 2.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lab.sh
. "$HERE/lab.sh"

KERNEL_NEEDED=6.8 # overlayfs by fsconfig(2) with one lowerdir+ a layer, which left4me mounts with
DEBIAN_NEEDED=12
PACKAGES=(
  systemd-container mmdebstrap debian-archive-keyring # the nspawn hosts and their root file system
  iproute2 util-linux python3 procps tar
  e2fsprogs openssh-client # the disk of a virtual machine, and the way into it
)

check_machine() {
  local id version kernel
  id=$(. /etc/os-release 2>/dev/null && echo "${ID:-}") || true
  version=$(. /etc/os-release 2>/dev/null && echo "${VERSION_ID:-}") || true
  [ "$id" = debian ] || die "this machine runs '${id:-something unknown}'; the lab needs Debian $DEBIAN_NEEDED or later"
  # Debian's testing and unstable carry no number: they are later than any.
  [ "${version:-99}" -ge "$DEBIAN_NEEDED" ] || die "this machine runs Debian $version; the lab needs Debian $DEBIAN_NEEDED or later"
  [ "$(dpkg --print-architecture)" = amd64 ] || die "this machine is $(dpkg --print-architecture); the game is for amd64 only"
  kernel=$(uname -r)
  if ! printf '%s\n' "$KERNEL_NEEDED" "${kernel%%-*}" | sort --check=quiet --version-sort; then
    die "this machine runs kernel $kernel; the lab needs $KERNEL_NEEDED or later (Debian 13's own, or linux-image-amd64 from bookworm-backports)"
  fi
}

missing_packages() {
  local p
  for p in "${PACKAGES[@]}"; do
    # shellcheck disable=SC2016  # dpkg-query expands it
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
  done
}

case ${1:-} in
  '' | --check) ;;
  *) die "'$1' is not known; setup.sh takes nothing or --check" ;;
esac
check_machine
need_root
[ "${1:-}" != --check ] || exit 0
mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} != 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq -y --no-install-recommends install "${missing[@]}"
fi
