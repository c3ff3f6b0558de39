//! What can go wrong between the panel and `l4d2ctl`.

use std::path::PathBuf;
use std::time::Duration;

use super::{Busy, Exit};

/// Why the host was not asked, or gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// There is no such program.
    #[error("the program {} is not there: install left4me's host half, or set LEFT4ME_L4D2CTL to the path of l4d2ctl", program.display())]
    NotFound {
        /// The program.
        program: PathBuf,
    },
    /// The program could not be started.
    #[error("{} cannot be started", program.display())]
    Spawn {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// An argument holds a NUL character.
    #[error("an argument of `l4d2ctl {verb}` holds a NUL character: leave it out")]
    Nul {
        /// The verb.
        verb: &'static str,
    },
    /// Too much is done for visitors just now; nothing ran.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// It was cancelled; nothing of it runs any more.
    #[error("`l4d2ctl {verb}` was cancelled")]
    Cancelled {
        /// The verb.
        verb: &'static str,
    },
    /// It gave no answer in time.
    #[error("`l4d2ctl {verb}` gave no answer within {} s", after.as_secs())]
    TimedOut {
        /// The verb.
        verb: &'static str,
        /// How long it was waited for.
        after: Duration,
    },
    /// It failed.
    #[error("`l4d2ctl {verb}` ended with {exit}{}{stderr}", if stderr.is_empty() { "" } else { ": " })]
    Failed {
        /// The verb.
        verb: &'static str,
        /// How it ended.
        exit: Exit,
        /// The end of what it wrote to standard error, without the last line break.
        stderr: String,
    },
    /// It printed something that is not what was asked for.
    #[error(
        "`l4d2ctl {verb}` printed something that the panel does not understand ({excerpt:?}): are both of one version?"
    )]
    BadJson {
        /// The verb.
        verb: &'static str,
        /// The beginning of what it printed.
        excerpt: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It printed more than an answer can have.
    #[error("`l4d2ctl {verb}` printed more than {} MiB", max / (1024 * 1024))]
    TooLong {
        /// The verb.
        verb: &'static str,
        /// How many bytes are taken.
        max: usize,
    },
    /// Its output could not be read, or it could not be waited for.
    #[error("the output of `l4d2ctl {verb}` cannot be read")]
    Io {
        /// The verb.
        verb: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

impl HostError {
    /// The exit code, when it ran and failed.
    #[must_use]
    pub fn code(&self) -> Option<i32> {
        match self {
            Self::Failed { exit, .. } => Some(exit.code()),
            _ => None,
        }
    }

    /// What `l4d2ctl` said when it failed, and else what went wrong: a clause.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Failed { stderr, .. } if !stderr.is_empty() => said(stderr).to_owned(),
            other => other.to_string(),
        }
    }

    /// For `map_err`: a failed read or wait.
    pub(super) fn io(verb: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { verb, source }
    }

    /// What was printed is not what was asked for.
    pub(super) fn bad_json(verb: &'static str, printed: &[u8], source: serde_json::Error) -> Self {
        const EXCERPT_MAX: usize = 80;
        Self::BadJson { verb, excerpt: String::from_utf8_lossy(printed).chars().take(EXCERPT_MAX).collect(), source }
    }
}

/// The last line that `l4d2ctl` wrote to standard error, without its own name in front.
#[must_use]
pub fn said(stderr: &str) -> &str {
    let line = stderr.lines().last().unwrap_or_default();
    line.split_once(": ").filter(|(name, _)| name.starts_with("l4d2ctl")).map_or(line, |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("warning: one\nl4d2ctl: the disk is full: 1 MB", "the disk is full: 1 MB")]
    #[case("l4d2ctl (stand-in): server 7 does not exist", "server 7 does not exist")]
    #[case("sudo: a password is required", "sudo: a password is required")]
    #[case("", "")]
    fn its_name_is_left_out(#[case] stderr: &str, #[case] words: &str) {
        assert_eq!(said(stderr), words);
    }
}
