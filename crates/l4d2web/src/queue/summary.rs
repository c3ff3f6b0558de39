//! How a job ended, in plain words: the cause first, then what was and was not changed, then the next step. Pure.

use super::{Kind, Lane};
use crate::care::NotNow;
use crate::host::{Exit, HostError, said};
use crate::sentence;

/// Why a job did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// `l4d2ctl` ended so; the last that it wrote to standard error.
    #[error("l4d2ctl ended with {0}: {1}")]
    Exit(Exit, String),
    /// `l4d2ctl` could not be run, or was cancelled.
    #[error(transparent)]
    Host(HostError),
    /// The database could not be read or written.
    #[error("the database cannot be used")]
    Database(#[from] sqlx::Error),
    /// What it was about is gone.
    #[error("what it was about is gone")]
    Gone,
    /// An overlay cannot be built as it is; why, in whole sentences.
    #[error("the overlay cannot be built: {0}")]
    NotReady(String),
    /// What an overlay is made of cannot be written down.
    #[error("the build cannot be written as YAML")]
    Yaml(#[source] serde_yaml::Error),
    /// Nothing was done of what care decided.
    #[error(transparent)]
    NotNow(NotNow),
    /// These overlays of a server were never built.
    #[error("overlays were never built: {}", .0.join(", "))]
    Unbuilt(Vec<String>),
}

/// What a job that did what it should has done; `last` is the last line that it printed.
#[must_use]
pub(super) fn succeeded(kind: Kind, subject: &str, last: &str) -> String {
    match kind {
        Kind::Install => match last.split_once(": ") {
            Some(("up to date", what)) => format!("The game was up to date ({what}). Nothing was changed."),
            Some(("installed", what)) => format!("The game is installed ({what}). Servers start on it from now on."),
            _ => "The game is installed. Servers that ran already get it when they are restarted.".to_owned(),
        },
        Kind::Refresh => "What overlays are made of was looked for.".to_owned(),
        Kind::Build => built(subject, None),
        Kind::Start if last.contains("is running already") => {
            format!("“{subject}” was running already. Restart it to apply what has changed.")
        }
        Kind::Start => format!("“{subject}” was started."),
        Kind::Stop => format!("“{subject}” was stopped."),
        Kind::Restart => format!("“{subject}” was restarted."),
        Kind::Reset => format!("“{subject}” was stopped, and what it wrote is gone."),
        Kind::Delete => format!("“{subject}” is gone, with all that it wrote."),
    }
}

/// What a build has done; bytes and files of the tree that it made, when they are known.
#[must_use]
pub(super) fn built(subject: &str, size: Option<(u64, u64)>) -> String {
    let figures = size.map_or_else(String::new, |(bytes, files)| {
        format!(": {files} {}, {}", if files == 1 { "file" } else { "files" }, crate::pages::kit::size(bytes))
    });
    format!("“{subject}” is built{figures}. Servers get it when they start.")
}

/// Why a server cannot start with overlays of these names.
#[must_use]
pub fn never_built(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("“{name}”")).collect();
    match quoted.as_slice() {
        [one] => format!("Its overlay {one} was never built. Build it first."),
        _ => format!("Its overlays {} were never built. Build them first.", quoted.join(", ")),
    }
}

/// What a stop has done of what the host does not know.
#[must_use]
pub(super) fn nothing_to_stop(subject: &str) -> String {
    format!("There was nothing to stop: the host does not know “{subject}”, so it does not run.")
}

/// Why a job did not, what that means, and what to do.
#[must_use]
pub(super) fn failed(kind: Kind, subject: &str, failure: &Failure) -> String {
    told(kind, subject, failure, &left(kind, subject))
}

/// The same of one that failed before anything was changed.
#[must_use]
pub(super) fn unbegun(kind: Kind, subject: &str, failure: &Failure) -> String {
    told(kind, subject, failure, "Nothing was changed.")
}

fn told(kind: Kind, subject: &str, failure: &Failure, rest: &str) -> String {
    match failure {
        Failure::Host(HostError::Cancelled { .. }) => format!("Cancelled. {}", half_done(kind, subject)),
        Failure::Host(error @ (HostError::NotFound { .. } | HostError::Spawn { .. } | HostError::Nul { .. })) => {
            format!("{} Nothing was changed.", sentence(&error.to_string()))
        }
        Failure::Host(error) => format!("{} {}", sentence(&error.to_string()), half_done(kind, subject)),
        Failure::Database(error) => format!("The database cannot be used ({error}). {rest}"),
        Failure::Gone => "What this was about is gone. Nothing was changed.".to_owned(),
        Failure::NotReady(why) if kind == Kind::Refresh => format!("{why} What was fetched is kept."),
        Failure::NotReady(why) => format!("“{subject}” was not built. {why} Nothing was changed."),
        Failure::Yaml(error) => format!("What “{subject}” is made of cannot be written down ({error}). {rest}"),
        Failure::NotNow(why) => not_now(kind, subject, why),
        Failure::Unbuilt(names) => format!("{} {rest}", never_built(names)),
        Failure::Exit(exit @ (Exit::Signal(_) | Exit::Code(143)), error) => {
            format!("{} {}", cause(kind, subject, *exit, error), half_done(kind, subject))
        }
        Failure::Exit(exit, error) => format!("{} {rest}", cause(kind, subject, *exit, error)),
    }
}

