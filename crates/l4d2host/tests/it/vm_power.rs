//! Proof 5 in the virtual machine, where a power cut loses what was not synced: whatever left4me calls done is on disk, and
//! what it publishes is whole.

use crate::game::{current, order};
use crate::host_lifecycle::clean;
use crate::lab::{Host, shown};
use crate::power::{came_back, cut, is_down, reboot, runs_on, scene, update};
use crate::traced::{LASTING, Traced};
use crate::verb::Verb;

/// Keeps the machine as it is now, or goes back to what was kept.
fn lab(host: &Host, verb: &str) {
    let output = host.lab(verb, &[]);
    assert!(output.status.success(), "{}", shown(&output));
}

/// The control: what nobody synced is lost here, in the ways that publishing must not allow.
#[test]
fn proof5_control_a_power_cut_loses_what_was_not_synced() {
    let host = Host::vm();
    host.sh("cd /var/lib/left4me; rm -rf control; mkdir -p control/tree; cd control
             echo safe >synced; sync synced
             # As a careless publication: every file is written, the directory is renamed and synced, the files are not.
             for n in $(seq 20); do echo $n >tree/$n; done
             mv tree published; sync published .
             echo lost >late");
    cut(&host);
    let left = host.sh("cd /var/lib/left4me/control; cat synced; ls published | wc -l; find published -size +0 | wc -l; cat late 2>/dev/null || true");
    // One that is not empty: the directory itself.
    assert_eq!(left, "safe\n20\n1");
    host.sh("rm -rf /var/lib/left4me/control");
}

/// Proof 5.
#[test]
fn proof5_a_reboot_brings_servers_back_on_their_trees() {
    let host = Host::vm();
    scene(&host);
    host.ok(&["install"]);
    reboot(&host);
    assert_eq!(current(&host), 2);
    came_back(&host, 1);
    update(&host, 2);
    clean(&host);
}

/// Proof 5.
#[test]
fn proof5_a_power_cut_in_the_middle_of_install() {
    let host = Host::vm();
    scene(&host);
    let (mut from, mut to) = (1, 2);
    for place in ["download-half windows", "commit-half linux"] {
        order(&host, &format!("build {to}\npause-before {place}"));
        let mut install = Verb::start(&host, &["l4d2ctl", "install"]);
        install.until("stand-in: waiting before");
        cut(&host);
        drop(install);
        assert_eq!(current(&host), from, "{place}");
        came_back(&host, from);
        update(&host, to);
        (from, to) = (to, from);
    }
    clean(&host);
}

/// Proof 5.
#[test]
fn proof5_a_power_cut_in_the_middle_of_publishing() {
    let host = Host::vm();
    scene(&host);
    let mut install = Traced::start(&host, LASTING, "l4d2ctl install");
    for call in ["\"publish\"", "\".new-", ", \"installation\")"] {
        assert!(install.goes_on_to(call), "{call}");
        lab(&host, "save");
        cut(&host);
        came_back(&host, 1);
        update(&host, 2);
        lab(&host, "restore");
    }
    while install.goes_on_to("") {}
    // At once: what it has called installed must be on disk.
    cut(&host);
    assert_eq!(current(&host), 2);
    came_back(&host, 1);
    clean(&host);
}

/// Proof 5.
#[test]
fn proof5_a_power_cut_in_the_middle_of_start_and_stop() {
    let host = Host::vm();
    scene(&host);
    let mut start = Verb::start(&host, &["l4d2ctl", "start", "bravo"]);
    start.until("step: starting the unit");
    cut(&host);
    drop(start);
    runs_on(&host, "alpha", 27015, 1);
    host.ok(&["start", "bravo"]);
    runs_on(&host, "bravo", 27016, 1);
    host.ok(&["restart", "bravo"]);
    host.ok(&["stop", "alpha"]);
    // What has been said to run, runs again; what has been stopped stays down.
    cut(&host);
    runs_on(&host, "bravo", 27016, 1);
    is_down(&host, "alpha");
    clean(&host);
}
