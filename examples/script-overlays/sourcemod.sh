#!/bin/bash
# Metamod:Source and SourceMod, the newest builds of one branch. Configs and plugins of your own belong in an overlay above
# this one, where an update does not touch them.
set -euo pipefail
cd "${OVERLAY:-/overlay}"

BRANCH=1.12
STATE=.left4me/sourcemod # which builds, and what was laid down of them
WORK=.left4me/work

die() {
  printf 'sourcemod: %s\n' "$*" >&2
  exit 1
}

fetch() { # fetch URL FILE
  curl --fail --silent --show-error --location --proto =https --retry 3 --connect-timeout 20 --max-time 600 \
    --output "$2" -- "$1" || die "cannot fetch $1"
}

latest() { # latest SITE POINTER: the file name of the newest build
  local name
  fetch "$1/$2" "$WORK/$2"
  name=$(<"$WORK/$2")
  [[ $name =~ ^[A-Za-z0-9._-]+\.tar\.gz$ ]] || die "$1/$2 names no archive, but: ${name:0:80}"
  printf '%s' "$name"
}

rm -rf "$WORK"
mkdir -p "$STATE" "$WORK/new" left4dead2
trap 'rm -rf "$WORK"' EXIT

MM=https://mms.alliedmods.net/mmsdrop/$BRANCH SM=https://sm.alliedmods.net/smdrop/$BRANCH
metamod=$(latest "$MM" mmsource-latest-linux)
sourcemod=$(latest "$SM" sourcemod-latest-linux)
if [ "$metamod $sourcemod" = "$(cat "$STATE/builds" 2>/dev/null)" ]; then
  echo "up to date: $metamod, $sourcemod"
  exit 0
fi

for url in "$MM/$metamod" "$SM/$sourcemod"; do
  echo "fetching $url"
  fetch "$url" "$WORK/archive.tar.gz"
  tar -xzf "$WORK/archive.tar.gz" -C "$WORK/new" --no-same-owner || die "${url##*/} cannot be unpacked"
done
[ -d "$WORK/new/addons/metamod" ] || die "$metamod has no addons/metamod"
[ -d "$WORK/new/addons/sourcemod" ] || die "$sourcemod has no addons/sourcemod"

(cd "$WORK/new" && find . -type f | LC_ALL=C sort) >"$WORK/files"
# Laid over what is there, file by file: a directory of the last build cannot be renamed.
cp -rf --no-target-directory "$WORK/new" left4dead2
if [ -e "$STATE/files" ]; then
  LC_ALL=C comm -23 "$STATE/files" "$WORK/files" | while IFS= read -r gone; do
    rm -f -- "left4dead2/$gone"
  done
fi
mv -f "$WORK/files" "$STATE/files"
printf '%s\n' "$metamod $sourcemod" >"$STATE/builds"
echo "$metamod and $sourcemod are in place"
