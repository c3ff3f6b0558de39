#!/bin/bash
# Makes a throw-away host and installs left4me in it by install.sh, with the stand-ins in the place of steamcmd and the game.
#   provision.sh host|vm NAME
# In it then: the programs under test, the stand-in steamcmd with its `orders` in /opt/left4me-standin, and what was
# installed from in /opt/left4me-source. The binaries are built first, those of the host statically. The panel runs then, on port 8000, by plain http.
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
# As the linker finds it: hosts are Debian 13, whose libc is this machine's or a newer one.
cargo build --quiet --locked -p l4d2web
BUILT=target/$TARGET/release

rm -rf "$STAGE"
mkdir -p "$STAGE/source" "$STAGE/bin" "$STAGE/standin"
cp -a deploy examples "$STAGE/source/"
cp "$BUILT"/{l4d2ctl,left4me-overlay,left4me-systemctl,left4me-journalctl,left4me-exec} target/debug/l4d2web "$STAGE/bin/"
cp "$BUILT"/examples/{steamcmd,srcds} "$STAGE/standin/"
echo 'build 1' >"$STAGE/standin/orders"
mkdir "$STAGE/etc"
# Browsers reach the panel through a forwarded port, by plain http; the rest is what install.sh would lay down.
sed 's/^#SESSION_COOKIE_SECURE=.*/SESSION_COOKIE_SECURE=false/' deploy/etc/web.env >"$STAGE/etc/web.env"

"$LAB" up "$NAME"
"$LAB" push "$NAME" "$STAGE/source" /opt/left4me-source
"$LAB" push "$NAME" "$STAGE/bin" /opt/left4me-bin
"$LAB" push "$NAME" "$STAGE/standin" /opt/left4me-standin
"$LAB" push "$NAME" "$STAGE/etc" /etc/left4me
rm -rf "$STAGE"
# For a host that gets the real game, by an install.sh that its maker runs.
[ -z "${LEFT4ME_PROVISION_ONLY_COPY:-}" ] || exit 0
"$LAB" exec "$NAME" /opt/left4me-source/deploy/install.sh --bin-dir /opt/left4me-bin --steamcmd /opt/left4me-standin/steamcmd
# As install.sh would have laid it down.
"$LAB" exec "$NAME" sh -c 'chgrp left4me /etc/left4me/web.env && chmod 0640 /etc/left4me/web.env'
