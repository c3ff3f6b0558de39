#!/bin/bash
# The panel and a game server to try, on a throw-away Debian host on this machine: nothing of it is installed here. As root, on Debian with
# kernel 6.8 or later; what is missing (packages, Rust) is installed first.
#   try.sh              the host, left4me in it, a stand-in for the game (Steam is not asked), the panel on 127.0.0.1:8000, and a
#                       server to start on 127.0.0.1:27015
#   try.sh --real       the same with the real game: 10 GB from Steam, through this machine's network. Not part of the tests, which
#                       run where Steam cannot be reached. Shows Steam's licence and asks; --accept-steam-license says yes to it
#   try.sh --stop       removes everything again
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
LAB=$PWD/deploy/lab
HOST="$LAB/host.sh"
NAME=try
PORT=27015 # of the demo server
WEB=8000 # of the panel
ADDRESS=203.0.113.10 # the host's, in a network that nobody else sees
UPLINK=l4try         # of --real: a link between this machine and the host's network, and the tables that hide it
REAL='' LICENSE=()

usage() { sed -n 's/^#   //p' "$0"; }
in_host() { "$HOST" exec "$NAME" "$@"; }

# --- the way to Steam, only for --real -------------------------------------------------------------------------------

uplink_up() {
  local outside=$1 name
  # The lab's network plays the Internet by owning some of its addresses: not now.
  ip -n "$outside" addr flush dev lo scope global
  ip link add "$UPLINK" type veth peer name up1 netns "$outside"
  ip addr add 10.213.77.1/30 dev "$UPLINK"
  ip link set "$UPLINK" up
  ip -n "$outside" addr add 10.213.77.2/30 dev up1
  ip -n "$outside" link set up1 up
  ip -n "$outside" route replace default via 10.213.77.1
  cat /proc/sys/net/ipv4/ip_forward >"$PWD/target/$UPLINK.forward"
  echo 1 >/proc/sys/net/ipv4/ip_forward
  ip netns exec "$outside" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  ip netns exec "$outside" nft "table ip $UPLINK { chain nat { type nat hook postrouting priority srcnat; oifname up1 masquerade; }; }"
  nft "table ip $UPLINK { chain nat { type nat hook postrouting priority srcnat; ip saddr 10.213.77.0/30 masquerade; }; }"
  for name in 1.1.1.1 8.8.8.8; do echo "nameserver $name"; done | "$HOST" exec "$NAME" sh -c 'cat >/etc/resolv.conf'
}

uplink_down() {
  nft delete table ip "$UPLINK" 2>/dev/null || true
  ip link del "$UPLINK" 2>/dev/null || true
  if [ -e "target/$UPLINK.forward" ]; then
    cat "target/$UPLINK.forward" >/proc/sys/net/ipv4/ip_forward
    rm "target/$UPLINK.forward"
  fi
}

# ---------------------------------------------------------------------------------------------------------------------

for option in "$@"; do
  case $option in
    --real) REAL=1 ;;
    --accept-steam-license) LICENSE=("$option") ;;
    --stop)
      uplink_down
      "$HOST" down "$NAME"
      exit
      ;;
    *) usage >&2 && exit 2 ;;
  esac
done

"$LAB/setup.sh"
deploy/toolchain.sh
"$LAB/rootfs.sh"
if "$HOST" pid "$NAME" >/dev/null 2>&1; then
  echo "the host is there already; deploy/try.sh --stop removes it" >&2
  exit 1
fi
"$HOST" down "$NAME" # what a reboot of the machine left of one
trap '[ $? = 0 ] || { uplink_down; "$HOST" down "$NAME"; }' EXIT
if [ -n "$REAL" ]; then
  command -v nft >/dev/null || { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install nftables; }
  LEFT4ME_PROVISION_ONLY_COPY=1 "$LAB/provision.sh" host "$NAME"
  uplink_up "$("$HOST" net "$NAME" | tail -n 1)"
  # The lab's hosts have agreed to Steam's licence for their tests; here somebody is asked.
  # shellcheck disable=SC2016  # for the shell in the host
  in_host sh -c 'apt-get -qq -y purge steamcmd:i386 && for p in steamcmd steam; do echo PURGE | debconf-communicate $p; done' >/dev/null
  in_host /opt/left4me-source/deploy/install.sh --bin-dir /opt/left4me-bin "${LICENSE[@]}"
else
  "$LAB/provision.sh" host "$NAME"
fi

in_host l4d2ctl install
# An overlay of an admin's, and what shows it in the panel: whoever makes the first user there is given a blueprint and a server.
# shellcheck disable=SC2016  # for the shell in the host
in_host bash -euc 'cfg=/var/lib/left4me/overlays/demo/left4dead2/cfg
  mkdir -p $cfg && printf "sv_tags left4me\n" >$cfg/server.cfg && chown -R left4me: ${cfg%/left4dead2/cfg}'
in_host left4me seed-demo >/dev/null
LINK=$(in_host left4me setup-link --base-url "http://127.0.0.1:$WEB" 2>/dev/null)
"$HOST" forward "$NAME" --to "$ADDRESS" "udp:$PORT"
"$HOST" forward "$NAME" "tcp:$WEB"

cat <<NEXT

The panel runs, for this machine only:
  http://127.0.0.1:$WEB
Make the first user:
  $LINK
It finds a blueprint and a server there, Demo: press Start, and it answers on 127.0.0.1:$PORT${REAL:+ (the real game)}.
$([ -n "$REAL" ] || echo "The game is a stand-in that answers queries and RCON like the real one; nobody can play on it.")
Try next:
  deploy/lab/host.sh exec $NAME l4d2ctl status --all
  deploy/lab/host.sh exec $NAME l4d2ctl doctor
  deploy/lab/host.sh exec $NAME bash
  deploy/try.sh --stop
NEXT
