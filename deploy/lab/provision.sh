#!/bin/bash
# Makes a throw-away host and installs left4me in it by install.sh, with the stand-ins in the place of steamcmd and the game.
#   provision.sh host|vm NAME
# In it then: the programs under test, the stand-in steamcmd with its `orders` in /opt/left4me-standin, and what was
# installed from in /opt/left4me-source. The binaries are built first, statically, so that they run on any Debian.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPO=$(cd "$HERE/../.." && pwd)
KIND=${1:-} NAME=${2:-}
case $KIND:$NAME in
  host:?* | vm:?*) ;;
  *) echo "usage: provision.sh host|vm NAME" >&2 && exit 2 ;;
esac
LAB=$HERE/$KIND.sh
STAGE=$REPO/target/lab-stage-$NAME
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin

cd "$REPO"
TARGET=x86_64-unknown-linux-gnu
RUSTFLAGS='-C target-feature=+crt-static' cargo build --quiet --release --locked --target "$TARGET" -p l4d2host --bins --examples
cargo build --quiet --release --locked -p l4d2web
BUILT=target/$TARGET/release

rm -rf "$STAGE"
mkdir -p "$STAGE/source" "$STAGE/bin" "$STAGE/standin"
cp -a deploy "$STAGE/source/"
cp "$BUILT"/{l4d2ctl,left4me-overlay,left4me-systemctl,left4me-journalctl,left4me-exec} target/release/l4d2web "$STAGE/bin/"
cp "$BUILT"/examples/{steamcmd,srcds} "$STAGE/standin/"
echo 'build 1' >"$STAGE/standin/orders"

"$LAB" up "$NAME"
"$LAB" push "$NAME" "$STAGE/source" /opt/left4me-source
"$LAB" push "$NAME" "$STAGE/bin" /opt/left4me-bin
"$LAB" push "$NAME" "$STAGE/standin" /opt/left4me-standin
rm -rf "$STAGE"
# For a host that gets the real game, by an install.sh that its maker runs.
[ -z "${LEFT4ME_PROVISION_ONLY_COPY:-}" ] || exit 0
"$LAB" exec "$NAME" /opt/left4me-source/deploy/install.sh --bin-dir /opt/left4me-bin --steamcmd /opt/left4me-standin/steamcmd