/// Why nothing was done of what care decided, and what comes next.
fn not_now(kind: Kind, subject: &str, why: &NotNow) -> String {
    let verb = if kind == Kind::Stop { "stops" } else { "restarts" };
    let why = match why {
        NotNow::Played(1) => format!("somebody plays on “{subject}”. It {verb} when the last has left."),
        NotNow::Played(players) => format!("{players} people play on “{subject}”. It {verb} when the last has left."),
        NotNow::Coming => {
            format!("a lobby holds “{subject}”, so that somebody may be about to come. It {verb} when nobody does.")
        }
        NotNow::Unseen(why) => {
            format!("whether somebody plays on “{subject}” could not be seen, since {why}. It is tried again.")
        }
        NotNow::Late => {
            format!("its time had passed, and people play on “{subject}”. They are warned anew, and then it {verb}.")
        }
        NotNow::Well => format!("“{subject}” does not hang any more."),
        NotNow::TakenBack => "somebody took it back.".to_owned(),
        NotNow::Database(error) => format!("the database cannot be used ({error})."),
    };
    format!("Nothing was done: {why}")
}

/// The cause, by what was said and by the exit code (sysexits(3)).
fn cause(kind: Kind, subject: &str, exit: Exit, error: &str) -> String {
    let words = named(said(error).trim_end_matches('.'), kind, subject);
    let quoted = || if words.is_empty() { ".".to_owned() } else { format!(": {words}.") };
    let full = ["No space left on device", "disk is too full", "Disk quota exceeded", "out of inodes"];
    if full.iter().any(|text| error.contains(text)) {
        return format!("The disk is full{} Make room, then try again.", quoted());
    }
    match (exit, kind) {
        (Exit::Code(75), Kind::Install) => {
            "Another installation is under way on the host. Try again when it has ended.".to_owned()
        }
        (Exit::Code(75), Kind::Build) => {
            format!("Another build of “{subject}” is under way on the host. Try again when it has ended.")
        }
        (Exit::Code(75), _) => match words.strip_suffix(": try again in a moment") {
            Some(words) => format!("The host is busy with it: {words}. Try again in a moment."),
            None => format!("The host is busy with it{} Try again in a moment.", quoted()),
        },
        (Exit::Code(69), _) if error.contains("not installed: run") => {
            "The game is not installed. An admin installs it on the page “Admin”; then try again.".to_owned()
        }
        (Exit::Code(69), _) => format!("Something that the host needs is missing{} Its checks say what.", quoted()),
        (Exit::Code(65), Kind::Start | Kind::Restart) => {
            format!(
                "The host does not take what “{subject}” is made of{} Change its blueprint, then try again.",
                quoted()
            )
        }
        (Exit::Code(65), _) => format!("The host cannot use what it found{}", quoted()),
        (Exit::Code(66), _) if kind.is_down() => {
            format!("The host does not know “{subject}”: it was never started, or somebody removed it there.")
        }
        (Exit::Code(66), _) => format!("The host does not have what was asked for{}", quoted()),
        (Exit::Code(73 | 74), _) => format!("The host could not write{} Its checks may say why.", quoted()),
        (Exit::Code(77), _) => format!("left4me may not do this on the host{} Its checks say what to mend.", quoted()),
        (Exit::Code(2 | 64), _) => {
            format!("The host does not understand the panel{} Are both of one version?", quoted())
        }
        (Exit::Code(143) | Exit::Signal(15), _) => "It was ended from outside.".to_owned(),
        (Exit::Signal(signal), _) => format!("It was ended by signal {signal} from outside."),
        (Exit::Code(code), _) => format!("It failed on the host with exit code {code}{}", quoted()),
    }
}

/// The next step after a job that was cut off by the end of the panel.
#[must_use]
pub(super) fn again(kind: Kind) -> &'static str {
    match kind {
        Kind::Reset => "Reset the server again, on its page, to do the rest.",
        Kind::Delete => "Delete the server again, on its page, to do the rest.",
        _ => "It can be run again.",
    }
}

