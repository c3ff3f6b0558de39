//! `left4me-exec`: what a unit runs as its own uid: the game with the arguments of a file, a pass of steamcmd, or the script
//! of a build.
//!
//! A unit has no variable that left4me could write, so everything that differs between two servers comes this way.

use super::call::{Call, CallError};
use super::{program, steamclient, steamcmd};
use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat};
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;

/// How the program is called.
pub const USAGE: &str = "left4me-exec server, build, sync, steamcmd|steamclient windows|linux, or steamcmd info";

/// The variables that the steamcmd unit sets.
pub const VARIABLES: &[&str] = &["HOME", "LEFT4ME_STEAMCMD"];

/// The arguments of a server: bound there by its unit.
const ARGUMENTS: &str = "/run/left4me/argv";

/// Most bytes that they may have.
const ARGUMENTS_MAX: u64 = 64 * 1024;

/// Where a server sees its game.
const GAME: &str = "/srv/game";

/// The shell of a build, and where its unit sees the script and the stack.
const SHELL: &str = "/bin/bash";
const SCRIPT: &str = "/script.sh";
const OVERLAY: &str = "/overlay";

/// Runs the program: becomes the game, steamcmd or a script, copies the Steam client's library, or writes the stack of a
/// build to disk.
///
/// # Errors
/// [`CallError`], with the exit code that it names.
pub fn main(call: &Call) -> Result<u8, CallError> {
    match call.arguments().as_slice() {
        ["server"] => server(),
        ["build"] => build(),
        ["steamcmd", platform @ ("windows" | "linux")] => steamcmd::run(call, platform),
        ["steamcmd", "info"] => steamcmd::ask(call),
        ["sync"] | ["steamclient", "windows"] => steamclient::sync(),
        ["steamclient", "linux"] => steamclient::copy(call).and_then(|_| steamclient::sync()),
        _ => Err(CallError::Usage(USAGE)),
    }
}

fn server() -> Result<u8, CallError> {
    let arguments = parse_arguments(read_arguments()?)?;
    let mut command = program::command(&format!("{GAME}/srcds_run"), &[]);
    Err(program::become_it(command.args(arguments).current_dir(GAME).env("HOME", GAME)))
}

/// The environment is a part of what script authors are promised.
fn build() -> Result<u8, CallError> {
    let mut command = program::command(SHELL, &[SCRIPT]);
    command.current_dir(OVERLAY).env("HOME", "/tmp").env("PATH", "/usr/bin:/usr/sbin").env("OVERLAY", OVERLAY);
    Err(program::become_it(&mut command))
}

fn read_arguments() -> Result<Vec<u8>, CallError> {
    // A fifo must not make the unit hang, and a link must not lead elsewhere.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = openat(CWD, ARGUMENTS, flags, Mode::empty()).map_err(CallError::system(format!("open {ARGUMENTS}")))?;
    let stat = fstat(&file).map_err(CallError::system(format!("look at {ARGUMENTS}")))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(CallError::data(ARGUMENTS, "it must be a regular file"));
    }
    let mut bytes = Vec::new();
    File::from(file)
        .take(ARGUMENTS_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(CallError::system(format!("read {ARGUMENTS}")))?;
    Ok(bytes)
}

/// Splits an argument file: each argument ends with a NUL, and is passed on as it is.
fn parse_arguments(mut bytes: Vec<u8>) -> Result<Vec<OsString>, CallError> {
    if bytes.len() as u64 > ARGUMENTS_MAX {
        return Err(CallError::data(ARGUMENTS, format!("it must have at most {ARGUMENTS_MAX} bytes")));
    }
    if bytes.pop() != Some(0) {
        return Err(CallError::data(ARGUMENTS, "it must hold at least one argument, and each must end with a NUL"));
    }
    Ok(bytes.split(|byte| *byte == 0).map(|argument| OsString::from_vec(argument.to_vec())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::os::unix::ffi::OsStrExt;

    #[rstest]
    #[case(b"-console\0+map\0c1m1_hotel\0", &["-console", "+map", "c1m1_hotel"])]
    #[case(b"a b\0$HOME\0LD_PRELOAD=x\n\0", &["a b", "$HOME", "LD_PRELOAD=x\n"])]
    #[case(b"\0", &[""])]
    #[case(b"a\0\0", &["a", ""])]
    fn arguments(#[case] bytes: &[u8], #[case] expected: &[&str]) {
        assert_eq!(parse_arguments(bytes.to_vec()).unwrap(), expected);
    }

    #[rstest]
    #[case(b"".to_vec())]
    #[case(b"a".to_vec())]
    #[case(b"a\0b".to_vec())]
    #[case(vec![0; 64 * 1024 + 1])]
    fn refused(#[case] bytes: Vec<u8>) {
        assert!(matches!(parse_arguments(bytes), Err(CallError::Data { .. })));
    }

    proptest! {
        #[test]
        fn every_argument_arrives_as_it_was(arguments in proptest::collection::vec("[^\0]{0,20}", 1..9)) {
            let bytes: Vec<u8> = arguments.iter().flat_map(|text| text.bytes().chain([0])).collect();
            let parsed = parse_arguments(bytes).unwrap();
            prop_assert!(parsed.iter().map(|one| one.as_bytes()).eq(arguments.iter().map(String::as_bytes)));
        }
    }
}
