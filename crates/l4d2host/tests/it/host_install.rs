//! `install` on the real host, in its real unit, on a real stack: proof 3, and kills by step of proof 4.

use crate::host_lifecycle::{clean, install, wait_ready};
use crate::lab::{Host, shown};

const ORDERS: &str = "/opt/left4me-standin/orders";
const STANDIN: &str = "/opt/left4me-standin/steamcmd";

/// Makes the stand-in for steamcmd do what it says.
fn order(host: &Host, orders: &str) {
    host.sh(&format!("printf '{orders}' >{ORDERS}"));
}

/// A host with some build of the game; its number.
fn installed(host: &Host) -> u32 {
    clean(host);
    let build = build(host).unwrap_or(1);
    install(host, build);
    build
}

/// The build that is published.
fn build(host: &Host) -> Option<u32> {
    let version =
        "sed -n s/PatchVersion=2.2.4.//p /var/lib/left4me/installation/left4dead2/steam.inf 2>/dev/null || true";
    host.sh(version).parse().ok()
}

/// The tree that is current, such as `trees/installation/3`.
fn tree(host: &Host) -> String {
    host.sh("readlink /var/lib/left4me/installation")
}

/// Everything about a tree: names, modes, times, inodes and contents.
fn digest(host: &Host, tree: &str) -> String {
    host.sh(&format!(
        "cd /var/lib/left4me/{tree}
         {{ find . -printf '%p %i %M %u %g %s %T@\\n' | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum; }} | sha256sum"
    ))
}

/// Proof 3.
#[test]
fn proof3_an_update_leaves_a_running_server_alone() {
    let host = Host::real();
    let old_build = installed(&host);
    let old = tree(&host);
    host.initialize("alpha", "port: 27015\nconfig: [hostname alpha]\n");
    host.ok(&["start", "alpha"]);
    wait_ready(&host, "alpha");
    let stale = || {
        let status = host.ok(&["status", "alpha", "--json"]);
        serde_json::from_str::<serde_json::Value>(&status).unwrap()["stale"].clone()
    };
    let process = || host.sh("systemctl show --property=MainPID --value left4me-server@alpha");
    let (before, pid) = (digest(&host, &old), process());
    assert_eq!(stale(), false);

    install(&host, old_build + 1);
    let new = tree(&host);
    assert_ne!(new, old);
    assert_eq!(digest(&host, &old), before, "not a byte of the running server's tree has changed");
    assert_eq!((process(), stale()), (pid, true.into()));
    host.ok(&["gc"]);
    assert_eq!(digest(&host, &old), before, "a collection keeps what a server runs on");
    let shared = host.sh(&format!(
        "cd /var/lib/left4me; for file in left4dead2/gameinfo.txt srcds_run srcds_linux; do
           [ {old}/$file -ef {new}/$file ] || echo $file; done"
    ));
    assert_eq!(shared, "", "not shared between the builds");

    let published = digest(&host, &new);
    host.ok(&["restart", "alpha"]);
    wait_ready(&host, "alpha");
    assert_eq!(stale(), false);
    assert_eq!(host.sh("cat /var/lib/left4me/instances/alpha/pins"), new);
    host.ok(&["gc"]);
    assert_eq!(host.sh("ls -d /var/lib/left4me/trees/installation/*"), format!("/var/lib/left4me/{new}"));
    // Links to files that went with the other tree are no change of this one.
    assert_eq!(digest(&host, &new), published);
    host.ok(&["delete", "alpha"]);
}

/// Proof 3.
#[test]
fn proof3_an_install_that_fails_leaves_what_is_published() {
    let host = Host::real();
    let build = installed(&host);
    let (tree_before, before) = (tree(&host), digest(&host, &tree(&host)));
    let failures = [
        ("no-subscription", 77, "an account that owns the game"),
        ("0x202", 74, "the disk is too full for the game: the file system at /"),
        ("missing-configuration", 75, "Missing configuration"),
        ("0x402", 75, "the download was interrupted (state 0x402)"),
        ("rate-limit", 75, "too many"),
        ("appinfo-timeout", 69, "Steam did not answer in time"),
    ];
    for pass in ["windows", "linux"] {
        for (what, code, sentence) in failures {
            order(&host, &format!("build {}\\nfail {pass} {what}\\n", build + 1));
            let output = host.l4d2ctl(&["install"]);
            assert_eq!(output.status.code(), Some(code), "{pass} {what}: {}", shown(&output));
            assert!(String::from_utf8_lossy(&output.stderr).contains(sentence), "{pass} {what}: {}", shown(&output));
            assert_eq!((tree(&host), digest(&host, &tree_before)), (tree_before.clone(), before.clone()));
        }
    }
    order(&host, &format!("build {}\\nincomplete\\n", build + 1));
    assert_eq!(host.l4d2ctl(&["install"]).status.code(), Some(70));
    assert_eq!((tree(&host), digest(&host, &tree_before)), (tree_before, before));
    assert_eq!(host.sh("grep -c left4me/build /proc/1/mountinfo || true"), "0", "no staging stack stays mounted");
    install(&host, build + 1);
    assert_eq!(self::build(&host), Some(build + 1));
}

