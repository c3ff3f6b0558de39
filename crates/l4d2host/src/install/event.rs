//! What one line of steamcmd means. Pure.

use std::fmt;

/// Longest piece of steamcmd's own words that a message of ours repeats.
const WORDS_MAX: usize = 200;

/// Something that steamcmd said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A line to be passed on: every one but those that report progress.
    Line(String),
    /// How far the pass is.
    Progress(Progress),
    /// The app is as it should be, says steamcmd.
    Success,
    /// The pass failed, says steamcmd.
    Failure(Failure),
}

/// How far a phase of a pass is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is done, in steamcmd's words, such as `downloading`.
    pub phase: String,
    /// Hundredths of a percent, at most 10,000.
    pub percent: u16,
    /// Bytes that are done, where they are counted.
    pub done: u64,
    /// Bytes in all; 0 where nothing is counted.
    pub total: u64,
}

/// Why a pass failed, as far as its own words say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// steamcmd wants to update itself, and cannot reach Steam.
    NeedsOnline,
    /// The login got no connection.
    NoConnection,
    /// Too many logins from this address.
    RateLimit,
    /// The login was refused for another reason.
    Login(String),
    /// Steam does not offer the game for this platform.
    InvalidPlatform,
    /// Steam's answer about the app lacked something; it comes and goes.
    MissingConfiguration,
    /// The account may not have the game.
    NoSubscription,
    /// The app was refused for another reason.
    Install(String),
    /// Steam did not answer a question about the app.
    AppInfoTimeout,
    /// The update ended with the app in this state.
    State(u32),
    /// steamcmd itself broke down.
    Fatal(String),
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { phase, percent, done, total } = self;
        write!(f, "{phase} {}.{:02} %", percent / 100, percent % 100)?;
        if *total > 0 {
            write!(f, " ({} of {})", indicatif::BinaryBytes(*done), indicatif::BinaryBytes(*total))?;
        }
        Ok(())
    }
}

/// Adds what a line means: the line itself unless it reports progress, and what it announces.
pub(super) fn recognize(line: &str, events: &mut Vec<Event>) {
    let progress = update_state(line).or_else(|| self_update(line));
    if let Some(progress) = progress {
        return events.push(Event::Progress(progress));
    }
    events.push(Event::Line(line.to_owned()));
    if line.starts_with("Success! App '222860'") {
        events.push(Event::Success);
    } else {
        events.extend(failure(line).map(Event::Failure));
    }
}

/// ` Update state (0x61) downloading, progress: 12.34 (123 / 456)`
fn update_state(line: &str) -> Option<Progress> {
    let (_, rest) = line.strip_prefix("Update state (0x")?.split_once(") ")?;
    let (phase, rest) = rest.split_once(", progress: ")?;
    let (percent, rest) = rest.split_once(" (")?;
    let (done, total) = rest.split_once(')')?.0.split_once(" / ")?;
    let (done, total) = (done.parse().ok()?, total.parse().ok()?);
    Some(Progress { phase: shorten(phase), percent: hundredths(percent)?, done, total })
}

/// `[ 71%] Downloading update (17,692 of 29,709 KB)...`
fn self_update(line: &str) -> Option<Progress> {
    let (percent, rest) = line.strip_prefix('[')?.split_once("%] ")?;
    let sizes = rest.strip_prefix("Downloading update (")?.split_once(" KB)")?.0;
    let (done, total) = sizes.split_once(" of ")?;
    let bytes = |kib: &str| kib.replace(',', "").parse::<u64>().ok()?.checked_mul(1024);
    let percent = hundredths(percent.trim())?;
    Some(Progress { phase: "updating steamcmd".to_owned(), percent, done: bytes(done)?, total: bytes(total)? })
}

/// `12.34` as 1,234; no more than 100 %.
fn hundredths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() && text.len() <= 9;
    if !digits(whole) || !digits(part) {
        return None;
    }
    let part = format!("{part:0<2}");
    let value = whole.parse::<u32>().ok()?.checked_mul(100)?.checked_add(part.get(..2)?.parse().ok()?)?;
    u16::try_from(value.min(10_000)).ok()
}

fn failure(line: &str) -> Option<Failure> {
    if line.contains("needs to be online") {
        return Some(Failure::NeedsOnline);
    }
    if let Some(rest) = line.strip_prefix("ERROR! Failed to install app '222860' (") {
        return Some(install(rest.trim_end_matches(['.', ')'])));
    }
    if let Some(rest) = line.strip_prefix("Error! App '222860' state is 0x") {
        let digits = rest.split(' ').next().unwrap_or_default();
        return u32::from_str_radix(digits, 16).ok().map(Failure::State);
    }
    if line.starts_with("ERROR! Timed out waiting for AppInfo") {
        return Some(Failure::AppInfoTimeout);
    }
    let refused = ["Login Failure: ", "ERROR (", "FAILED (", "FAILED login with result code"];
    if let Some(rest) = refused.iter().find_map(|prefix| line.strip_prefix(prefix)) {
        return Some(login(rest.trim().trim_end_matches(['.', ')'])));
    }
    line.split_once("Fatal Error: ").map(|(_, rest)| Failure::Fatal(shorten(rest)))
}

fn install(reason: &str) -> Failure {
    match reason.to_ascii_lowercase().as_str() {
        "invalid platform" => Failure::InvalidPlatform,
        "missing configuration" => Failure::MissingConfiguration,
        "no subscription" => Failure::NoSubscription,
        _ => Failure::Install(shorten(reason)),
    }
}

