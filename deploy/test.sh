#!/bin/bash
# Every test there is, as root on a Debian machine (kernel 6.8 or later); it does its own set-up.
#   test.sh [--fast] [FILTER...]     --fast: only what needs no root and no host; FILTER: names of tests, as nextest takes them
# Ends with a line `N passed, N failed, N skipped`, which names what failed; exit code 0 when nothing failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
LAB=deploy/lab
FAST=
[ "${1:-}" != --fast ] || { FAST=1 && shift; }

step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }
passed=0 failed=0 skipped=0
blame=()

# Runs a check that is not a Rust test, and counts it.
check() {
  step "$1"
  if "${@:2}"; then passed=$((passed + 1)); else
    printf 'FAILED: %s\n' "$1"
    failed=$((failed + 1))
    blame+=("$1")
  fi
}

finish() {
  local named=
  [ ${#blame[@]} = 0 ] || named=$(printf '; %s' "${blame[@]}")
  printf '\n%s passed, %s failed, %s skipped%s\n' "$passed" "$failed" "$skipped" "${named:+: ${named#; }}"
  [ "$failed" = 0 ]
}

rust_tests() { # rust_tests PROFILE ARGS...: runs them and adds up what nextest counts
  local log=target/nextest-$1.log line code=0
  cargo nextest run --profile "$1" --locked --color never "${@:2}" 2>&1 | tee "$log" || code=$?
  line=$(grep -E '^ *Summary ' "$log" | tail -n 1)
  count() { sed -nE "s/.*[^0-9]([0-9]+) $1.*/\1/p" <<<"$line" | grep . || echo 0; }
  passed=$((passed + $(count passed))) skipped=$((skipped + $(count skipped)))
  failed=$((failed + $(count failed) + $(count 'timed out')))
  [ "$code" = 0 ] || [ "$failed" != 0 ] || failed=1
  # nextest names each once more under its summary: "FAIL [ 0.1s] (3/9) crate::binary test", or TRY 2 FAIL, TIMEOUT, SIGABRT.
  mapfile -t -O "${#blame[@]}" blame < <(sed -nE '/^ *Summary /,$ s/^ *(TRY [0-9]+ )?(FAIL|TIMEOUT|SIG[A-Z]+|ABORT|TMT) .*\] +(\([ 0-9/]+\) )?/\2 /p' "$log" | sort -u)
}

shell_scripts() { find deploy .ci \( -name '*.sh' -o -path .ci/run -o -path deploy/sbin/left4me \) -exec shellcheck -x -P SCRIPTDIR {} +; }

nothing_is_left() {
  $LAB/host.sh down-all
  local left
  left=$($LAB/host.sh left)
  # Not by `tee /dev/stderr`, which would empty a file that this run's output goes to.
  [ -z "$left" ] || { printf '%s\n' "$left" >&2 && return 1; }
}

if [ -z "$FAST" ]; then
  step "set-up"
  $LAB/setup.sh
  needed=(shellcheck strace python3-venv sudo chromium chromium-driver)
  dpkg-query --show "${needed[@]}" >/dev/null 2>&1 ||
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${needed[@]}"; }
fi
deploy/toolchain.sh --nextest
if command -v shellcheck >/dev/null; then check "shellcheck" shell_scripts; else skipped=$((skipped + 1)); fi
check "format" cargo fmt --all --check
check "lints" cargo clippy --quiet --workspace --all-targets --locked -- -D warnings
check "checked statements" deploy/sqlx.sh --check

if [ -n "$FAST" ]; then
  step "tests without root"
  rust_tests default "$@"
  finish
  exit
fi

# What is started here goes again, however this ends.
trap '$LAB/host.sh down-all' EXIT
$LAB/host.sh down-all
step "root file system of the hosts"
$LAB/rootfs.sh
step "judges: clients and servers of the game's protocols that others wrote"
[ -x target/judges/bin/python3 ] || python3 -m venv target/judges
target/judges/bin/python3 -m pip --quiet --disable-pip-version-check install -r deploy/lab/judges.txt
target/judges/bin/python3 -m pip --quiet --disable-pip-version-check install --no-deps -r deploy/lab/judge-servers.txt
step "axe: the judge of pages"
deploy/lab/axe.sh target/judges/bin/pip
step "a host with left4me"
$LAB/provision.sh host l4d2
step "a virtual machine with left4me"
$LAB/vm-image.sh
$LAB/provision.sh vm l4d2vm
export LEFT4ME_TEST_HOST=l4d2 LEFT4ME_TEST_VM=l4d2vm LEFT4ME_TEST_JUDGES=$PWD/target/judges/bin/python3
step "tests"
rust_tests full "$@"
check "the hosts leave nothing" nothing_is_left
finish
