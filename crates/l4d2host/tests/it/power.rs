//! Proof 5 on either kind of host: what reboots and power cuts leave. `host_power` and `vm_power` run it.
//!
//! The scene: build 1 is installed, `alpha` runs on it, `bravo` is stopped, and Steam has build 2. Whatever happens,
//! `alpha` comes back on what it was started on, `bravo` stays down, and every published tree is whole.

use crate::game::{ask, current, only, order, stacks, status, whole};
use crate::host_lifecycle::{clean, overlay_file, wait_ready};
use crate::lab::{Host, shown};

const PASSWORD: &str = "correct-horse";

/// Makes the scene.
pub(crate) fn scene(host: &Host) {
    clean(host);
    only(host, 1);
    overlay_file(host, "base/left4dead2/cfg/server.cfg", "hostname \"From the overlay\"\n");
    for (name, port) in [("alpha", 27015), ("bravo", 27016)] {
        let spec = format!(
            "port: {port}\noverlays: [{{path: base, alias: base}}]\nconfig: [exec server_base, rcon_password {PASSWORD}]\n"
        );
        host.initialize(name, &spec);
        host.ok(&["start", name]);
    }
    host.ok(&["stop", "bravo"]);
    wait_ready(host, "alpha");
    order(host, "build 2");
    // The scene itself is not what is cut.
    host.sh("sync");
}

/// Cuts the power, and waits for the next boot.
pub(crate) fn cut(host: &Host) {
    let output = host.lab("powercut", &[]);
    assert!(output.status.success(), "{}", shown(&output));
}

/// Reboots in good order.
pub(crate) fn reboot(host: &Host) {
    let output = host.lab("reboot", &[]);
    assert!(output.status.success(), "{}", shown(&output));
}

/// The server runs, on this build and no other, and what it serves is whole.
pub(crate) fn runs_on(host: &Host, name: &str, port: u16, build: u32) {
    wait_ready(host, name);
    let trees = whole(host);
    let status = status(host, name);
    assert_eq!((&status["state"], &status["enabled"]), (&"running".into(), &true.into()), "{status}");
    assert_eq!(status["warnings"].as_array().unwrap().len(), 1, "only of the plain directory: {status}");
    let layers = status["layers"].as_array().unwrap();
    let pinned = layers.last().unwrap()["pinned"].as_str().unwrap();
    let tree: u32 = pinned.strip_prefix("trees/installation/").unwrap().parse().unwrap();
    assert_eq!(trees.get(&tree), Some(&build), "{pinned}");
    assert_eq!(status["stale"], current(host) != build, "{status}");
    let says = ask(host, port, PASSWORD);
    assert!(says.contains("hostname: From the overlay"), "{says}");
    assert!(says.contains(&format!("2.2.4.{build}")), "{says}");
    let mounted = format!("/run/left4me/server/{name}/left4dead2/scripts/only_in_build_{build}.txt");
    assert_eq!(host.sh(&format!("cat {mounted}")), format!("only in build {build}"));
}

/// The server is down, and nothing of it is mounted.
pub(crate) fn is_down(host: &Host, name: &str) {
    let status = status(host, name);
    assert_eq!((&status["state"], &status["enabled"]), (&"stopped".into(), &false.into()), "{status}");
    assert_eq!(
        host.sh(&format!("ls -d /run/left4me/server/{name} /run/left4me/mounted/server-{name} 2>/dev/null || true")),
        ""
    );
}

/// What is true after each boot of the scene.
pub(crate) fn came_back(host: &Host, build: u32) {
    runs_on(host, "alpha", 27015, build);
    is_down(host, "bravo");
    assert_eq!(stacks(host), 1);
    let kept = "/run/left4me/build:\n\n/run/left4me/mounted:\nserver-alpha";
    assert_eq!(host.sh("ls -A /run/left4me/build /run/left4me/mounted"), kept);
}

/// The update that was cut works now, and leaves nothing of the one before it: the scene again, with the other build.
pub(crate) fn update(host: &Host, build: u32) {
    order(host, &format!("build {build}"));
    host.ok(&["install"]);
    assert_eq!(current(host), build);
    host.ok(&["restart", "alpha"]);
    runs_on(host, "alpha", 27015, build);
    assert_eq!(whole(host).into_values().collect::<Vec<_>>(), [build]);
    let leftovers = "cd /var/lib/left4me
        find . trees/installation builds/installation trees/.trash -maxdepth 1 -name '.?*' -not -name .trash; ls trees/.trash";
    assert_eq!(host.sh(leftovers), "");
    assert_eq!(host.sh("ls -A /var/lib/left4me/builds/installation"), "work");
}