/// Proof 3: Debian's own steamcmd, which cannot reach Steam from here.
#[test]
fn proof3_the_real_steamcmd_offline_says_so_in_one_sentence() {
    let host = Host::real();
    installed(&host);
    let (tree_before, before) = (tree(&host), digest(&host, &tree(&host)));
    let with = |steamcmd: &str| {
        host.sh(&format!(
            "/opt/left4me-source/deploy/install.sh --bin-dir /opt/left4me-bin --steamcmd {steamcmd} >/dev/null 2>&1"
        ))
    };
    with("/usr/games/steamcmd");
    let output = host.l4d2ctl(&["install"]);
    with(STANDIN);
    assert_eq!(output.status.code(), Some(69), "{}", shown(&output));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "l4d2ctl: Steam cannot be reached: check this machine's network, DNS and firewall, then run `l4d2ctl install` again\n"
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("Steamcmd needs to be online to update."));
    assert_eq!((tree(&host), digest(&host, &tree_before)), (tree_before, before));
}

#[test]
fn an_update_that_renames_a_directory_of_a_lower_layer_becomes_a_full_download() {
    let host = Host::real();
    let build = installed(&host) + 1;
    order(&host, &format!("build {build}\\nrename-directory\\n"));
    let said = host.ok(&["install"]);
    assert!(said.contains("Error! App '222860' state is 0x606 after update job."), "{said}");
    assert!(said.contains("this is a full download of the game\nstep: windows pass of steamcmd\n"), "{said}");
    assert_eq!(self::build(&host), Some(build));
}

#[test]
fn an_update_that_changes_nothing_publishes_nothing() {
    let host = Host::real();
    installed(&host);
    let (tree_before, before) = (tree(&host), digest(&host, &tree(&host)));
    let said = host.ok(&["install"]);
    assert!(said.contains("\nup to date: build "), "{said}");
    assert_eq!((tree(&host), digest(&host, &tree_before)), (tree_before, before));
}

/// Proof 4, with real units.
#[test]
fn proof4_install_killed_at_each_step() {
    let host = Host::real();
    let mut build = installed(&host);
    for step in ["windows pass", "linux pass", "comparing", "publishing"] {
        build += 1;
        order(&host, &format!("build {build}\\n"));
        let seen = host.sh(&format!(
            "exec 3< <(exec l4d2ctl install); pid=$!
             while read -r line <&3; do
               case $line in 'step: {step}'*) kill -KILL $pid; echo killed; break ;; esac
             done"
        ));
        assert_eq!(seen, "killed", "{step}");
        let said = host.ok(&["install"]);
        assert_eq!(self::build(&host), Some(build), "killed at {step}, then: {said}");
        assert_eq!(host.sh("ls /var/lib/left4me/trees/installation | wc -l"), "1");
        assert_eq!(host.sh("systemctl is-active 'left4me-steamcmd@*' || true"), "");
    }
}

/// Nothing is mounted and nothing recorded for it, whatever steamcmd remembers, and the newest answer counts.
#[test]
fn steam_is_asked_for_the_latest_build_without_an_install() {
    let host = Host::real();
    let build = installed(&host);
    let record = || host.sh("stat --format=%i%y /run/left4me/last/left4me-steamcmd");
    let (tree_before, before) = (tree(&host), record());
    let game = |options: &[&str]| -> serde_json::Value {
        serde_json::from_str(&host.ok(&[&["game", "--json"], options].concat())).unwrap()
    };
    for latest in [build, build + 7] {
        order(&host, &format!("build {latest}\\n"));
        let answer = game(&["--refresh"]);
        assert_eq!(answer["installed"]["build"], build.to_string());
        assert_eq!(answer["installed"]["tree"], tree_before.as_str());
        assert_eq!(answer["latest"]["build"], latest.to_string());
        assert_eq!(game(&[]), answer);
    }
    order(&host, &format!("build {}\\nfail both no-connection\\n", build + 8));
    let silent = host.l4d2ctl(&["game", "--refresh"]);
    assert_eq!(silent.status.code(), Some(69), "{}", shown(&silent));
    assert_eq!(game(&[])["latest"]["build"], (build + 7).to_string());
    assert_eq!((tree(&host), record()), (tree_before, before));
    assert_eq!(host.sh("ls -A /var/lib/left4me/builds/installation"), "work");
    assert_eq!(host.sh("stat --format='%U %a' /var/lib/left4me/latest-build"), "left4me 644");
}

/// Of the two, who installs goes first: the question ends, and so does its unit.
#[test]
fn an_installation_ends_the_question_for_the_latest_build() {
    let host = Host::real();
    let build = installed(&host) + 1;
    order(&host, &format!("build {build}\\nhang linux\\nunbuffered\\n"));
    let said = host.sh(&format!(
        "rm -f /var/log/left4me/left4me-steamcmd@info.log; l4d2ctl game --refresh >/run/asked 2>&1 & asking=$!
         timeout 30 bash -c 'until grep -qs \"user info...OK\" /var/log/left4me/left4me-steamcmd@info.log; do :; done'
         echo 'build {build}' >{ORDERS}
         l4d2ctl install
         if wait $asking; then echo answered; fi; cat /run/asked"
    ));
    assert!(said.contains("step: ending the question for the latest build\n"), "{said}");
    assert!(said.contains("l4d2ctl: Steam did not say which build of the game is the latest: "), "{said}");
    assert_eq!(self::build(&host), Some(build));
    assert_eq!(host.sh("systemctl is-active 'left4me-steamcmd@*' || true"), "");
}
