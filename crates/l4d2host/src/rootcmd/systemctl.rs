//! `left4me-systemctl`: the few things that left4me may ask of systemd, and nothing else.

use super::call::{Call, CallError};
use super::program;
use super::watch::{self, Watch};
use crate::follow::LOG_MAX;
use crate::name::{BuildName, InstanceName, OverlayId};
use crate::stack::{self, Target};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, openat, syncfs, unlinkat};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Write};
use std::process::Stdio;
use std::time::Duration;

/// How the program is called.
pub const USAGE: &str = "left4me-systemctl enable|disable <instance>, start-build|stop-build <build>, or start-steamcmd|stop-steamcmd windows|linux|info";

const SYSTEMCTL: &str = "/usr/bin/systemctl";

/// Where `enable` puts its links.
const UNITS: &str = "/etc/systemd/system";

/// Where builds and steamcmd leave their output. Root's own.
const LOGS: &str = "/var/log/left4me";

/// How long a start that is stopped is waited for before it is stopped once more.
const STOP_AGAIN: Duration = Duration::from_secs(1);

/// What may be asked for.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Enable(String),
    Disable(InstanceName),
    Start(Job),
    Stop(Job),
}

/// A unit that is run to its end.
#[derive(Debug, PartialEq, Eq)]
struct Job {
    unit: String,
    /// The overlay that it builds; steamcmd builds none.
    overlay: Option<OverlayId>,
}

/// Runs the program.
///
/// # Errors
/// [`CallError`], with the exit code that it names; a code of systemctl itself is passed on.
pub fn main(call: &Call) -> Result<u8, CallError> {
    // What is made here is for everybody to read, whatever the caller has set.
    rustix::process::umask(Mode::from_raw_mode(0o022));
    match parse(&call.arguments())? {
        Request::Enable(unit) => enable(&unit),
        Request::Disable(name) => disable(&name),
        Request::Start(job) => job.clear_after(start(&job.unit)),
        Request::Stop(job) => job.clear_after(systemctl(&["stop"], &job.unit)),
    }
}

fn parse(arguments: &[&str]) -> Result<Request, CallError> {
    let [verb, name] = arguments else { return Err(CallError::Usage(USAGE)) };
    let server = || InstanceName::parse(name).map(|name| format!("left4me-server@{name}"));
    let build = || OverlayId::parse(name).map(|id| Job { unit: format!("left4me-build@{id}"), overlay: Some(id) });
    let steamcmd = || match *name {
        "windows" | "linux" | "info" => Ok(Job { unit: format!("left4me-steamcmd@{name}"), overlay: None }),
        _ => Err(CallError::Usage(USAGE)),
    };
    Ok(match *verb {
        "enable" => Request::Enable(server()?),
        "disable" => Request::Disable(InstanceName::parse(name)?),
        "start-build" => Request::Start(build()?),
        "stop-build" => Request::Stop(build()?),
        "start-steamcmd" => Request::Start(steamcmd()?),
        "stop-steamcmd" => Request::Stop(steamcmd()?),
        _ => return Err(CallError::Usage(USAGE)),
    })
}

/// Starts a server now and at every boot. The links are on disk before it starts, so that a power cut cannot
/// lose them; `enable --now` would reload systemd first (100 ms and more) and not sync.
fn enable(unit: &str) -> Result<u8, CallError> {
    forget_failure(unit)?;
    match systemctl(&["enable", "--no-reload", "--quiet"], unit)? {
        0 => sync_units()?,
        code => return Ok(code),
    }
    systemctl(&["start"], unit)
}

/// Stops a server, and keeps it down at the next boot. Its stack is gone then, also when the helper that should have
/// taken it away was killed: systemd does not run it again for a unit that is down.
fn disable(name: &InstanceName) -> Result<u8, CallError> {
    let unit = format!("left4me-server@{name}");
    match systemctl(&["disable", "--no-reload", "--quiet"], &unit)? {
        0 => sync_units()?,
        code => return Ok(code),
    }
    let code = systemctl(&["stop"], &unit)?;
    forget_failure(&unit)?;
    if code == 0 && stack::is_left(&Target::Server(name.clone())) {
        // Not by ourselves: where the panel's unit called us, nothing can be unmounted.
        return systemctl(&["start", "--quiet"], &format!("left4me-clear@{name}"));
    }
    Ok(code)
}

/// Resets the failed state and the start limit: a person who presses Start is never refused for the crashes of
/// before. A unit that systemd has not loaded has neither, and that is no error.
fn forget_failure(unit: &str) -> Result<(), CallError> {
    let mut command = systemctl_command(&["reset-failed"], unit);
    program::run(command.stdout(Stdio::null()).stderr(Stdio::null())).map(drop)
}

