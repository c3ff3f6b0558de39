//! What is known about stacks outside of the kernel: the layers of each one that may be mounted, the arguments of its
//! game or the script of its build, and how each unit last started and ended.
//!
//! All but scripts are for unprivileged readers, and all are replaced by rename. A name that begins with a dot is a file that
//! a killed helper did not finish.

use super::error::{Result, StackError};
use super::run;
use super::target::Target;
use crate::name::{Layer, render_layers};
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, Mode, OFlags, openat, renameat, unlinkat};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::time::{SystemTime, UNIX_EPOCH};

const MOUNTED: &str = "mounted";
const ARGUMENTS: &str = "argv";
const SCRIPT: &str = "script";
const LAST: &str = "last";

/// Most bytes that are read of a record.
const LAST_MAX: u64 = 4096;

/// How systemd says that a unit ended: the variables of `ExecStopPost=` (`systemd.exec(5)`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    result: String,
    code: String,
    status: String,
}

impl Ending {
    /// Takes `$SERVICE_RESULT`, `$EXIT_CODE` and `$EXIT_STATUS`. A value that is not of `[A-Za-z0-9-]` becomes empty.
    #[must_use]
    pub fn parse(result: Option<&OsStr>, code: Option<&OsStr>, status: Option<&OsStr>) -> Self {
        Self { result: harmless(result), code: harmless(code), status: harmless(status) }
    }
}

fn harmless(value: Option<&OsStr>) -> String {
    let text = value.and_then(OsStr::to_str).unwrap_or_default();
    let plain = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain { text.to_owned() } else { String::new() }
}

/// Says which layers are about to be mounted, so that nobody removes them.
pub(super) fn mounted(target: &Target, layers: &[Layer]) -> Result<()> {
    replace(&directory(MOUNTED)?, MOUNTED, &target.label(), render_layers(layers).as_bytes())
}

/// Says what the game is to be started with; its unit binds this file.
pub(super) fn arguments(target: &Target, arguments: &[u8]) -> Result<()> {
    replace(&directory(ARGUMENTS)?, ARGUMENTS, target.name(), arguments)
}

/// Says what the build is to run; its unit binds this file.
pub(super) fn script(target: &Target, script: &[u8]) -> Result<()> {
    replace(&directory(SCRIPT)?, SCRIPT, target.name(), script)
}

/// Takes back what [`mounted`], [`arguments`] and [`script`] said.
pub(super) fn unmounted(target: &Target) -> Result<()> {
    remove(MOUNTED, &target.label())?;
    if target.arguments().is_some() {
        remove(ARGUMENTS, target.name())?;
    }
    if target.script().is_some() {
        remove(SCRIPT, target.name())?;
    }
    Ok(())
}

fn remove(shown: &str, name: &str) -> Result<()> {
    let directory = directory(shown)?;
    for name in [name, &unfinished(name)] {
        match unlinkat(&directory, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(StackError::System { action: format!("remove {shown}/{name}"), errno }),
        }
    }
    Ok(())
}

/// Says that the unit is starting now.
pub(super) fn started(target: &Target) -> Result<()> {
    replace(&directory(LAST)?, LAST, &target.unit(), format!("started={}\n", now()).as_bytes())
}

/// Says that the unit ended now, and how; keeps when it started.
pub(super) fn ended(target: &Target, ending: &Ending) -> Result<()> {
    let directory = directory(LAST)?;
    let started = read_started(&directory, &target.unit())?;
    let Ending { result, code, status } = ending;
    let text = format!("started={started}\nended={}\nresult={result}\ncode={code}\nstatus={status}\n", now());
    replace(&directory, LAST, &target.unit(), text.as_bytes())
}

/// Opens a directory of records. What people write into scripts may be secret: nobody but root gets at those.
fn directory(name: &str) -> Result<OwnedFd> {
    run::directory(name, Mode::from_raw_mode(if name == SCRIPT { 0o700 } else { 0o755 }))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

fn unfinished(name: &str) -> String {
    format!(".{name}")
}

fn read_started(directory: &OwnedFd, name: &str) -> Result<String> {
    let action = format!("read {LAST}/{name}");
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match openat(directory, name, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(String::new()),
        Err(errno) => return Err(StackError::System { action, errno }),
    };
    let mut bytes = Vec::new();
    File::from(file).take(LAST_MAX).read_to_end(&mut bytes).map_err(StackError::io(action))?;
    Ok(parse_started(&String::from_utf8_lossy(&bytes)))
}

fn parse_started(text: &str) -> String {
    let value = text.lines().find_map(|line| line.strip_prefix("started=")).unwrap_or_default();
    if value.bytes().all(|byte| byte.is_ascii_digit()) { value.to_owned() } else { String::new() }
}

fn replace(directory: &OwnedFd, shown: &str, name: &str, content: &[u8]) -> Result<()> {
    let temporary = unfinished(name);
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(directory, &temporary, flags, Mode::from_raw_mode(0o644))
        .map_err(StackError::system(format!("make {shown}/{temporary}")))?;
    File::from(file).write_all(content).map_err(StackError::io(format!("write {shown}/{temporary}")))?;
    renameat(directory, &temporary, directory, name).map_err(StackError::system(format!("replace {shown}/{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::os::unix::ffi::OsStrExt;

    #[rstest]
    #[case(b"exit-code", "exit-code")]
    #[case(b"SIGKILL", "SIGKILL")]
    #[case(b"1", "1")]
    #[case(b"", "")]
    #[case(b"a\nresult=success", "")]
    #[case(b"a b", "")]
    #[case(b"\xff", "")]
    #[case(&[b'a'; 65], "")]
    fn values_of_systemd(#[case] value: &[u8], #[case] expected: &str) {
        assert_eq!(harmless(Some(OsStr::from_bytes(value))), expected);
    }

    #[rstest]
    #[case("started=12\nended=13\n", "12")]
    #[case("ended=13\n", "")]
    #[case("started=x\n", "")]
    #[case("", "")]
    fn the_start_is_kept(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(parse_started(text), expected);
    }
}
