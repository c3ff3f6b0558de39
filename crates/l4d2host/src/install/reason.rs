//! Why a pass did not work, in a sentence that says what to do; and which exit code that has. Pure.

use super::event::Failure;
use super::machine::Outcome;
use crate::ended::Ended;
use crate::exit::{self, ExitCode};

/// Why a pass did not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// steamcmd could not update itself.
    #[error(
        "Steam cannot be reached: check this machine's network, DNS and firewall, then run `l4d2ctl install` again"
    )]
    Offline,
    /// The login got no connection.
    #[error("Steam cannot be reached, or is down: try `l4d2ctl install` again in some minutes")]
    Unreachable,
    /// A question was not answered.
    #[error("Steam did not answer in time: try `l4d2ctl install` again in some minutes")]
    NoAnswer,
    /// Too many logins.
    #[error(
        "Steam refuses logins from this address for now, because there were too many: wait for half an hour, then run `l4d2ctl install` again"
    )]
    RateLimit,
    /// The login was refused.
    #[error("Steam refused the login ({0}): try again later; an anonymous login needs no account")]
    Login(String),
    /// Not for this platform.
    #[error(
        "Steam does not offer the game for this platform to an anonymous login (Invalid platform): run `l4d2ctl install` again later; if it stays so, the game must be installed by an account that owns it"
    )]
    InvalidPlatform,
    /// Steam's answer lacked something, three times.
    #[error(
        "Steam's answer about the game was incomplete (Missing configuration): that comes and goes, run `l4d2ctl install` again in some minutes"
    )]
    MissingConfiguration,
    /// The account may not.
    #[error("Steam does not give the game to this login (No subscription): log in with an account that owns the game")]
    NoSubscription,
    /// The disk is full.
    #[error(
        "the disk is too full for the game: make room, then run `l4d2ctl install` again, which goes on where this one ended"
    )]
    DiskFull,
    /// The download was interrupted, three times.
    #[error(
        "the download was interrupted (state {0:#x}): check the network, then run `l4d2ctl install` again, which goes on where this one ended"
    )]
    Interrupted(u32),
    /// Writing failed, or the download was interrupted: steamcmd has one state for both.
    #[error(
        "steamcmd could not write the game, or lost the connection: check the disk and the network, then run `l4d2ctl install` again, which goes on where this one ended"
    )]
    Write,
    /// The unit was stopped.
    #[error("the pass was stopped from outside: run `l4d2ctl install` again, which goes on where this one ended")]
    Stopped,
    /// The unit never ran.
    #[error("the unit of steamcmd did not start: `systemctl status 'left4me-steamcmd@*'` says why")]
    NotStarted(u8),
    /// The kernel stopped it.
    #[error(
        "steamcmd was killed because it used too much memory: raise MemoryMax= in a drop-in of left4me-steamcmd@.service"
    )]
    OutOfMemory,
    /// steamcmd gave a reason that we do not know.
    #[error("steamcmd failed: {words}")]
    Refused {
        /// Its words.
        words: String,
        /// Its exit code.
        code: u8,
    },
    /// steamcmd gave no reason, or did not even start.
    #[error(
        "steamcmd ended with exit code {0} and said neither that it worked nor why it did not: read its last lines above"
    )]
    Silent(u8),
}

impl Reason {
    /// What a failure of steamcmd's means.
    pub(super) fn of(failure: &Failure, outcome: &Outcome) -> Self {
        let code = if let Ended::Code(code) = outcome.ended { code } else { 0 };
        match failure {
            Failure::State(0x202 | 0x212) => Self::DiskFull,
            Failure::State(_) if outcome.disk_full => Self::DiskFull,
            Failure::State(0x606) => Self::Write,
            Failure::State(state) => Self::Interrupted(*state),
            Failure::NeedsOnline => Self::Offline,
            Failure::NoConnection => Self::Unreachable,
            Failure::RateLimit => Self::RateLimit,
            Failure::Login(words) => Self::Login(words.clone()),
            Failure::InvalidPlatform => Self::InvalidPlatform,
            Failure::MissingConfiguration => Self::MissingConfiguration,
            Failure::NoSubscription => Self::NoSubscription,
            Failure::AppInfoTimeout => Self::NoAnswer,
            Failure::Install(words) | Failure::Fatal(words) => Self::Refused { words: words.clone(), code },
        }
    }

    /// What it means when steamcmd says nothing.
    pub(super) fn of_silence(ended: &Ended) -> Self {
        match ended {
            Ended::NeverRan(code) => Self::NotStarted(*code),
            Ended::Killed | Ended::TimedOut => Self::Stopped,
            Ended::OutOfMemory => Self::OutOfMemory,
            Ended::Code(code) => Self::Silent(*code),
        }
    }

    /// Whether the same pass may work when it is run again at once.
    #[must_use]
    pub fn deserves_another_try(&self) -> bool {
        matches!(
            self,
            Self::MissingConfiguration
                | Self::Interrupted(_)
                | Self::Write
                | Self::NoAnswer
                | Self::Unreachable
                | Self::Stopped
                | Self::NotStarted(_)
        )
    }

    /// Why the pass did not work, in a few words.
    #[must_use]
    pub fn brief(&self) -> &'static str {
        match self {
            Self::MissingConfiguration => "Steam's answer was incomplete",
            Self::Interrupted(_) => "the download was interrupted",
            Self::Write => "a write failed, or the connection was lost",
            Self::NoAnswer | Self::Unreachable => "Steam did not answer",
            Self::Offline => "Steam cannot be reached",
            Self::RateLimit => "Steam refuses logins from this address for now",
            Self::Login(_) => "Steam refused the login",
            Self::OutOfMemory => "it used too much memory",
            Self::NotStarted(_) => "the unit did not start",
            Self::Silent(_) => "steamcmd gave no reason",
            Self::Stopped => "the pass was stopped from outside",
            _ => "the pass failed",
        }
    }
}

impl ExitCode for Reason {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Offline | Self::Unreachable | Self::NoAnswer | Self::InvalidPlatform => exit::UNAVAILABLE,
            Self::RateLimit | Self::MissingConfiguration | Self::Interrupted(_) | Self::Stopped => exit::BUSY,
            Self::Login(_) | Self::NoSubscription => exit::NO_PERMISSION,
            Self::DiskFull | Self::Write => exit::IO,
            Self::OutOfMemory => exit::OS,
            Self::Refused { code, .. } | Self::Silent(code) | Self::NotStarted(code) => {
                if *code == 0 {
                    exit::SOFTWARE
                } else {
                    *code
                }
            }
        }
    }
}
