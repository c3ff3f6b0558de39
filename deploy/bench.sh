#!/bin/bash
# Measures what left4me costs, each figure beside its yardstick of the same run, on a throw-away host; as root. Writes the table to
# docs/performance.md, and prints it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
LAB=deploy/lab
NAME=bench
MARK='<!-- measured by deploy/bench.sh; what is below is written anew each time -->'
PAGE=docs/performance.md

$LAB/setup.sh
deploy/toolchain.sh
$LAB/rootfs.sh
trap '$LAB/host.sh down $NAME; rm -rf target/bench-stage' EXIT
$LAB/host.sh down $NAME
$LAB/provision.sh host $NAME
mkdir -p target/bench-stage
cp target/x86_64-unknown-linux-gnu/release/examples/{bench,mount_yardstick} target/bench-stage/
$LAB/host.sh push $NAME target/bench-stage /opt/left4me-bench
$LAB/host.sh exec $NAME l4d2ctl install >/dev/null
table=$($LAB/host.sh exec $NAME /opt/left4me-bench/bench /opt/left4me-bench)
{
  sed "\#^$MARK#,\$d" "$PAGE"
  echo "$MARK"
  echo
  echo "Kernel $(uname -r), $(nproc) cores, $(date -u +%Y-%m-%d)."
  echo
  echo "$table"
} >"$PAGE.new"
mv "$PAGE.new" "$PAGE"
echo "$table"
