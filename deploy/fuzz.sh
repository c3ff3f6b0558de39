#!/bin/bash
# Throws bytes at the readers of what strangers send (crates/l4d2web/examples/fuzz), from the inputs that are kept in crates/l4d2web/tests/corpus.
#   fuzz.sh [SECONDS] [TARGET...]     SECONDS for each target (300), as many at a time as there are processors; all targets, or those
# Prints the seed of each, by which `fuzz TARGET SECONDS SEED` does the same again. LEFT4ME_FUZZ_KEEP=1 adds inputs of new kinds to the corpus. Ends with
# a line `N passed, N failed`; exit code 0 when nothing failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
SECONDS_EACH=${1:-300}
[[ $SECONDS_EACH =~ ^[0-9]+$ ]] || { sed -n '2,5s/^# *//p' "$0" >&2 && exit 2; }
shift $(($# > 0))

cargo build --quiet --locked -p l4d2web --example fuzz
FUZZ=target/debug/examples/fuzz
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <("$FUZZ" --list)

pids=() failed=0
for target in "${targets[@]}"; do
  # One more when one is done.
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
  nice -n 19 "$FUZZ" "$target" "$SECONDS_EACH" &
  pids+=($!)
done
# wait tells how each ended, also of those that have ended before.
for pid in "${pids[@]}"; do wait "$pid" || failed=$((failed + 1)); done
printf '%s passed, %s failed\n' $((${#pids[@]} - failed)) "$failed"
[ "$failed" = 0 ]
