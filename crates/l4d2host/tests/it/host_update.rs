//! Proof 3 on the real host: an update beside running servers, updates that fail, and many verbs side by side.

use std::fmt::Write;

use crate::game::{assert_same, current, listing, only, order, status, whole};
use crate::host_lifecycle::{clean, wait_ready};
use crate::lab::{Host, shown};
use crate::verb::Verb;

const PASSWORD: &str = "correct-horse";
const MOUNT: &str = "/run/left4me/server/alpha";
const TREES: &str = "/var/lib/left4me/trees/installation";

fn server(host: &Host, name: &str, port: u16) {
    host.initialize(name, &format!("port: {port}\nconfig: [rcon_password {PASSWORD}]\n"));
}

fn version(host: &Host) -> String {
    let answers = host.judge(27015, "-", &[]);
    answers["info"]["version"].as_str().unwrap().to_owned()
}

/// Everything below the root but one tree, the directories above it, and the locks.
fn all_but(host: &Host, tree: &str) -> String {
    host.sh(&format!(
        "cd /var/lib/left4me; find . -path ./trees/installation/{tree} -prune -o -printf '%y %m %u %i %s %T@ %l %p\\n' |
           grep -v -e ' ./trees$' -e ' ./trees/installation$' -e ' ./trees/.trash$' -e ' ./locks/' | sort"
    ))
}

/// Proof 3.
#[test]
fn proof3_an_update_leaves_running_servers_alone() {
    let host = Host::real();
    host.sh("rm -f /run/left4me/mounted/server-broken");
    clean(&host);
    only(&host, 1);
    server(&host, "alpha", 27015);
    host.ok(&["start", "alpha"]);
    wait_ready(&host, "alpha");
    assert_eq!(version(&host), "2.2.4.1");
    let tree = host.sh("readlink /var/lib/left4me/installation").rsplit('/').next().unwrap().to_owned();
    let old = format!("{TREES}/{tree}");
    let before = (listing(&host, MOUNT), listing(&host, &old));

    order(&host, "build 2");
    host.ok(&["install"]);
    assert_same(&listing(&host, MOUNT), &before.0);
    assert_same(&listing(&host, &old), &before.1);
    assert_eq!(whole(&host).into_values().collect::<Vec<_>>(), [1, 2]);
    assert_eq!(status(&host, "alpha")["stale"], true);
    assert_eq!(version(&host), "2.2.4.1");

    // A collection that cannot read what it must keep removes nothing, and is no reason for the restart to fail.
    host.sh("echo nonsense >/run/left4me/mounted/server-broken");
    let restart = host.l4d2ctl(&["restart", "alpha"]);
    assert!(restart.status.success(), "{}", shown(&restart));
    assert!(String::from_utf8_lossy(&restart.stderr).contains("warning: trees that are not needed stay for now"));
    wait_ready(&host, "alpha");
    assert_eq!(version(&host), "2.2.4.2");
    assert_eq!(status(&host, "alpha")["stale"], false);
    assert_eq!(host.l4d2ctl(&["gc"]).status.code(), Some(75));
    assert_same(&listing(&host, &old), &before.1);

    host.sh("rm /run/left4me/mounted/server-broken");
    let (rest, mount) = (all_but(&host, &tree), listing(&host, MOUNT));
    let said = host.ok(&["gc"]);
    assert!(said.contains(&format!("trees/installation/{tree}")), "{said}");
    assert_same(&all_but(&host, &tree), &rest);
    assert_same(&listing(&host, MOUNT), &mount);
    assert_eq!(whole(&host).into_values().collect::<Vec<_>>(), [2]);
    clean(&host);
}

/// Proof 3.
#[test]
fn proof3_an_install_that_fails_leaves_build_1() {
    let host = Host::real();
    clean(&host);
    only(&host, 1);
    server(&host, "alpha", 27015);
    let before = whole(&host);
    let mut failures: Vec<String> = ["windows", "linux"]
        .into_iter()
        .flat_map(|pass| {
            let what = ["no-connection", "missing-configuration", "invalid-platform", "0x602", "0x6"];
            what.map(|what| format!("fail {pass} {what}"))
        })
        .collect();
    failures.extend(["offline", "incomplete left4dead2/gameinfo.txt"].map(str::to_owned));
    for failure in failures {
        order(&host, &format!("build 2\n{failure}"));
        let install = host.l4d2ctl(&["install"]);
        let said = String::from_utf8_lossy(&install.stderr);
        assert!(matches!(install.status.code(), Some(1..=78)), "{failure}: {}", shown(&install));
        let sentence = said.lines().last().unwrap_or_default();
        assert!(sentence.starts_with("l4d2ctl: "), "{failure}: {}", shown(&install));
        assert_eq!(whole(&host), before, "{failure}");
        assert_eq!(current(&host), 1, "{failure}");
        host.ok(&["start", "alpha"]);
        assert_eq!(host.sh(&format!("cat {MOUNT}/left4dead2/scripts/build.txt")), "1", "{failure}");
        assert_eq!(status(&host, "alpha")["stale"], false, "{failure}");
        host.ok(&["stop", "alpha"]);
    }
    // Whatever these have left, the next one uses or throws away.
    order(&host, "build 2");
    host.ok(&["install"]);
    host.ok(&["gc"]);
    assert_eq!(whole(&host).into_values().collect::<Vec<_>>(), [2]);
    clean(&host);
}

