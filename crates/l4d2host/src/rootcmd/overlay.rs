//! `left4me-overlay`: mounts the stack of a unit before it starts, and unmounts it after it ended. `clear` is for what was
//! left when it could not.

use super::call::{Call, CallError};
use crate::name::{BuildName, InstanceName};
use crate::stack::{self, Ending, Target};
use nix::sys::signal::SigSet;
use rustix::fs::Mode;
use std::io;

/// How the program is called.
pub const USAGE: &str =
    "left4me-overlay mount|umount|clear <instance>, or mount-build|umount-build|clear-build <build>";

/// The variables that systemd gives to `ExecStopPost=`.
pub const VARIABLES: &[&str] = &["SERVICE_RESULT", "EXIT_CODE", "EXIT_STATUS"];

/// Runs the program.
///
/// # Errors
/// [`CallError`], with the exit code that it names.
pub fn main(call: &Call) -> Result<u8, CallError> {
    // What is made here is for everybody to read, whatever the caller has set.
    rustix::process::umask(Mode::from_raw_mode(0o022));
    let ending = || {
        let [result, code, status] = ["SERVICE_RESULT", "EXIT_CODE", "EXIT_STATUS"].map(|name| call.variable(name));
        Ending::parse(result, code, status)
    };
    // systemd signals a helper that takes long, as an unmount does that syncs a busy disk; half of one is worse.
    SigSet::all().thread_block().map_err(|error| CallError::system("block signals")(io::Error::from(error)))?;
    match call.arguments().as_slice() {
        ["mount", name] => stack::mount(&server(name)?)?,
        ["umount", name] => stack::umount(&server(name)?, &ending())?,
        ["clear", name] => stack::clear(&server(name)?)?,
        ["mount-build", name] => stack::mount(&build(name)?)?,
        ["clear-build", name] => stack::clear(&build(name)?)?,
        ["umount-build", name] => stack::umount(&build(name)?, &ending())?,
        _ => return Err(CallError::Usage(USAGE)),
    }
    Ok(0)
}

fn server(name: &str) -> Result<Target, CallError> {
    Ok(Target::Server(InstanceName::parse(name)?))
}

fn build(name: &str) -> Result<Target, CallError> {
    Ok(Target::Build(BuildName::parse(name)?))
}
