//! The stand-in game on a host of the lab: what Steam has, what a build of it consists of, and whether what was published
//! is exactly that.

use std::collections::BTreeMap;

use crate::lab::{Host, shown};

/// Shell functions that every script of this module begins with. `reference N` lays build N down beside left4me, by the
/// stand-in itself, and keeps it; `listing DIR` prints a line for every file with its kind, mode and sha256.
const SHELL: &str = r#"
reference=/var/tmp/left4me-reference
reference() {
  [ ! -e $reference/$1.done ] || return 0
  rm -rf $reference/$1
  mkdir -p $reference/standin
  cp -p /opt/left4me-standin/{steamcmd,srcds} $reference/standin/
  echo "build $1" >$reference/standin/orders
  for pass in windows linux; do
    HOME=$reference/home $reference/standin/steamcmd +@sSteamCmdForcePlatformType $pass +force_install_dir $reference/$1 \
      +login anonymous +app_update 222860 validate +quit >/dev/null
  done
  mkdir -p $reference/$1/.steam/sdk32
  cp $(find $reference/home $reference/standin -path '*/linux32/steamclient.so') $reference/$1/.steam/sdk32/
  touch $reference/$1.done
  sync -f $reference # a power cut must not take the yardstick
}
listing() {
  cd $1
  find . -mindepth 1 -path ./steamapps/downloading -prune -o -printf '%y %m %P %l\n' | sort
  find . -type f -print0 | sort -z | xargs -0 sha256sum
}
build_of() { sed -n 's/^ServerVersion=//p' $1/left4dead2/steam.inf; }
"#;

/// Writes the orders of the stand-in steamcmd.
pub(crate) fn order(host: &Host, orders: &str) {
    let output = host.feed(
        &["bash", "-euc", "cat >/opt/left4me-standin/new; mv /opt/left4me-standin/new /opt/left4me-standin/orders"],
        format!("{orders}\n").as_bytes(),
    );
    assert!(output.status.success(), "{}", shown(&output));
}

/// Makes this build the only one that is installed, and forgets updates that were not finished.
pub(crate) fn only(host: &Host, build: u32) {
    host.sh("systemctl stop 'left4me-steamcmd@*'; rm -rf /var/lib/left4me/builds/installation");
    order(host, &format!("build {build}"));
    let trees = whole(host);
    if trees.len() != 1 || current(host) != build {
        host.ok(&["install"]);
        host.ok(&["gc"]);
    }
    assert_eq!(current(host), build);
}

/// The build that is published.
pub(crate) fn current(host: &Host) -> u32 {
    host.sh("sed -n 's/^ServerVersion=//p' /var/lib/left4me/installation/left4dead2/steam.inf 2>/dev/null || true")
        .parse()
        .unwrap_or(0)
}

/// Every published tree of the game with its build, each compared, file by file, with what the stand-in lays down.
pub(crate) fn whole(host: &Host) -> BTreeMap<u32, u32> {
    let script = format!(
        "{SHELL}
         for tree in /var/lib/left4me/trees/installation/[0-9]*; do
           [ -d $tree ] || continue
           build=$(build_of $tree)
           reference $build
           diff <(listing $reference/$build) <(listing $tree) >&2
           echo ${{tree##*/}} $build
         done"
    );
    let trees = host.sh(&script);
    trees
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(tree, build)| (tree.parse().unwrap(), build.parse().unwrap()))
        .collect()
}

/// Every file of a directory with its kind, mode and sha256.
pub(crate) fn listing(host: &Host, directory: &str) -> String {
    host.sh(&format!("{SHELL} listing {directory}"))
}

/// Two listings are the same; when they are not, says in which lines.
pub(crate) fn assert_same(now: &str, before: &str) {
    let other = |one: &str, two: &str| -> Vec<String> {
        let two: std::collections::BTreeSet<&str> = two.lines().collect();
        one.lines().filter(|line| !two.contains(line)).take(10).map(str::to_owned).collect()
    };
    assert!(now == before, "before: {:#?}\nnow: {:#?}", other(before, now), other(now, before));
}

/// What `status --json` says of a server.
pub(crate) fn status(host: &Host, name: &str) -> serde_json::Value {
    serde_json::from_str(&host.ok(&["status", name, "--json"])).unwrap()
}

/// The number of stacks that are mounted.
pub(crate) fn stacks(host: &Host) -> usize {
    host.sh("grep -c ' /run/left4me/' /proc/1/mountinfo || true").parse().unwrap()
}

/// Asks a server over RCON, from inside its host, what it says to `status`: its name and its version are in it.
pub(crate) fn ask(host: &Host, port: u16, password: &str) -> String {
    command(host, port, password, "status")
}

/// Gives a server commands over RCON, from inside its host.
pub(crate) fn command(host: &Host, port: u16, password: &str, words: &str) -> String {
    const CLIENT: &str = r#"
import socket, struct, sys
def packet(number, kind, text):
    body = struct.pack("<ii", number, kind) + text.encode() + b"\0\0"
    return struct.pack("<i", len(body)) + body
def read(stream):
    size = struct.unpack("<i", stream.read(4))[0]
    body = stream.read(size)
    return struct.unpack("<ii", body[:8]), body[8:-2].decode(errors="replace")
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=30)
stream = s.makefile("rb")
s.sendall(packet(1, 3, sys.argv[2]))
while True:
    (number, kind), _ = read(stream)
    if kind == 2:
        break
assert number == 1, "the password was refused"
s.sendall(packet(2, 2, sys.argv[3]))
print(read(stream)[1])
"#;
    let output = host.exec(&["python3", "-c", CLIENT, &port.to_string(), password, words]);
    assert!(output.status.success(), "{}", shown(&output));
    String::from_utf8(output.stdout).unwrap()
}