fn sync_units() -> Result<(), CallError> {
    let directory = openat(CWD, UNITS, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    directory.and_then(syncfs).map_err(CallError::system(format!("write {UNITS} to disk")))
}

impl Job {
    /// Has the stack of a build taken away when the unit is down and the helper that should have done it was killed.
    fn clear_after(&self, ended: Result<u8, CallError>) -> Result<u8, CallError> {
        if let Some(id) = &self.overlay
            && stack::is_left(&Target::Build(BuildName::Overlay(id.clone())))
        {
            let code = systemctl(&["start", "--quiet"], &format!("left4me-clear-build@{id}"))?;
            return ended.map(|ended| if ended == 0 { code } else { ended });
        }
        ended
    }
}

/// Runs a unit to its end, with a new log, and stops it when nobody waits for it any more.
fn start(unit: &str) -> Result<u8, CallError> {
    let (path, log) = new_log(unit)?;
    let told = writeln!(io::stdout(), "log {path}").and_then(|()| io::stdout().flush());
    told.map_err(CallError::system("say where the log is"))?;
    let ended = run_to_the_end(unit);
    // The unit is down. What it printed between two looks of whoever reads, or had put aside behind the end, is not kept.
    let cut = log.metadata().and_then(|meta| log.set_len(meta.len().min(LOG_MAX)));
    cut.map_err(CallError::system(format!("cut {path}")))?;
    ended
}

fn run_to_the_end(unit: &str) -> Result<u8, CallError> {
    let watch = Watch::begin().map_err(CallError::system("watch for signals"))?;
    // Quiet: how the unit ended is in its log and record, and l4d2ctl says it in a sentence.
    let mut child = program::spawn(&mut systemctl_command(&["start", "--quiet"], unit))?;
    let finished = watch.wait_for(&mut child);
    if let Ok(Some(code)) = finished {
        return Ok(code);
    }
    // A stop that comes before the start has reached systemd stops nothing: it is repeated until the start has ended.
    loop {
        systemctl(&["stop"], unit)?;
        if watch::ends_within(&mut child, STOP_AGAIN).map_err(CallError::system("wait for systemctl"))? {
            break;
        }
    }
    finished.map_err(CallError::system("watch systemctl and standard input"))?;
    Err(CallError::Abandoned(unit.to_owned()))
}

/// Makes an empty log for a unit in the place of its old one, which a reader may still have open.
fn new_log(unit: &str) -> Result<(String, File), CallError> {
    let (name, path) = (format!("{unit}.log"), format!("{LOGS}/{unit}.log"));
    let action = || format!("make {path}");
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = openat(CWD, LOGS, flags, Mode::empty()).map_err(CallError::system(action()))?;
    match unlinkat(&directory, &name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(errno) => return Err(CallError::system(action())(errno)),
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let log = openat(&directory, &name, flags, Mode::from_raw_mode(0o644)).map_err(CallError::system(action()))?;
    Ok((path, File::from(log)))
}

fn systemctl(verb: &[&str], unit: &str) -> Result<u8, CallError> {
    program::run(&mut systemctl_command(verb, unit))
}

fn systemctl_command(verb: &[&str], unit: &str) -> std::process::Command {
    let unit = format!("{unit}.service");
    let arguments: Vec<&str> = ["--no-ask-password"].iter().chain(verb).copied().chain(["--", &unit]).collect();
    let mut command = program::command(SYSTEMCTL, &arguments);
    // After an `enable --no-reload` it would warn that a reload is due: what changed is a link that only a boot reads.
    command.env("SYSTEMD_LOG_LEVEL", "err");
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn job(unit: &str, overlay: Option<&str>) -> Job {
        Job { unit: unit.to_owned(), overlay: overlay.map(|id| OverlayId::parse(id).unwrap()) }
    }

    #[rstest]
    #[case(&["enable", "alpha"], Some(Request::Enable("left4me-server@alpha".to_owned())))]
    #[case(&["disable", "alpha"], Some(Request::Disable(InstanceName::parse("alpha").unwrap())))]
    #[case(&["start-build", "5"], Some(Request::Start(job("left4me-build@5", Some("5")))))]
    #[case(&["stop-build", "5"], Some(Request::Stop(job("left4me-build@5", Some("5")))))]
    #[case(&["start-steamcmd", "windows"], Some(Request::Start(job("left4me-steamcmd@windows", None))))]
    #[case(&["stop-steamcmd", "linux"], Some(Request::Stop(job("left4me-steamcmd@linux", None))))]
    #[case(&["start-steamcmd", "info"], Some(Request::Start(job("left4me-steamcmd@info", None))))]
    #[case(&["start-steamcmd", "macos"], None)]
    #[case(&["start-build", "installation"], None)]
    #[case(&["start", "alpha"], None)]
    #[case(&["enable", "--now"], None)]
    #[case(&["enable", "alpha", "beta"], None)]
    #[case(&["enable", "alpha.service"], None)]
    #[case(&["enable", "../alpha"], None)]
    #[case(&["enable", ""], None)]
    #[case(&["enable"], None)]
    #[case(&[], None)]
    fn requests(#[case] arguments: &[&str], #[case] expected: Option<Request>) {
        assert_eq!(parse(arguments).ok(), expected);
    }
}
