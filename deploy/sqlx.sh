#!/bin/bash
# The cache of checked SQL statements, crates/l4d2web/.sqlx, from which the panel is compiled without a database.
#   sqlx.sh             compiles against a database made from the migrations, and writes the cache anew
#   sqlx.sh --check     the same into a throw-away directory; fails when the cache differs
#   sqlx.sh --develop   makes the database target/schema.db and names it in crates/l4d2web/.env (not committed), so that from now on every cargo
#                       command checks statements against it and adds new ones to the cache. Again after each change to a migration;
#                       before a commit the plain form, which also takes away what is gone
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
CACHE=$PWD/crates/l4d2web/.sqlx
mkdir -p target "$CACHE"
SCHEMA=$(mktemp -p target schema.XXXXXX)
python3 - "$SCHEMA" crates/l4d2web/migrations/*.sql <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for name in sys.argv[2:]:
    db.executescript(open(name).read())
PY

if [ "${1:-}" = --develop ]; then
  mv "$SCHEMA" target/schema.db
  printf 'DATABASE_URL=sqlite://%s\nSQLX_OFFLINE_DIR=%s\n' "$PWD/target/schema.db" "$CACHE" >crates/l4d2web/.env
  exit
fi

NEW=$(mktemp -d -p target sqlx.XXXXXX)
trap 'rm -rf "$SCHEMA" "$NEW"' EXIT
touch crates/l4d2web/src/lib.rs # so that the statements are compiled again
DATABASE_URL=sqlite://$PWD/$SCHEMA SQLX_OFFLINE_DIR=$PWD/$NEW cargo check --quiet --locked -p l4d2web --all-targets
if [ "${1:-}" = --check ]; then
  diff -rq "$CACHE" "$NEW" || { echo "run deploy/sqlx.sh and commit crates/l4d2web/.sqlx" >&2 && exit 1; }
else
  rm -rf "$CACHE"
  cp -r "$NEW" "$CACHE"
fi
