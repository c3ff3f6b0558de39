#!/bin/bash
# Fetches axe-core, which judges whether pages can be used by everybody, into target/axe/axe.min.js: out of a Python package that
# carries it, the version and sum of which stand in axe.txt. Only tests use it.
#   axe.sh PIP     PIP: the pip to fetch with
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
PIP=${1:-pip}
TO=target/axe
[ ! $TO/axe.min.js -nt deploy/lab/axe.txt ] || exit 0
rm -rf $TO && mkdir -p $TO
"$PIP" --quiet --disable-pip-version-check download --no-deps --require-hashes -d $TO -r deploy/lab/axe.txt
python3 -m zipfile -e $TO/*.whl $TO/package
mv $TO/package/axe_playwright_python/axe.min.js $TO/axe.min.js
rm -r $TO/package
touch $TO/axe.min.js
