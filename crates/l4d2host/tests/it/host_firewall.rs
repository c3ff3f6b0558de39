//! The firewall table on the real host: who reaches whom, and that the table outlives a flush by Debian's own service.

use crate::host_lifecycle::{clean, install, wait_ready};
use crate::lab::{ADDRESS, Host, shown};

/// Tries to connect and says `open`, `refused` or `silent`.
const KNOCK: &str = "import socket, sys
s = socket.socket(); s.settimeout(1)
try: s.connect((sys.argv[1], int(sys.argv[2]))); print('open')
except ConnectionRefusedError: print('refused')
except TimeoutError: print('silent')";

fn from_outside(host: &Host, port: &str) -> String {
    let output = host.lab("net", &["python3", "-c", KNOCK, ADDRESS, port]);
    assert!(output.status.success(), "{}", shown(&output));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn from_group(host: &Host, group: &str, address: &str, port: &str) -> String {
    let group = format!("--property=Group={group}");
    let output = host.exec(&[
        "systemd-run",
        "--quiet",
        "--pipe",
        "--wait",
        "--collect",
        "--property=User=nobody",
        &group,
        "python3",
        "-c",
        KNOCK,
        address,
        port,
    ]);
    assert!(output.status.success(), "{}", shown(&output));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[test]
fn rcon_is_for_this_host_and_not_for_games_and_builds() {
    let host = Host::real();
    clean(&host);
    install(&host, 1);
    // One port in the range of host.env, one outside of it: l4d2ctl takes both.
    for (name, port) in [("alpha", "27015"), ("beta", "30000")] {
        host.initialize(name, &format!("port: {port}\nconfig: [rcon_password secret]\n"));
        host.ok(&["start", name]);
        wait_ready(&host, name);
        assert_eq!(from_group(&host, "root", "127.0.0.1", port), "open");
        for address in ["127.0.0.1", "127.0.1.1", ADDRESS] {
            assert_eq!(from_group(&host, "l4d2-game", address, port), "refused", "{address}");
            assert_eq!(from_group(&host, "l4d2-build", address, port), "refused", "{address}");
        }
    }
    assert_eq!(from_outside(&host, "27015"), "refused");
    assert_eq!(from_outside(&host, "30000"), "silent");
    for verb in ["start", "reload", "restart", "stop"] {
        // The reload of our table is queued behind it: starting a unit that is active waits for what is queued.
        host.sh(&format!(
            "systemctl {verb} nftables.service; systemctl start left4me-nftables.service
            systemctl is-active --quiet left4me-nftables.service; nft list table inet left4me"
        ));
        assert_eq!(from_outside(&host, "27015"), "refused", "after {verb}");
    }
    assert_eq!(host.judge(27015, "secret", &[])["info"]["app_id"], 550);
    clean(&host);
}
