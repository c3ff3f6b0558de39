//! One run of steamcmd: its unit, by `left4me-systemctl`, and how it ended.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::InstallError;
use super::machine::{Ended, Platform};
use crate::follow::follow;
use crate::root::Root;
use crate::state::Last;
use crate::systemd::{Unit, root_program};

/// The root program that starts and stops the units of steamcmd.
const PROGRAM: &str = "left4me-systemctl";
/// The record of how a pass ended, which is the same file for both platforms.
const RECORD: &str = "left4me-steamcmd";

/// The pass that only asks; it works on no stack, and leaves no record.
pub const INFO: &str = "info";

/// What the installation needs of steamcmd; a trait, so that a test can script what it says and does.
pub trait Steamcmd {
    /// Runs one pass to its end, and hands every piece of its output on.
    ///
    /// # Errors
    /// [`InstallError`] when the unit could not be run or followed; a pass that fails is none.
    fn run(&self, platform: Platform, output: &mut dyn FnMut(&[u8])) -> Result<Ended, InstallError>;

    /// Runs [`INFO`] to its end, and hands every piece of its output on. Returns the exit code.
    ///
    /// # Errors
    /// As [`Steamcmd::run`].
    fn ask(&self, output: &mut dyn FnMut(&[u8])) -> Result<u8, InstallError>;

    /// Stops the unit of a pass, a platform's or [`INFO`]; returns when it is down.
    ///
    /// # Errors
    /// [`InstallError`] when it cannot be stopped.
    fn stop(&self, pass: &str) -> Result<(), InstallError>;
}

/// Whether the unit of a pass is not down.
#[must_use]
pub fn is_up(units: &[Unit], pass: &str) -> bool {
    let name = format!("left4me-steamcmd@{pass}.service");
    units.iter().any(|unit| unit.unit == name && !unit.is_down())
}

/// The units of this machine.
#[derive(Debug)]
pub struct Host<'a> {
    root: &'a Root,
}

impl<'a> Host<'a> {
    /// The units that work on this root directory.
    #[must_use]
    pub fn new(root: &'a Root) -> Self {
        Self { root }
    }
}

impl Steamcmd for Host<'_> {
    fn run(&self, platform: Platform, output: &mut dyn FnMut(&[u8])) -> Result<Ended, InstallError> {
        let last = self.root.last();
        let before = Record::load(&last);
        let code = follow(&root_program(PROGRAM, &["start-steamcmd", platform.name()]), output)?;
        let after = Record::load(&last).filter(|after| before.as_ref() != Some(after));
        Ok(ended(code, after.as_ref().map(|record| &record.last)))
    }

    fn ask(&self, output: &mut dyn FnMut(&[u8])) -> Result<u8, InstallError> {
        Ok(follow(&root_program(PROGRAM, &["start-steamcmd", INFO]), output)?)
    }

    fn stop(&self, pass: &str) -> Result<(), InstallError> {
        Ok(root_program(PROGRAM, &["stop-steamcmd", pass]).run()?)
    }
}

/// The record, and what tells it from the one before it.
#[derive(Debug, PartialEq, Eq)]
struct Record {
    last: Last,
    inode: u64,
    changed: (i64, i64),
}

impl Record {
    /// Reads it; one that is not there, or cannot be read, says nothing.
    fn load(dir: &Path) -> Option<Self> {
        let meta = std::fs::symlink_metadata(dir.join(RECORD)).ok()?;
        let last = Last::load(dir, RECORD.as_ref()).ok()??;
        Some(Self { last, inode: meta.ino(), changed: (meta.mtime(), meta.mtime_nsec()) })
    }
}

/// How a pass ended: by the record that the mount helper wrote about it, which knows more than systemctl. A pass without
/// one never ran.
fn ended(code: u8, record: Option<&Last>) -> Ended {
    if code == 0 {
        return Ended::Code(0);
    }
    // A record without a code is of a unit whose mount helper failed.
    let Some(last) = record.filter(|last| last.exit_kind.as_deref().is_some_and(|code| !code.is_empty())) else {
        return Ended::NeverRan(code);
    };
    if last.result.as_deref() == Some("oom-kill") {
        return Ended::OutOfMemory;
    }
    match (last.exit_kind.as_deref(), last.exit_status.as_deref()) {
        // `script`, which gives steamcmd its terminal, tells of a signal in the way of a shell.
        (Some("killed"), Some("TERM" | "INT" | "HUP" | "KILL"))
        | (Some("exited"), Some("129" | "130" | "137" | "143")) => Ended::Killed,
        (Some("exited"), Some(status)) => Ended::Code(status.parse().unwrap_or(code)),
        _ => Ended::Code(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::worked(0, None, Ended::Code(0))]
    #[case::no_unit(1, None, Ended::NeverRan(1))]
    #[case::its_own_code(1, Some("started=1\nended=2\nresult=exit-code\ncode=exited\nstatus=8\n"), Ended::Code(8))]
    #[case::a_broken_record(1, Some("code=exited\nstatus=many\n"), Ended::Code(1))]
    #[case::half_a_record(4, Some("started=1\n"), Ended::NeverRan(4))]
    #[case::no_mount(1, Some("ended=2\nresult=exit-code\ncode=\nstatus=\n"), Ended::NeverRan(1))]
    #[case::stopped(1, Some("result=signal\ncode=killed\nstatus=TERM\n"), Ended::Killed)]
    #[case::stopped_below_script(1, Some("result=exit-code\ncode=exited\nstatus=143\n"), Ended::Killed)]
    #[case::crashed(1, Some("result=core-dump\ncode=dumped\nstatus=SEGV\n"), Ended::Code(1))]
    #[case::memory(1, Some("result=oom-kill\ncode=killed\nstatus=KILL\n"), Ended::OutOfMemory)]
    fn endings(#[case] code: u8, #[case] record: Option<&str>, #[case] expected: Ended) {
        assert_eq!(ended(code, record.map(Last::parse).as_ref()), expected);
    }

    #[test]
    fn an_old_record_is_known_as_such() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join(RECORD);
        std::fs::write(&path, "code=exited\n").unwrap();
        let before = Record::load(temp.path());
        assert!(before.is_some());
        assert_eq!(Record::load(temp.path()), before);
        std::fs::write(temp.path().join("new"), "code=exited\n").unwrap();
        std::fs::rename(temp.path().join("new"), path).unwrap();
        assert_ne!(Record::load(temp.path()), before);
    }
}
