//! Proof 7 on the real host: what a game can do that runs in its unit. Each question is asked outside as well, where it
//! succeeds, so that a refusal is the unit's work and not the question's mistake.

pub(crate) mod kernel;
mod layers;
mod needs;
mod outskirts;
pub(crate) mod processes;
mod secrets;

use crate::host_lifecycle::{clean, install, overlay_file, wait_ready};
use crate::lab::Host;

/// Runs a probe outside as root.
pub(crate) const ROOT: &[&str] = &["env"];

fn fresh() -> Host {
    let host = Host::real();
    clean(&host);
    install(&host, 1);
    host
}

/// Starts a second server, the stand-in game itself, and returns its process.
pub(crate) fn neighbour(host: &Host) -> String {
    overlay_file(host, "base/left4dead2/cfg/server.cfg", "rcon_password theirs\n");
    host.initialize("beta", "port: 27016\noverlays: [{path: base, alias: base}]\nconfig: [exec server_base]\n");
    host.ok(&["start", "beta"]);
    wait_ready(host, "beta");
    host.sh("systemctl show --property=MainPID --value left4me-server@beta")
}

/// How a process outside gets the uid and group of a running server, and nothing of its unit.
fn identity(host: &Host, name: &str) -> [String; 4] {
    let uid = host.sh(&format!("readlink /run/systemd/dynamic-uid/direct:l4d2s-{name}"));
    ["setpriv".to_owned(), format!("--reuid={uid}"), "--regid=l4d2-game".to_owned(), "--clear-groups".to_owned()]
}
