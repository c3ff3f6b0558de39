//! What the stand-in for steamcmd does in an overlay.
#![expect(clippy::disallowed_methods, reason = "a test starts the programs that it tests, and panics when they fail")]

use std::fs;
use std::process::{Command, Stdio};

use crate::standin::steamcmd::Steam;

/// In an overlay the directory comes from the lower layer: rename(2) gives EXDEV.
#[test]
fn steamcmd_cannot_rename_a_directory_of_a_lower_layer() {
    let steam = Steam::installed();
    steam.orders("build 2\nrename-directory\n");
    for directory in ["upper", "work", "merged"] {
        fs::create_dir(steam.path(directory)).unwrap();
    }
    let script = "cd \"$1\" && mount -t overlay -o lowerdir=game,upperdir=upper,workdir=work,redirect_dir=nofollow overlay merged \
                  && shift && exec \"$@\"";
    let pass = |platform: &str| {
        let output = Command::new("unshare")
            .args(["-m", "sh", "-c", script, "sh"])
            .arg(steam.path(""))
            .arg(steam.path("steam/steamcmd"))
            .args(["+@ShutdownOnFailedCommand", "1", "+@sSteamCmdForcePlatformType", platform, "+force_install_dir"])
            .arg(steam.path("merged"))
            .args(["+login", "anonymous", "+app_update", "222860", "validate", "+quit"])
            .env("HOME", steam.path("home"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = pass("windows");
    assert!(code == Some(0), "{text}");
    let (code, text) = pass("linux");
    assert_eq!(code, Some(8), "{text}");
    assert!(text.contains("Error! App '222860' state is 0x606 after update job."), "{text}");
}
