//! What an install that takes for ever does not keep from being done, and that cancelling it leaves nothing of it.

use crate::game::{current, only, order, stacks, whole};
use crate::panel::Panel;

#[test]
fn a_stop_does_not_wait_for_an_install_and_a_cancelled_install_is_gone() {
    let panel = Panel::new();
    let host = &panel.host;
    only(host, 1);
    let [server] = panel.servers(["Friday"]);
    panel.done(server, "start");
    order(host, "build 2\npause-before download-half linux");
    let install = panel.make("/admin/install", &[]);
    let row = format!("SELECT state FROM jobs WHERE id = {install}");
    panel.stream(&format!("/jobs/{install}/events")).until("stand-in: waiting before download-half");

    panel.done(server, "stop");
    assert_eq!(host.sh(&format!("systemctl is-active left4me-server@{server} || true")), "inactive");
    panel.done(server, "start");
    panel.done(server, "restart");
    assert_eq!(panel.value(&row), "running");
    // Twice is once.
    assert_eq!(panel.make("/admin/install", &[]), install);

    let cancelled = panel.post(&format!("/jobs/{install}/cancel"), &[]);
    assert_eq!(cancelled.status, 303, "{}", cancelled.body);
    assert_eq!(panel.over(&install.to_string()), "cancelled", "{}", panel.log(&install.to_string()));
    // All of it has ended when the page says so: steamcmd in its unit, root's helpers, and the stack that it wrote to.
    let busy = "systemctl list-units --plain --no-legend --state=active,activating,deactivating 'left4me-steamcmd@*'";
    assert_eq!(host.sh(busy), "");
    assert_eq!(host.sh("pgrep --full --list-full 'l4d2ctl [i]nstall|[s]teamcmd' || true"), "");
    assert_eq!(stacks(host), 1, "that of the server");
    assert_eq!((current(host), whole(host).len()), (1, 1));

    // One that is over cannot be cancelled, and can be asked for again.
    let late = panel.post(&format!("/jobs/{install}/cancel"), &[]);
    assert_eq!(late.status, 409, "{}", late.body);
    order(host, "build 2");
    let again = panel.make(&format!("/jobs/{install}/retry"), &[]).to_string();
    assert_eq!(panel.over(&again), "succeeded", "{}", panel.log(&again));
    assert_eq!(current(host), 2);
    panel.done(server, "stop");
}
