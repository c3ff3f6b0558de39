use std::time::Duration;

/// The period of systemd's watchdog, when it means this process (`sd_watchdog_enabled(3)`).
pub(super) fn parse(microseconds: Option<String>, process: Option<String>) -> Option<Duration> {
    let other = process.is_some_and(|process| process != std::process::id().to_string());
    let period = Duration::from_micros(microseconds?.parse().ok()?);
    (!other && !period.is_zero()).then_some(period)
}
