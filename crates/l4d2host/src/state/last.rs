//! How a unit last started and ended: the records below `/run/left4me/last/`, which the mount helper writes as root.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use rustix::fs::{AtFlags, StatxFlags, statx};
use serde::Serialize;

use crate::beneath::{open_dir, open_file_beneath, read_bounded};
use crate::name::InstanceName;
use crate::root::Root;
use crate::systemd::server_unit;

/// Longest record; what the helper writes is far shorter.
const RECORD_MAX: u64 = 4096;

/// How a unit last started and ended. An ending without a start, or a start without an ending, is possible.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Last {
    /// When its stack was mounted, in seconds since 1970.
    pub started_at: Option<u64>,
    /// When its stack was unmounted, in seconds since 1970; none while it runs.
    pub ended_at: Option<u64>,
    /// `$SERVICE_RESULT` of systemd.exec(5): `success`, `exit-code`, `signal`, `core-dump`, `oom-kill`, `timeout`, …
    pub result: Option<String>,
    /// `$EXIT_CODE`: `exited`, `killed` or `dumped`; none when its process never ran.
    pub exit_kind: Option<String>,
    /// `$EXIT_STATUS`: the exit code, or the signal without `SIG`.
    pub exit_status: Option<String>,
}

impl Last {
    /// Parses a record: lines of `key=value`. Empty values, unknown keys and broken lines are passed over.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut last = Self::default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once('=').filter(|(_, value)| is_plain(value)) else { continue };
            match key {
                "started" => last.started_at = value.parse().ok(),
                "ended" => last.ended_at = value.parse().ok(),
                "result" => last.result = Some(value.to_owned()),
                "code" => last.exit_kind = Some(value.to_owned()),
                "status" => last.exit_status = Some(value.to_owned()),
                _ => {}
            }
        }
        last
    }

    /// Reads the record of a unit (its name without `.service`); none when it has not been mounted since the machine
    /// booted.
    ///
    /// # Errors
    /// What the system calls say.
    pub fn load(dir: &Path, unit: &OsStr) -> io::Result<Option<Self>> {
        let file = open_dir(dir).and_then(|dir| open_file_beneath(dir.as_fd(), unit));
        match file {
            Ok(file) => Ok(Some(Self::parse(&String::from_utf8_lossy(&read_bounded(file, RECORD_MAX)?)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the record of a server. One from before the server was made is that of another of the same name, which was
    /// deleted: the directory of the records is root's, so it stays behind.
    ///
    /// # Errors
    /// What the system calls say.
    pub fn of_server(root: &Root, name: &InstanceName) -> io::Result<Option<Self>> {
        let service = server_unit(name);
        let record = service.strip_suffix(".service").unwrap_or(&service);
        let last = Self::load(&root.last(), OsStr::new(record))?;
        Ok(last.filter(|_| !is_from_before(root, name, record).unwrap_or(false)))
    }
}

/// Whether a record was written before the instance's directory was made; none when the file system does not say.
fn is_from_before(root: &Root, name: &InstanceName, record: &str) -> Option<bool> {
    let record = open_file_beneath(open_dir(&root.last()).ok()?.as_fd(), record).ok()?;
    let instance = open_dir(&root.instance(name)).ok()?;
    Some(time(record.as_fd(), StatxFlags::MTIME)? < time(instance.as_fd(), StatxFlags::BTIME)?)
}

/// When a file was changed or made, in seconds and nanoseconds; none when its file system does not say.
fn time(file: BorrowedFd<'_>, which: StatxFlags) -> Option<(i64, u32)> {
    let found = statx(file, "", AtFlags::EMPTY_PATH, which).ok()?;
    let time = if which == StatxFlags::BTIME { found.stx_btime } else { found.stx_mtime };
    StatxFlags::from_bits_retain(found.stx_mask).contains(which).then_some((time.tv_sec, time.tv_nsec))
}

/// What the helper lets through, and nothing that would need quoting.
fn is_plain(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_record_of_one_that_runs_and_of_one_that_ended() {
        assert_eq!(Last::parse("started=12\n"), Last { started_at: Some(12), ..Last::default() });
        assert_eq!(
            Last::parse("started=12\nended=13\nresult=core-dump\ncode=dumped\nstatus=SEGV\n"),
            Last {
                started_at: Some(12),
                ended_at: Some(13),
                result: Some("core-dump".to_owned()),
                exit_kind: Some("dumped".to_owned()),
                exit_status: Some("SEGV".to_owned()),
            }
        );
    }

    #[test]
    fn what_is_empty_broken_or_unknown_is_passed_over() {
        let text = "started=\nended=x\nresult=exit-code\ncode=\nstatus=a b\nnew=1\nno line\n=\nstatus=\u{1b}[0m\n";
        assert_eq!(Last::parse(text), Last { result: Some("exit-code".to_owned()), ..Last::default() });
    }

    #[test]
    fn a_record_is_read_and_a_missing_one_is_none() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join("left4me-server@a"), "started=7\n").unwrap();
        let load = |name: &str| Last::load(temp.path(), OsStr::new(name)).unwrap();
        assert_eq!(load("left4me-server@a").unwrap().started_at, Some(7));
        assert_eq!(load("left4me-server@b"), None);
        std::os::unix::fs::symlink("left4me-server@a", temp.path().join("link")).unwrap();
        assert!(Last::load(temp.path(), OsStr::new("link")).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_parsed(text in "\\PC*") {
            let _ = Last::parse(&text);
        }
    }
}
