#!/bin/bash
# Measures what left4me costs, each figure beside its yardstick of the same run. Writes the tables to docs/performance.md, and prints them.
#   bench.sh            the host half, on a throw-away host, as root; then the panel
#   bench.sh overlays   builds of overlays alone, on a throw-away host
#   bench.sh web        the panel alone, on this machine, as anybody
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin
LAB=deploy/lab
NAME=bench
PAGE=docs/performance.md

# Puts a table under the mark `<!-- measured by deploy/bench.sh: PART … -->` of the page, up to the next heading.
write() { # write PART TABLE
  local about
  about="Kernel $(uname -r), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg) at the end, $(date -u +%Y-%m-%d)."
  PART=$1 ABOUT=$about TABLE=$2 awk '
    /^<!-- measured by deploy\/bench.sh: / { skip = 0; print; if (index($0, ": " ENVIRON["PART"] " ")) {
      printf "\n%s\n\n%s\n", ENVIRON["ABOUT"], ENVIRON["TABLE"]; skip = 1 } next }
    /^## / && skip { skip = 0; print "" }
    !skip' "$PAGE" >"$PAGE.new"
  mv "$PAGE.new" "$PAGE"
  echo "$2"
}

web() {
  cargo build --quiet --release --locked -p l4d2web --bin l4d2web --example l4d2ctl --example web_bench
  write web "$(target/release/examples/web_bench target/release/l4d2web target/release/examples/l4d2ctl)"
}

workshop() {
  command -v curl >/dev/null || { echo "curl, the yardstick of the workshop, is not there: apt-get install curl" >&2 && exit 1; }
  cargo build --quiet --release --locked -p l4d2web --bin l4d2web --example l4d2ctl --example steam --example workshop_bench
  write workshop "$(target/release/examples/workshop_bench target/release/l4d2web "$PWD/target/release/examples/l4d2ctl" target/release/examples/steam)"
}

if [ "${1:-}" = web ]; then
  deploy/toolchain.sh
  web
  workshop
  exit
fi

$LAB/setup.sh
deploy/toolchain.sh
$LAB/rootfs.sh
trap '$LAB/host.sh down $NAME; rm -rf target/bench-stage' EXIT
$LAB/host.sh down $NAME
$LAB/provision.sh host $NAME
mkdir -p target/bench-stage
cp target/x86_64-unknown-linux-gnu/release/examples/{bench,mount_yardstick} target/bench-stage/
$LAB/host.sh push $NAME target/bench-stage /opt/left4me-bench
write overlays "$($LAB/host.sh exec $NAME /opt/left4me-bench/bench /opt/left4me-bench overlays)"
[ "${1:-}" != overlays ] || exit 0
$LAB/host.sh exec $NAME l4d2ctl install >/dev/null
table=$($LAB/host.sh exec $NAME /opt/left4me-bench/bench /opt/left4me-bench)
write host "$table"
write log "$($LAB/host.sh exec $NAME python3 - <$LAB/log-latency.py)"
web
workshop
