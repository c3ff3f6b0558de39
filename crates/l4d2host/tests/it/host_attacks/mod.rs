//! Proof 8 on the real host: what somebody who has taken over left4me (and so may write below the root directory and run
//! two programs by sudo) can make of the units and the root programs.

mod plain;
mod planted;
mod sudo;
mod swaps;

use std::process::Output;

use crate::host_lifecycle::{clean, install};
use crate::lab::Host;

const SYSTEMCTL: &str = "/usr/local/libexec/left4me/left4me-systemctl";

/// A host with one server, `alpha`, that has been started and stopped without l4d2ctl, so that its pins are there.
fn fresh() -> Host {
    let host = Host::real();
    clean(&host);
    install(&host, 1);
    host.initialize("alpha", "port: 27015\n");
    host.ok(&["start", "alpha"]);
    host.sh("systemctl stop left4me-server@alpha");
    host
}

/// Runs a bash script in the host as left4me, in the directory of the server `alpha`; after a while it is killed.
fn as_left4me(host: &Host, script: &str) -> Output {
    let in_place = format!("cd /var/lib/left4me/instances/alpha\n{script}");
    host.exec(&["runuser", "-u", "left4me", "--", "timeout", "--kill-after=1", "20", "bash", "-euc", &in_place])
}

/// The place in the journal after all that is in it.
fn cursor(host: &Host) -> String {
    host.sh("journalctl --quiet --no-pager --lines=1 --show-cursor --output=cat | sed -n 's/^-- cursor: //p'")
}

/// All that was logged since.
fn logged(host: &Host, since: &str) -> String {
    host.sh(&format!("journalctl --sync; journalctl --quiet --no-pager --output=cat --all --after-cursor='{since}'"))
}

/// What is mounted and recorded for servers.
fn mounted(host: &Host) -> String {
    host.sh("grep -F /run/left4me/ /proc/1/mountinfo || true
             ls -A /run/left4me/server /run/left4me/mounted /run/left4me/argv | grep -v '^$\\|:$' || true")
}
