#!/bin/bash
# Makes crates/l4d2web/assets/vendor/codemirror.min.js anew from the packages that package-lock.json names, and its sum; needs npm and the network.
#   bundle.sh           after a version was changed in package.json (and `npm install --package-lock-only --omit-lockfile-registry-resolved` here)
#   bundle.sh --check   fails when what is committed is not what comes out
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
VENDOR=$(realpath ../../crates/l4d2web/assets/vendor)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
cp package.json package-lock.json codemirror.js style-mod.js "$WORK"
cd "$WORK"
npm ci --no-audit --no-fund --ignore-scripts --silent
# Its own program, without the script that would look for another one.
ESBUILD=$(echo node_modules/@esbuild/*/bin/esbuild)
"$ESBUILD" codemirror.js --bundle --minify --format=esm --target=es2022 --legal-comments=none --alias:style-mod=./style-mod.js \
  --outfile=codemirror.min.js --log-level=warning

if [ "${1:-}" = --check ]; then
  cmp codemirror.min.js "$VENDOR/codemirror.min.js" || { echo "run deploy/editor/bundle.sh and commit what it makes" >&2 && exit 1; }
  exit
fi
cp codemirror.min.js "$VENDOR"
cd "$VENDOR"
sha256sum -- *.js >SHA256SUMS