/// What every shell of the stress begins with. Each has servers of its own, so that what it looks at holds still, and all
/// share the trees.
const SHELL: &str = r#"
cd /var/lib/left4me
as_left4me() { setpriv --reuid left4me --regid left4me --clear-groups "$@"; }
sees_whole_trees() {
  local stack=/run/left4me/server/$1 build
  build=$(cat $stack/left4dead2/scripts/build.txt)
  [ "$(sed -n 's/^ServerVersion=//p' $stack/left4dead2/steam.inf)" = $build ]
  [ "$(cat $stack/left4dead2/scripts/weapon_?0.txt | sort -u)" = "WeaponData { \"stamp\" \"$build\" }" ]
  [ "$(cat $stack/left4dead2/scripts/only_in_build_*.txt)" = "only in build $build" ]
  grep -aq "build $(printf %010d $build)" $stack/left4dead2/pak01_000.vpk
  [ "$(find $stack/left4dead2/maps -size +0 | wc -l)" = "$maps" ]
  [ "$(cat $stack/shared/*/number | sort | uniq -c | awk '{print $1}')" = 8 ]
}
maps=$(find installation/left4dead2/maps -size +0 | wc -l)
start() { l4d2ctl start $1; sees_whole_trees $1; }
stop() { [ ! -e instances/$1/pins ] || [ ! -d /run/left4me/server/$1 ] || sees_whole_trees $1; l4d2ctl stop $1; }
restart() { l4d2ctl restart $1; sees_whole_trees $1; }
delete() { l4d2ctl delete $1; initialize $1 $2; }
initialize() { printf 'port: %s\noverlays: [shared]\n' $2 | l4d2ctl initialize $1 -f -; }
gc() { l4d2ctl gc; }
# Another build of the game. One at a time: somebody else's is busy (75).
install() {
  echo "build $1" >/opt/left4me-standin/orders.$BASHPID
  mv /opt/left4me-standin/orders.$BASHPID /opt/left4me-standin/orders
  local code=0
  l4d2ctl install || code=$?
  [ $code = 0 ] || [ $code = 75 ]
}
# A new tree of the overlay, as left4me publishes one: the build's lock, then the trees' over the swap.
publish() { as_left4me flock --nonblock --conflict-exit-code 0 locks/build-shared bash -euc "$publication"; }
publication='
  trees=trees/overlay/shared
  number=$(($(ls $trees | sort -n | tail -n 1) + 1))
  mkdir -p $trees/.new-$number/shared/{1,2,3,4,5,6,7,8}
  for n in 1 2 3 4 5 6 7 8; do echo $number >$trees/.new-$number/shared/$n/number; done
  ln -sfn ../$trees/$number overlays/.shared.new
  flock --shared locks/trees sh -c "mv $trees/.new-$number $trees/$number; mv -T overlays/.shared.new overlays/shared"'
"#;

/// A small generator, so that a seed tells the whole run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Proof 3.
#[test]
fn proof3_a_hundred_random_verbs_side_by_side() {
    let host = Host::real();
    clean(&host);
    only(&host, 1);
    host.sh(&format!("{SHELL} rm -rf trees/overlay/shared; as_left4me mkdir -p trees/overlay/shared; publish"));
    let cursor = host.sh("journalctl --lines=0 --show-cursor | sed -n 's/^-- cursor: //p'");
    let mut dice = Dice(0x5eed_1234_5678_9abc);
    let shells = [["alpha", "bravo"], ["charlie", "delta"], ["echo", "foxtrot"], ["golf", "hotel"]];
    let mut running = Vec::new();
    for (number, servers) in (27015..).step_by(2).zip(shells) {
        let mut script =
            format!("{SHELL}set -x\ninitialize {} {number}\ninitialize {} {}\n", servers[0], servers[1], number + 1);
        for _ in 0..25 {
            let which = dice.roll(2);
            let name = servers[which];
            match dice.roll(20) {
                0..=6 => writeln!(script, "start {name}"),
                7..=9 => writeln!(script, "stop {name}"),
                10..=12 => writeln!(script, "restart {name}"),
                13 => writeln!(script, "delete {name} {}", number + which),
                14..=15 => writeln!(script, "install {}", 1 + dice.roll(2)),
                16..=18 => writeln!(script, "publish"),
                _ => writeln!(script, "gc"),
            }
            .unwrap();
        }
        for name in servers {
            writeln!(script, "l4d2ctl delete {name}").unwrap();
        }
        running.push(Verb::start(&host, &["bash", "-euo", "pipefail", "-c", &script]));
    }
    for shell in running {
        let (status, said) = shell.end();
        assert!(status.success(), "{said}");
        assert!(!said.contains("stay for now"), "{said}");
    }
    let failed = host.sh(&format!("journalctl --after-cursor='{cursor}' --unit='left4me-server@*' --output=cat | grep -E 'Failed|failed|Main process exited' || true"));
    assert_eq!(failed, "");
    host.ok(&["gc"]);
    assert_eq!(host.sh("cd /var/lib/left4me/trees; ls installation | wc -l; ls overlay/shared | wc -l; ls -A .trash | wc -l; grep -c /run/left4me /proc/1/mountinfo || true"), "1\n1\n0\n0");
    assert_eq!(whole(&host).len(), 1);
    host.sh("rm -rf /var/lib/left4me/overlays/shared /var/lib/left4me/trees/overlay/shared");
    clean(&host);
}
