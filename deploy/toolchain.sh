#!/bin/bash
# Puts a Rust toolchain on this Debian machine when there is none, or one that is too old. Nothing to do: no output.
#   toolchain.sh [--nextest]     --nextest: and the test runner
set -euo pipefail
REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
NEEDED=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$REPO/Cargo.toml")
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin

die() {
  printf 'toolchain.sh: %s\n' "$*" >&2
  exit 1
}

new_enough() {
  local found
  command -v cargo >/dev/null && command -v cc >/dev/null || return 1
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 || return 1
  found=$(cd "$REPO" && rustc --version | cut -d' ' -f2)
  printf '%s\n' "$NEEDED" "${found%%-*}" | sort --check=quiet --version-sort
}

if ! new_enough; then
  [ "$(id -u)" = 0 ] || die "Rust $NEEDED or later and gcc are needed; as root this script installs them"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  # Debian's own rustc is older than what this project needs; its rustup (Debian 13 and later) brings the right one.
  apt-get -qq -y --no-install-recommends install gcc libc6-dev ca-certificates
  command -v rustup >/dev/null || apt-get -qq -y --no-install-recommends install rustup ||
    die "this Debian has no rustup package: install Rust $NEEDED or later yourself, from rustup.rs"
  rustup toolchain install --profile minimal --component clippy --component rustfmt stable
  rustup default stable
  new_enough || die "Rust $NEEDED or later is needed, and the toolchain that was installed is older"
fi
[ "${1:-}" != --nextest ] || cargo nextest --version >/dev/null 2>&1 || cargo install --quiet --locked cargo-nextest
