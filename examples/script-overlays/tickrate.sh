#!/bin/bash
# Servers at 100 ticks a second: the plugin that allows it, and the rates that go with it. The blueprint needs the argument
# "-tickrate 100" besides, and "run its cfg" ticked for this overlay. Lines with sm_cvar do something where SourceMod is loaded.
set -euo pipefail
cd "${OVERLAY:-/overlay}"

SOURCE=https://raw.githubusercontent.com/SirPlease/L4D2-Competitive-Rework/master/addons

die() {
  printf 'tickrate: %s\n' "$*" >&2
  exit 1
}

fetch() { # fetch URL FILE: whole, or not at all
  curl --fail --silent --show-error --location --proto =https --retry 3 --connect-timeout 20 --max-time 300 \
    --output "$2.part" -- "$1" || die "cannot fetch $1"
  [ -s "$2.part" ] || die "$1 is empty"
  mv -f -- "$2.part" "$2"
}

mkdir -p left4dead2/addons left4dead2/cfg
for name in tickrate_enabler.so tickrate_enabler.dll tickrate_enabler.vdf; do
  echo "fetching $name"
  fetch "$SOURCE/$name" "left4dead2/addons/$name"
done

cat >left4dead2/cfg/server.cfg.part <<'CFG'
// 100 ticks a second; goes with the argument -tickrate 100
sv_minrate 100000
sv_maxrate 100000
sv_minupdaterate 100
sv_maxupdaterate 100
sv_mincmdrate 100
sv_maxcmdrate 100
net_splitpacket_maxrate 50000
fps_max 0
sm_cvar nb_update_frequency 0.014
sm_cvar net_maxcleartime 0.0001
CFG
mv -f left4dead2/cfg/server.cfg.part left4dead2/cfg/server.cfg
echo "tickrate 100 is in place"
