#!/bin/bash
# L4D2-Competitive-Rework: the plugins and configs of competitive play (ZoneMod and others), with SourceMod in it. Fetched anew
# only when there is a newer commit; files that left it go.
set -euo pipefail
cd "${OVERLAY:-/overlay}"

REPO=SirPlease/L4D2-Competitive-Rework BRANCH=master
STATE=.left4me/competitive_rework # the commit, and what was laid down of it
WORK=.left4me/work

die() {
  printf 'competitive_rework: %s\n' "$*" >&2
  exit 1
}

fetch() { # fetch URL FILE [HEADER]
  curl --fail --silent --show-error --location --proto =https --retry 3 --connect-timeout 20 --max-time 1200 \
    ${3:+--header "$3"} --output "$2" -- "$1" || die "cannot fetch $1"
}

rm -rf "$WORK"
mkdir -p "$STATE" "$WORK/new" left4dead2
trap 'rm -rf "$WORK"' EXIT

fetch "https://api.github.com/repos/$REPO/commits/$BRANCH" "$WORK/commit" 'Accept: application/vnd.github.sha'
commit=$(<"$WORK/commit")
[[ $commit =~ ^[0-9a-f]{40}$ ]] || die "GitHub names no commit of $REPO, but: ${commit:0:80}"
if [ "$commit" = "$(cat "$STATE/commit" 2>/dev/null)" ]; then
  echo "up to date: commit $commit"
  exit 0
fi

echo "fetching commit $commit"
fetch "https://github.com/$REPO/archive/$commit.tar.gz" "$WORK/archive.tar.gz"
tar -xzf "$WORK/archive.tar.gz" -C "$WORK/new" --strip-components=1 --no-same-owner || die "the archive cannot be unpacked"
[ -d "$WORK/new/addons/sourcemod" ] || die "the archive has no addons/sourcemod: the project has changed, and so must this script"

(cd "$WORK/new" && find . -type f | LC_ALL=C sort) >"$WORK/files"
# Laid over what is there, file by file: a directory of the last build cannot be renamed.
cp -rf --no-target-directory "$WORK/new" left4dead2
if [ -e "$STATE/files" ]; then
  LC_ALL=C comm -23 "$STATE/files" "$WORK/files" | while IFS= read -r gone; do
    rm -f -- "left4dead2/$gone"
  done
fi
mv -f "$WORK/files" "$STATE/files"
printf '%s\n' "$commit" >"$STATE/commit"
echo "$(wc -l <"$STATE/files") files of commit $commit are in place"