/// What the host says of a server, which it knows by its number, under the name that people know.
fn named(words: &str, kind: Kind, subject: &str) -> String {
    let rest = words.strip_prefix("server ").map(|rest| rest.trim_start_matches(|char: char| char.is_ascii_digit()));
    match rest {
        Some(rest) if kind.lane() != Lane::Long && rest.starts_with([' ', ':']) => format!("“{subject}”{rest}"),
        _ => words.to_owned(),
    }
}

/// What was and was not changed by a job that failed.
fn left(kind: Kind, subject: &str) -> String {
    match kind {
        Kind::Install => "Servers keep the game that they have; what was fetched is kept for the next try.".to_owned(),
        Kind::Refresh => "What was fetched is kept, and overlays are as they were.".to_owned(),
        Kind::Build => "Nothing was published.".to_owned(),
        Kind::Start => format!("“{subject}” was not started."),
        Kind::Stop => format!("“{subject}” may still run."),
        Kind::Restart => format!("“{subject}” may be down now."),
        Kind::Reset | Kind::Delete => "A part may be done; doing it again does the rest.".to_owned(),
    }
}

/// What was and was not changed by a job that was ended half way.
fn half_done(kind: Kind, subject: &str) -> String {
    match kind {
        Kind::Start => format!("“{subject}” may have been started: its state says."),
        Kind::Stop => format!("“{subject}” may have been stopped: its state says."),
        _ => left(kind, subject),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        Kind::Install,
        74,
        "l4d2ctl: the disk is too full for the game: 1 MB are free on /",
        "The disk is full: the disk is too full for the game: 1 MB are free on /. Make room, then try again. Servers keep the game that they have; what was fetched is kept for the next try."
    )]
    #[case(
        Kind::Install,
        75,
        "l4d2ctl: a build of installation is under way: wait for it to end",
        "Another installation is under way on the host. Try again when it has ended. Servers keep the game that they have; what was fetched is kept for the next try."
    )]
    #[case(
        Kind::Start,
        69,
        "l4d2ctl: the game is not installed: run `l4d2ctl install` first",
        "The game is not installed. An admin installs it on the page “Admin”; then try again. “Friday” was not started."
    )]
    #[case(
        Kind::Start,
        65,
        "l4d2ctl: standard input: line 3: argument \"+port\" is set by left4me.",
        "The host does not take what “Friday” is made of: standard input: line 3: argument \"+port\" is set by left4me. Change its blueprint, then try again. “Friday” was not started."
    )]
    #[case(
        Kind::Restart,
        75,
        "l4d2ctl: server 7 is stopping just now: try again in a moment",
        "The host is busy with it: “Friday” is stopping just now. Try again in a moment. “Friday” may be down now."
    )]
    #[case(
        Kind::Reset,
        66,
        "l4d2ctl: server 7 does not exist: make it with …",
        "The host does not know “Friday”: it was never started, or somebody removed it there. A part may be done; doing it again does the rest."
    )]
    #[case(Kind::Start, 143, "", "It was ended from outside. “Friday” may have been started: its state says.")]
    #[case(Kind::Build, 1, "", "It failed on the host with exit code 1. Nothing was published.")]
    fn failures_are_told_in_plain_words(
        #[case] kind: Kind,
        #[case] code: i32,
        #[case] error: &str,
        #[case] text: &str,
    ) {
        assert_eq!(failed(kind, "Friday", &Failure::Exit(Exit::Code(code), error.to_owned())), text);
    }

    #[test]
    fn what_never_ran_changed_nothing() {
        let failure = Failure::Host(HostError::NotFound { program: "l4d2ctl".into() });
        assert_eq!(
            failed(Kind::Start, "Friday", &failure),
            "The program l4d2ctl is not there: install left4me's host half, or set LEFT4ME_L4D2CTL to the path of l4d2ctl. Nothing was changed."
        );
        let failure = Failure::Host(HostError::TimedOut { verb: "start", after: std::time::Duration::from_secs(9) });
        assert_eq!(
            failed(Kind::Start, "Friday", &failure),
            "`l4d2ctl start` gave no answer within 9 s. “Friday” may have been started: its state says."
        );
        let failure = Failure::Host(HostError::Cancelled { verb: "install" });
        assert!(failed(Kind::Install, "", &failure).starts_with("Cancelled. Servers keep the game"));
    }

    #[test]
    fn successes() {
        assert_eq!(succeeded(Kind::Start, "Friday", "step: starting the unit"), "“Friday” was started.");
        assert!(succeeded(Kind::Start, "Friday", "server 7 is running already; …").contains("Restart it"));
        assert_eq!(
            succeeded(Kind::Install, "", "up to date: build 15000"),
            "The game was up to date (build 15000). Nothing was changed."
        );
    }
}
