//! Other people's programs, run by absolute path with an environment of our own.

use super::call::CallError;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};

/// The path on which these programs look for others.
pub(super) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A program and its arguments; nothing of our environment and input reaches it.
pub(super) fn command(path: &str, arguments: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "a root program has its own small wrapper, this function")]
    let mut command = Command::new(path);
    command.args(arguments).env_clear().env("PATH", PATH).env("LANG", "C.UTF-8").stdin(Stdio::null());
    command
}

/// Runs a command to its end, and says with which code it ended.
pub(super) fn run(command: &mut Command) -> Result<u8, CallError> {
    let status = command.status().map_err(|error| failed(command, error))?;
    Ok(code(status))
}

/// Starts a command.
pub(super) fn spawn(command: &mut Command) -> Result<Child, CallError> {
    command.spawn().map_err(|error| failed(command, error))
}

/// Becomes the command. Returns only when that fails.
pub(super) fn become_it(command: &mut Command) -> CallError {
    let error = command.exec();
    failed(command, error)
}

/// The exit code of a process, or what a shell would say of one that a signal ended.
pub(super) fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(255);
    u8::try_from(code).unwrap_or(255)
}

fn failed(command: &Command, error: io::Error) -> CallError {
    CallError::System { action: format!("run {}", command.get_program().display()), error }
}
