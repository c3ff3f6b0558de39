//! Proofs 1 and 2 on the real host: one server from nothing to running, and which layer wins.

use crate::lab::{ADDRESS, Host, shown};

const PASSWORD: &str = "correct-horse";

/// Leaves the host as a fresh installation would: no server, no overlay.
pub(crate) fn clean(host: &Host) {
    host.sh(r"for unit in $(systemctl list-units --all --plain --no-legend 'left4me-server@*' | awk '{print $1}'); do
            name=${unit#left4me-server@}; l4d2ctl delete ${name%.service} >/dev/null
          done
          for name in $(ls /var/lib/left4me/instances); do l4d2ctl delete $name >/dev/null; done
          rm -rf /var/lib/left4me/overlays/*; systemctl reset-failed");
}

/// Makes a file of a plain overlay.
pub(crate) fn overlay_file(host: &Host, path: &str, content: &str) {
    let path = format!("/var/lib/left4me/overlays/{path}");
    let output = host.feed(
        &["bash", "-euc", "mkdir -p \"${1%/*}\"; cat >\"$1\"; chown -R left4me: /var/lib/left4me/overlays", "-", &path],
        content.as_bytes(),
    );
    assert!(output.status.success(), "{}", shown(&output));
}

/// Installs a build of the stand-in game when another one, or none, is installed.
pub(crate) fn install(host: &Host, build: u32) {
    host.sh(&format!("echo 'build {build}' >/opt/left4me-standin/orders"));
    let manifest = host.sh("cat /var/lib/left4me/installation/steamapps/appmanifest_222860.acf 2>/dev/null || true");
    if !manifest.contains(&format!("\"buildid\"\t\t\"{build}\"")) {
        host.ok(&["install"]);
    }
}

/// Waits until a server says that it is ready.
pub(crate) fn wait_ready(host: &Host, name: &str) {
    let cursor = "journalctl --follow --lines=all --output=cat --boot";
    host.sh(&format!(
        "invocation=$(systemctl show --property=InvocationID --value left4me-server@{name})
         grep --quiet --max-count=1 'VAC secure mode is activated' < <(exec timeout 30 {cursor} _SYSTEMD_INVOCATION_ID=$invocation)"
    ));
}

/// Proof 1.
#[test]
fn proof1_one_server_from_nothing_to_gone() {
    let host = Host::real();
    clean(&host);
    host.sh("rm -rf /var/lib/left4me/installation /var/lib/left4me/trees /var/lib/left4me/builds/*");
    install(&host, 1);
    overlay_file(&host, "base/left4dead2/cfg/server.cfg", "hostname \"From the overlay\"\nsv_tags proof\n");
    host.initialize(
        "alpha",
        &format!("port: 27015\noverlays: [{{path: base, alias: overlay_1}}]\narguments: [-maxplayers, 8]\nconfig:\n- exec server_overlay_1\n- rcon_password {PASSWORD}\n"),
    );
    host.ok(&["start", "alpha"]);
    wait_ready(&host, "alpha");

    let answers = host.judge(27015, PASSWORD, &["hostname", "players 3"]);
    assert_eq!(answers["info"]["server_name"], "From the overlay");
    assert_eq!(answers["info"]["map_name"], "c1m1_hotel");
    assert_eq!(answers["info"]["folder"], "left4dead2");
    assert_eq!(answers["info"]["app_id"], 550);
    assert_eq!(answers["rules"]["sv_tags"], "proof");
    // RCON is for this machine alone.
    let refused = host.lab("net", &["bash", "-c", &format!("exec 3<>/dev/tcp/{ADDRESS}/27015")]);
    assert!(!refused.status.success(), "{}", shown(&refused));
    assert!(answers["rcon"]["status"].as_str().unwrap().contains("hostname: From the overlay"));
    assert!(answers["rcon"]["cvarlist"].as_str().unwrap().len() > 4096);
    let answers = host.judge(27015, PASSWORD, &[]);
    assert_eq!(answers["players"].as_array().unwrap().len(), 3);

    let status: serde_json::Value = serde_json::from_str(&host.ok(&["status", "alpha", "--json"])).unwrap();
    assert_eq!(status["state"], "running");
    assert_eq!(status["port"], 27015);
    assert_eq!(status["stale"], false);

    let again = host.ok(&["start", "alpha"]);
    assert!(again.contains("is running already"), "{again}");
    host.ok(&["stop", "alpha"]);
    assert_eq!(host.sh("systemctl is-active left4me-server@alpha || true"), "inactive");
    assert_eq!(host.sh("cat /proc/1/mountinfo | grep -c /run/left4me/server || true"), "0");
    host.ok(&["start", "alpha"]);
    host.ok(&["reset", "alpha"]);
    assert_eq!(host.sh("cd /var/lib/left4me; ls instances/alpha; ls runtime"), "spec.yaml");
    host.ok(&["delete", "alpha"]);
    host.ok(&["delete", "alpha"]);
    assert_eq!(host.sh("cd /var/lib/left4me; ls instances runtime | tr -d '\\n'"), "instances:runtime:");
    assert_eq!(host.sh("find /var/lib/left4me -uid 0"), "");
    assert_eq!(host.l4d2ctl(&["status", "alpha"]).status.code(), Some(66));
}

/// Proof 2.
#[test]
fn proof2_the_first_overlay_wins_and_any_beats_the_game() {
    let host = Host::real();
    clean(&host);
    install(&host, 1);
    for (overlay, files) in
        [("top", ["a", "gameinfo.txt"].as_slice()), ("middle", &["a", "b"]), ("bottom", &["a", "b", "c"])]
    {
        for file in files {
            overlay_file(&host, &format!("{overlay}/left4dead2/{file}"), overlay);
        }
    }
    host.initialize("alpha", "port: 27015\noverlays: [top, middle, bottom]\n");
    host.ok(&["start", "alpha"]);
    let seen = host.sh(
        "cd /run/left4me/server/alpha/left4dead2; for f in a b c gameinfo.txt; do cat $f; echo; done; cat steam.inf",
    );
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(lines[..4], ["top", "middle", "bottom", "top"]);
    assert!(seen.contains("PatchVersion="), "{seen}");
    host.ok(&["delete", "alpha"]);
}
