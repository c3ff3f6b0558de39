//! One platform pass of steamcmd on the staging stack.

use super::call::{Call, CallError};
use super::program;
use std::ffi::OsString;

/// steamcmd holds its output back unless it writes to a terminal; this gives it one.
const SCRIPT: &str = "/usr/bin/script";

/// Where the unit sees the staging stack.
const OVERLAY: &str = "/overlay";

/// Runs a pass: becomes `script`, which runs steamcmd and ends with its code.
pub(super) fn run(call: &Call, platform: &str) -> Result<u8, CallError> {
    let line = command_line(steamcmd(call)?, platform);
    let mut command = program::command(SCRIPT, &["-qefc", &line, "/dev/null"]);
    command.env("HOME", home(call)?).env("SHELL", "/bin/sh").env("TERM", "dumb");
    Err(program::become_it(&mut command))
}

/// The home directory that systemd gave to the unit.
pub(super) fn home(call: &Call) -> Result<OsString, CallError> {
    let home = call.variable("HOME").filter(|home| home.as_encoded_bytes().starts_with(b"/"));
    home.map(ToOwned::to_owned).ok_or_else(|| CallError::data("HOME", "it must be an absolute path"))
}

/// The steamcmd that a drop-in of root's names.
pub(super) fn steamcmd(call: &Call) -> Result<&str, CallError> {
    let path = call.variable("LEFT4ME_STEAMCMD").and_then(|path| path.to_str()).unwrap_or_default();
    if is_plain_path(path) {
        return Ok(path);
    }
    Err(CallError::data("LEFT4ME_STEAMCMD", "it must be an absolute path of letters, digits and `/._+-`"))
}

/// `script` hands its command to a shell, so that nothing may stand in it that a shell reads in its own way.
fn is_plain_path(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._+-".contains(&byte))
}

/// The arguments in the order that works: the platform and the directory before the login.
fn command_line(steamcmd: &str, platform: &str) -> String {
    format!(
        "exec {steamcmd} +@ShutdownOnFailedCommand 1 +@NoPromptForPassword 1 +@sSteamCmdForcePlatformType {platform} \
         +force_install_dir {OVERLAY} +login anonymous +app_update 222860 validate +quit"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("/usr/games/steamcmd", true)]
    #[case("/opt/steamcmd-1.0+x_y/steamcmd.sh", true)]
    #[case("steamcmd", false)]
    #[case("", false)]
    #[case("/opt/steam cmd", false)]
    #[case("/opt/$(id)", false)]
    #[case("/opt/a;b", false)]
    #[case("/opt/a\nb", false)]
    #[case("/opt/ä", false)]
    fn paths(#[case] path: &str, #[case] plain: bool) {
        assert_eq!(is_plain_path(path), plain);
    }

    #[test]
    fn the_directory_comes_before_the_login() {
        let line = command_line("/usr/games/steamcmd", "windows");
        assert!(line.starts_with("exec /usr/games/steamcmd +@ShutdownOnFailedCommand 1 "));
        assert!(line.contains(" +@sSteamCmdForcePlatformType windows +force_install_dir /overlay +login anonymous "));
        assert!(line.ends_with(" +app_update 222860 validate +quit"));
    }
}