fn login(reason: &str) -> Failure {
    let lower = reason.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&["rate limit"]) {
        Failure::RateLimit
    } else if says(&["no connection", "service unavailable", "timeout", "timed out", "try another cm"]) {
        Failure::NoConnection
    } else {
        Failure::Login(shorten(reason))
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(WORDS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn progress(phase: &str, percent: u16, done: u64, total: u64) -> Event {
        Event::Progress(Progress { phase: phase.to_owned(), percent, done, total })
    }

    fn events(line: &str) -> Vec<Event> {
        let mut events = Vec::new();
        recognize(line, &mut events);
        events
    }

    #[rstest]
    #[case("Update state (0x3) reconfiguring, progress: 0.00 (0 / 0)", progress("reconfiguring", 0, 0, 0))]
    #[case(
        "Update state (0x11) preallocating, progress: 94.79 (35061964929 / 36990445921)",
        progress("preallocating", 9479, 35_061_964_929, 36_990_445_921)
    )]
    #[case("Update state (0x61) downloading, progress: 12.34 (123 / 456)", progress("downloading", 1234, 123, 456))]
    #[case("Update state (0x5) validating, progress: 6.3 (4 / 66)", progress("validating", 630, 4, 66))]
    #[case(
        "Update state (0x81) verifying update, progress: 100.00 (2 / 2)",
        progress("verifying update", 10_000, 2, 2)
    )]
    #[case("Update state (0x101) committing, progress: 400.00 (4 / 1)", progress("committing", 10_000, 4, 1))]
    #[case(
        "[ 71%] Downloading update (17,692 of 29,709 KB)...",
        progress("updating steamcmd", 7100, 17_692 * 1024, 29_709 * 1024)
    )]
    fn progress_is_read(#[case] line: &str, #[case] expected: Event) {
        assert_eq!(events(line), [expected]);
    }

    #[rstest]
    #[case("ERROR! Failed to install app '222860' (Invalid platform)", Failure::InvalidPlatform)]
    #[case("ERROR! Failed to install app '222860' (Missing configuration)", Failure::MissingConfiguration)]
    #[case("ERROR! Failed to install app '222860' (No subscription)", Failure::NoSubscription)]
    #[case("ERROR! Failed to install app '222860' (Purple moon)", Failure::Install("Purple moon".to_owned()))]
    #[case("Error! App '222860' state is 0x202 after update job.", Failure::State(0x202))]
    #[case("Error! App '222860' state is 0x212 after update job.", Failure::State(0x212))]
    #[case("Error! App '222860' state is 0x602 after update job.", Failure::State(0x602))]
    #[case("Error! App '222860' state is 0x606 after update job.", Failure::State(0x606))]
    #[case("Error! App '222860' state is 0x402 after update job.", Failure::State(0x402))]
    #[case("Error! App '222860' state is 0x6 after update job.", Failure::State(0x6))]
    #[case("ERROR! Timed out waiting for AppInfo update.", Failure::AppInfoTimeout)]
    #[case("Login Failure: Rate Limit Exceeded", Failure::RateLimit)]
    #[case("FAILED login with result code Rate Limit Exceeded", Failure::RateLimit)]
    #[case("ERROR (No Connection)", Failure::NoConnection)]
    #[case("FAILED (Service Unavailable)", Failure::NoConnection)]
    #[case("FAILED (Invalid Password)", Failure::Login("Invalid Password".to_owned()))]
    #[case("[----] !!! Fatal Error: Steamcmd needs to be online to update.\tPlease confirm …", Failure::NeedsOnline)]
    #[case("[----] !!! Fatal Error: Failed to write x", Failure::Fatal("Failed to write x".to_owned()))]
    fn failures_are_told_apart(#[case] line: &str, #[case] expected: Failure) {
        assert_eq!(events(line), [Event::Line(line.to_owned()), Event::Failure(expected)]);
    }

    #[rstest]
    #[case("Success! App '222860' fully installed.")]
    #[case("Success! App '222860' already up to date.")]
    fn success_is_read(#[case] line: &str) {
        assert_eq!(events(line), [Event::Line(line.to_owned()), Event::Success]);
    }

    #[rstest]
    #[case("Success! App '1007' fully installed.")]
    #[case("Connecting anonymously to Steam Public...OK")]
    #[case("[  0%] Checking for available updates...")]
    #[case("[  0%] Downloading Update...")]
    #[case("[----] Verifying installation...")]
    #[case("Update state (0x61) downloading, progress: much (1 / 2)")]
    #[case("Update state (0x61) downloading, progress: 1.00 (1 / 99999999999999999999999)")]
    #[case("[ 71%] Downloading update (99,999,999,999,999,999,999 of 1 KB)...")]
    #[case("Error! App '222860' state is 0xnothing")]
    fn other_lines_are_only_lines(#[case] line: &str) {
        assert_eq!(events(line), [Event::Line(line.to_owned())]);
    }

    #[test]
    fn progress_is_shown_with_its_bytes() {
        let shown =
            |percent, done, total| Progress { phase: "downloading".to_owned(), percent, done, total }.to_string();
        assert_eq!(shown(1234, 12 << 20, 100 << 20), "downloading 12.34 % (12.00 MiB of 100.00 MiB)");
        assert_eq!(shown(5, 0, 0), "downloading 0.05 %");
    }
}
