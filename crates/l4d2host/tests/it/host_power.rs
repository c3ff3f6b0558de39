//! Proof 5 on the real host, whose page cache survives a power cut: it shows what a boot makes of every place at which
//! the work ends. `vm_power` shows that what must be on disk is on disk.

use crate::game::{current, order};
use crate::lab::Host;
use crate::power::{came_back, can_be_updated, cut, is_down, reboot, runs_on, scene};
use crate::traced::Traced;
use crate::verb::Verb;

/// Proof 5.
#[test]
fn proof5_a_reboot_brings_servers_back_on_their_trees() {
    let host = Host::real();
    scene(&host);
    host.ok(&["install"]);
    reboot(&host);
    assert_eq!(current(&host), 2);
    came_back(&host);
    cut(&host);
    came_back(&host);
    can_be_updated(&host);
}

/// Proof 5.
#[test]
fn proof5_a_power_cut_in_the_middle_of_install() {
    let host = Host::real();
    for place in
        ["downloading windows", "download-half linux", "committing linux", "commit-half linux", "success linux"]
    {
        scene(&host);
        order(&host, &format!("build 2\npause-before {place}"));
        let mut install = Verb::start(&host, &["l4d2ctl", "install"]);
        install.until("stand-in: waiting before");
        cut(&host);
        drop(install);
        came_back(&host);
        assert_eq!(current(&host), 1, "{place}");
        can_be_updated(&host);
    }
}

/// Proof 5.
#[test]
fn proof5_a_power_cut_after_each_call_that_publishes() {
    let host = Host::real();
    let mut cuts = 0;
    for number in 1.. {
        scene(&host);
        let mut install = Traced::start(&host, "l4d2ctl install");
        assert!(install.goes_on_to("\"publish\""));
        if !(1..number).all(|_| install.goes_on_to("")) {
            break;
        }
        cut(&host);
        came_back(&host);
        can_be_updated(&host);
        cuts += 1;
    }
    assert!(cuts > 6, "only {cuts} cuts");
}

/// Proof 5.
#[test]
fn proof5_a_power_cut_in_the_middle_of_start_and_stop() {
    let host = Host::real();
    for (verb, calls) in [("start", 6), ("stop", 0)] {
        for number in 0.. {
            scene(&host);
            if verb == "stop" {
                host.ok(&["start", "bravo"]);
            }
            let mut traced = Traced::start(&host, &format!("l4d2ctl {verb} bravo"));
            if !(0..number).all(|_| traced.goes_on_to("")) {
                assert!(number > calls, "{verb}: only {number} cuts");
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
