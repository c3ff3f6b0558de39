//! How a unit that `left4me-systemctl` ran to its end has ended: by the record that the mount helper wrote about it, which
//! knows more than systemctl.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::state::Last;

/// How the unit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// With this exit code; 0 is no proof of success.
    Code(u8),
    /// It did not even start, and systemctl ended with this code.
    NeverRan(u8),
    /// Somebody stopped it, or it was killed.
    Killed,
    /// systemd stopped it, because its time was over.
    TimedOut,
    /// The kernel killed it for its memory.
    OutOfMemory,
}

impl Ended {
    /// What the exit code of systemctl and the record of the unit say. A unit without a record never ran.
    #[must_use]
    pub fn new(code: u8, record: Option<&Last>) -> Self {
        if code == 0 {
            return Self::Code(0);
        }
        // Of one that has no end the unmounting helper was killed: as a rule with all else of the unit.
        if record.is_some_and(|last| last.started_at.is_some() && last.ended_at.is_none()) {
            return Self::Killed;
        }
        // A record without a code is of a unit whose mount helper failed.
        let Some(last) = record.filter(|last| last.exit_kind.as_deref().is_some_and(|code| !code.is_empty())) else {
            return Self::NeverRan(code);
        };
        match last.result.as_deref() {
            Some("oom-kill") => return Self::OutOfMemory,
            Some("timeout") => return Self::TimedOut,
            _ => {}
        }
        match (last.exit_kind.as_deref(), last.exit_status.as_deref()) {
            // `script`, which gives steamcmd its terminal, tells of a signal in the way of a shell.
            (Some("killed"), Some("TERM" | "INT" | "HUP" | "KILL"))
            | (Some("exited"), Some("129" | "130" | "137" | "143")) => Self::Killed,
            (Some("exited"), Some(status)) => Self::Code(status.parse().unwrap_or(code)),
            _ => Self::Code(code),
        }
    }
}

/// The record of a unit, and what tells it from the one before it.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// What it says.
    pub last: Last,
    inode: u64,
    changed: (i64, i64),
}

impl Record {
    /// Reads it; one that is not there, or cannot be read, says nothing.
    #[must_use]
    pub fn load(dir: &Path, unit: &str) -> Option<Self> {
        let meta = std::fs::symlink_metadata(dir.join(unit)).ok()?;
        let last = Last::load(dir, unit.as_ref()).ok()??;
        Some(Self { last, inode: meta.ino(), changed: (meta.mtime(), meta.mtime_nsec()) })
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
    #[case::half_a_record(4, Some("started=1\n"), Ended::Killed)]
    #[case::no_mount(1, Some("ended=2\nresult=exit-code\ncode=\nstatus=\n"), Ended::NeverRan(1))]
    #[case::stopped(1, Some("started=1\nended=2\nresult=signal\ncode=killed\nstatus=TERM\n"), Ended::Killed)]
    #[case::stopped_below_script(1, Some("result=exit-code\ncode=exited\nstatus=143\n"), Ended::Killed)]
    #[case::too_long(1, Some("result=timeout\ncode=killed\nstatus=KILL\n"), Ended::TimedOut)]
    #[case::crashed(1, Some("result=core-dump\ncode=dumped\nstatus=SEGV\n"), Ended::Code(1))]
    #[case::memory(1, Some("result=oom-kill\ncode=killed\nstatus=KILL\n"), Ended::OutOfMemory)]
    fn endings(#[case] code: u8, #[case] record: Option<&str>, #[case] expected: Ended) {
        assert_eq!(Ended::new(code, record.map(Last::parse).as_ref()), expected);
    }

    #[test]
    fn an_old_record_is_known_as_such() {
        let temp = tempfile::tempdir().unwrap();
        let load = || Record::load(temp.path(), "unit");
        std::fs::write(temp.path().join("unit"), "code=exited\n").unwrap();
        let before = load();
        assert!(before.is_some());
        assert_eq!(load(), before);
        std::fs::write(temp.path().join("new"), "code=exited\n").unwrap();
        std::fs::rename(temp.path().join("new"), temp.path().join("unit")).unwrap();
        assert_ne!(load(), before);
    }
}
