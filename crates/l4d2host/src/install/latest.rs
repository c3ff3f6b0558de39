//! The build of the game that Steam has: asked of steamcmd in its unit, and remembered below the root.

use std::io;
use std::os::fd::AsFd;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::appinfo::AppInfo;
use super::error::InstallError;
use super::event::Event;
use super::machine::{Outcome, TRIES, Verdict};
use super::output::Parser;
use super::reason::Reason;
use super::run::{INFO, Steamcmd, is_up};
use super::version::number;
use crate::beneath::{open_dir, open_file_beneath, read_bounded, replace_file};
use crate::ended::Ended;
use crate::lock::Lock;
use crate::name::BuildName;
use crate::root::Root;
use crate::systemd::Systemd;
use crate::tree::TreeError;

/// Where the answer is remembered, below the root.
const FILE: &str = "latest-build";
/// Longest such file.
const FILE_MAX: u64 = 4096;

/// The build that Steam had when it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Latest {
    /// Steam's number of it.
    pub build: String,
    /// When Steam was asked, in seconds since 1970.
    pub checked_at: u64,
}

impl Latest {
    /// What is remembered; none when Steam was never asked, or when the file is not ours.
    ///
    /// # Errors
    /// [`InstallError::Io`].
    pub fn load(root: &Root) -> Result<Option<Self>, InstallError> {
        let read = || read_bounded(open_file_beneath(open_dir(root.path())?.as_fd(), FILE)?, FILE_MAX);
        match read() {
            Ok(bytes) => Ok(Self::parse(&String::from_utf8_lossy(&bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(InstallError::io("reading", &root.join(FILE))(error)),
        }
    }

    /// Asks Steam, and remembers the answer. An installation that begins meanwhile ends the question.
    ///
    /// # Errors
    /// [`InstallError::NoAnswer`] when Steam gave none, [`InstallError::Tree`] while the game is being installed.
    pub fn ask(root: &Root, systemd: &impl Systemd, steamcmd: &impl Steamcmd) -> Result<Self, InstallError> {
        let name = BuildName::Installation;
        let alone = Lock::try_build(root, &name)?.ok_or(TreeError::Busy(name))?;
        // The question of an l4d2ctl that was killed.
        if is_up(&systemd.units()?, INFO) {
            steamcmd.stop(INFO)?;
        }
        let build = ask_until_answered(steamcmd)?;
        drop(alone);
        let checked_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        let latest = Self { build, checked_at };
        let dir = open_dir(root.path()).map_err(InstallError::io("opening", root.path()))?;
        replace_file(dir.as_fd(), FILE, latest.render().as_bytes(), 0o644)
            .map_err(InstallError::io("writing", &root.join(FILE)))?;
        Ok(latest)
    }

    fn render(&self) -> String {
        format!("build={}\nchecked_at={}\n", self.build, self.checked_at)
    }

    fn parse(text: &str) -> Option<Self> {
        let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        Some(Self { build: value("build").and_then(number)?, checked_at: value("checked_at")?.parse().ok()? })
    }
}

fn ask_until_answered(steamcmd: &impl Steamcmd) -> Result<String, InstallError> {
    let mut attempt = 1;
    loop {
        match ask_once(steamcmd)? {
            Ok(build) => return Ok(build),
            Err(reason) if attempt < TRIES && reason.deserves_another_try() => attempt += 1,
            Err(reason) => return Err(InstallError::NoAnswer(reason)),
        }
    }
}

/// One run of steamcmd: the build, or why there is none.
fn ask_once(steamcmd: &impl Steamcmd) -> Result<Result<String, Reason>, InstallError> {
    let (mut parser, mut info, mut failure) = (Parser::default(), AppInfo::default(), None);
    let mut take = |events: Vec<Event>| {
        for event in events {
            info.take(&event);
            if let Event::Failure(found) = event {
                failure = Some(found);
            }
        }
    };
    let code = steamcmd.ask(&mut |bytes| take(parser.push(bytes)))?;
    take(parser.finish());
    if let Some(build) = info.build() {
        return Ok(Ok(build));
    }
    let ended = Ended::Code(code);
    Ok(Err(match failure {
        Some(failure) => {
            let outcome = Outcome { verdict: Some(Verdict::Failure(failure.clone())), ended, disk_full: false };
            Reason::of(&failure, &outcome)
        }
        // It worked, but Steam's answer had not come when it was to be printed.
        None if code == 0 => Reason::NoAnswer,
        None => Reason::of_silence(&ended),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn what_is_remembered_is_read() {
        let latest = Latest { build: "19876543".to_owned(), checked_at: 1_793_620_800 };
        assert_eq!(Latest::parse(&latest.render()), Some(latest));
    }

    #[rstest]
    #[case("")]
    #[case("build=1\n")]
    #[case("checked_at=1\n")]
    #[case("build=one\nchecked_at=1\n")]
    #[case("build=1\nchecked_at=soon\n")]
    fn other_files_say_nothing(#[case] text: &str) {
        assert_eq!(Latest::parse(text), None);
    }
}
