//! One run of steamcmd: a platform's pass on the staging stack, or the question which build is the latest.

use super::call::{Call, CallError};
use super::program;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;

/// steamcmd holds its output back unless it writes to a terminal; this gives it one.
const SCRIPT: &str = "/usr/bin/script";

/// Where the unit sees the staging stack.
const OVERLAY: &str = "/overlay";

/// What every run begins with: no question is asked, and a command that fails is the last one.
const QUIETLY: &str = "+@ShutdownOnFailedCommand 1 +@NoPromptForPassword 1";

/// Where steamcmd keeps what Steam last said of an app, below its directory.
const APP_INFO: &str = "appcache/appinfo.vdf";

/// Where it keeps itself, below its home: Debian's, Valve's, and the link that either makes.
const STEAM: [&str; 3] = [".local/share/Steam", "Steam", ".steam/steam"];

/// What is asked of Steam.
const QUESTION: &str = "+login anonymous +app_info_update 1 +app_info_print 222860";

/// Runs a pass: becomes `script`, which runs steamcmd and ends with its code.
pub(super) fn run(call: &Call, platform: &str) -> Result<u8, CallError> {
    become_steamcmd(call, &pass(platform))
}

/// Asks Steam about the game, and not the copy of an answer that steamcmd keeps and prefers, however old it is.
pub(super) fn ask(call: &Call) -> Result<u8, CallError> {
    let home = PathBuf::from(home(call)?);
    for kept in STEAM.map(|place| home.join(place).join(APP_INFO)) {
        match fs::remove_file(&kept) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(CallError::system(format!("remove {}", kept.display()))(error));
            }
            _ => {}
        }
    }
    become_steamcmd(call, QUESTION)
}

fn become_steamcmd(call: &Call, arguments: &str) -> Result<u8, CallError> {
    let line = format!("exec {} {QUIETLY} {arguments} +quit", steamcmd(call)?);
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

/// The arguments of a pass in the order that works: the platform and the directory before the login.
fn pass(platform: &str) -> String {
    format!(
        "+@sSteamCmdForcePlatformType {platform} +force_install_dir {OVERLAY} +login anonymous +app_update 222860 validate"
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
        assert_eq!(
            pass("windows"),
            "+@sSteamCmdForcePlatformType windows +force_install_dir /overlay +login anonymous +app_update 222860 validate"
        );
    }
}
