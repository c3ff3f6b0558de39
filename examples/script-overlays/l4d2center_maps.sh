#!/bin/bash
# Campaigns of l4d2center.com, or some of them: fetches what is missing or changed, and removes what left the list. A map that
# cannot be had does not stop the others. All of them are better kept as an overlay of kind maps; take this where you want a choice.
set -euo pipefail
cd "${OVERLAY:-/overlay}"

INDEX=https://l4d2center.com/maps/servers/index.csv # a head, then Name;Size;md5;Download link
WANTED='*'                                          # file names to take, as the shell matches them: 'carried*.vpk'
ADDONS=left4dead2/addons
STATE=.left4me/l4d2center # the names that this script has laid down
WORK=.left4me/work

die() {
  printf 'l4d2center_maps: %s\n' "$*" >&2
  exit 1
}

fetch() { # fetch URL FILE
  curl --fail --silent --show-error --location --proto =https --retry 3 --connect-timeout 20 --max-time 1800 \
    --output "$2" -- "${1// /%20}"
}

is() { # is FILE MD5
  [ -f "$1" ] && md5sum --status --check <<<"$2  $1"
}

take() { # take NAME MD5 LINK
  local unpacked
  rm -rf "$WORK/map"
  mkdir -p "$WORK/map"
  fetch "$3" "$WORK/map.7z" || return
  7z x -y -bd -bso0 "-o$WORK/map" "$WORK/map.7z" || return
  unpacked=$(find "$WORK/map" -type f -name '*.vpk' -print -quit)
  is "$unpacked" "$2" || { echo "the archive of $1 holds another file than the list says" >&2 && return 1; }
  mv -f -- "$unpacked" "$ADDONS/$1"
}

command -v 7z >/dev/null || die "7z is missing: an admin installs it on the machine (apt install 7zip)"
rm -rf "$WORK"
mkdir -p "$STATE" "$WORK" "$ADDONS"
trap 'rm -rf "$WORK"' EXIT
fetch "$INDEX" "$WORK/index" || die "cannot fetch $INDEX"
touch "$STATE/names"

failed=0
while IFS=';' read -r name _ md5 link || [ -n "$name" ]; do
  link=${link%$'\r'}
  # shellcheck disable=SC2053  # a pattern, not a word
  [[ $name == $WANTED ]] || continue
  if [[ ! $name =~ ^[^/]+\.vpk$ || ! $md5 =~ ^[0-9a-fA-F]{32}$ || $link != https://* ]]; then
    echo "not understood, and left out: ${name:0:80}" >&2
    continue
  fi
  printf '%s\n' "$name" >>"$WORK/names"
  if is "$ADDONS/$name" "${md5,,}"; then continue; fi
  echo "fetching $name"
  take "$name" "${md5,,}" "$link" || { echo "could not get $name" >&2 && failed=$((failed + 1)); }
done < <(tail -n +2 "$WORK/index")
[ -s "$WORK/names" ] || die "no map of the list is called $WANTED"

LC_ALL=C sort -u -o "$WORK/names" "$WORK/names"
LC_ALL=C comm -13 "$WORK/names" "$STATE/names" | while IFS= read -r gone; do
  echo "removing $gone, which left the list"
  rm -f -- "$ADDONS/$gone"
done
mv -f "$WORK/names" "$STATE/names"
[ "$failed" = 0 ] || echo "warning: $failed maps could not be had; the next build tries again" >&2
[ -n "$(find "$ADDONS" -name '*.vpk' -print -quit)" ] || die "not one map could be had"
echo "$(wc -l <"$STATE/names") maps are listed, $failed could not be had"
