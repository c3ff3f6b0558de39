//! Proof 5 on the real host, whose page cache survives a power cut: it shows what a boot makes of every place at which
//! the work ends. `vm_power` shows that what must be on disk is on disk.

use crate::game::{current, order};
use crate::lab::Host;
use crate::power::{came_back, cut, is_down, reboot, runs_on, scene, update};
use crate::traced::{LASTING, Traced};
use crate::verb::Verb;

/// Proof 5.
#[test]
fn proof5_a_reboot_brings_servers_back_on_their_trees() {
    let host = Host::real();
    scene(&host);
    host.ok(&["install"]);
    reboot(&host);
    assert_eq!(current(&host), 2);
    came_back(&host, 1);
    cut(&host);
    came_back(&host, 1);
    update(&host, 2);
}

/// Proof 5.
#[test]
fn proof5_a_power_cut_in_the_middle_of_install() {
    let host = Host::real();
    scene(&host);
    let (mut from, mut to) = (1, 2);
    for place in ["downloading windows", "download-half linux", "commit-half linux", "success linux"] {
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
}

/// Proof 5.
#[test]
fn proof5_a_power_cut_after_each_call_that_publishes() {
    let host = Host::real();
    scene(&host);
    let (mut from, mut to) = (1, 2);
    for number in 0.. {
        let mut install = Traced::start(&host, LASTING, "l4d2ctl install");
        assert!(install.goes_on_to("\"publish\""));
        if !(0..number).all(|_| install.goes_on_to("")) {
            assert!(number > 6, "only {number} cuts");
            break;
        }
        cut(&host);
        came_back(&host, from);
        update(&host, to);
        (from, to) = (to, from);
        order(&host, &format!("build {to}"));
    }
}

/// Proof 5.
#[test]
fn proof5_a_power_cut_in_the_middle_of_start_and_stop() {
    let host = Host::real();
    scene(&host);
    for (verb, calls, least) in [("start", LASTING, 8), ("stop", "syncfs,unlinkat", 1)] {
        for number in 1.. {
            if verb == "stop" {
                host.ok(&["start", "bravo"]);
            }
            let mut traced = Traced::start(&host, calls, &format!("l4d2ctl {verb} bravo"));
            if !(0..number).all(|_| traced.goes_on_to("")) {
                assert!(number > least, "{verb}: only {number} cuts");
                break;
            }
            cut(&host);
            runs_on(&host, "alpha", 27015, 1);
            host.ok(&[verb, "bravo"]);
            if verb == "start" {
                runs_on(&host, "bravo", 27016, 1);
                host.ok(&["stop", "bravo"]);
            }
            is_down(&host, "bravo");
        }
    }
}
