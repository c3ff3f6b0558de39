//! How a unit last started and ended: the records below `/run/left4me/last/`, which the mount helper writes as root.

use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use serde::Serialize;

use crate::beneath::{open_dir, open_file_beneath, read_bounded};

/// Longest record; what the helper writes is far shorter.
const RECORD_MAX: u64 = 4096;

/// How a unit last started and ended. An ending without a start, or a start without an ending, is possible.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Last {
    /// When its stack was mounted, in seconds since 1970.
    pub started: Option<u64>,
    /// When its stack was unmounted, in seconds since 1970; none while it runs.
    pub ended: Option<u64>,
    /// `$SERVICE_RESULT` of systemd.exec(5): `success`, `exit-code`, `signal`, `core-dump`, `oom-kill`, `timeout`, …
    pub result: Option<String>,
    /// `$EXIT_CODE`: `exited`, `killed` or `dumped`; none when its process never ran.
    pub code: Option<String>,
    /// `$EXIT_STATUS`: the exit code, or the signal without `SIG`.
    pub status: Option<String>,
}

impl Last {
    /// Parses a record: lines of `key=value`. Empty values, unknown keys and broken lines are passed over.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut last = Self::default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once('=').filter(|(_, value)| is_plain(value)) else { continue };
            match key {
                "started" => last.started = value.parse().ok(),
                "ended" => last.ended = value.parse().ok(),
                "result" => last.result = Some(value.to_owned()),
                "code" => last.code = Some(value.to_owned()),
                "status" => last.status = Some(value.to_owned()),
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
        assert_eq!(Last::parse("started=12\n"), Last { started: Some(12), ..Last::default() });
        assert_eq!(
            Last::parse("started=12\nended=13\nresult=core-dump\ncode=dumped\nstatus=SEGV\n"),
            Last {
                started: Some(12),
                ended: Some(13),
                result: Some("core-dump".to_owned()),
                code: Some("dumped".to_owned()),
                status: Some("SEGV".to_owned()),
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
        assert_eq!(load("left4me-server@a").unwrap().started, Some(7));
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
