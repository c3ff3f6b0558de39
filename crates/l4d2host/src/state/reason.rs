//! Why a server is down, in plain words.
//!
//! systemd forgets the result of a unit when it unloads it, and keeps that of the last run (`exit-code`, `signal`) when
//! the start limit is reached. What tells the limit is that the unit is failed and still enabled: `Restart=on-failure`
//! would have started it again, and every orderly stop disables it.

use super::{Last, State};

/// Exit codes by which systemd says that it could not set up the process (systemd.exec(5)).
const SETUP: [(u8, &str); 10] = [
    (200, "CHDIR"),
    (203, "EXEC"),
    (209, "STDOUT"),
    (216, "GROUP"),
    (217, "USER"),
    (218, "CAPABILITIES"),
    (219, "CGROUP"),
    (226, "NAMESPACE"),
    (228, "SECCOMP"),
    (238, "STATE_DIRECTORY"),
];

/// Signals as a shell reports them: 128 and the number.
const SIGNALS: [(u8, &str); 9] =
    [(1, "HUP"), (2, "INT"), (4, "ILL"), (6, "ABRT"), (7, "BUS"), (8, "FPE"), (9, "KILL"), (11, "SEGV"), (15, "TERM")];

/// A sentence (without its full stop) that says why the server is not running; none when it runs or starts.
#[must_use]
pub(super) fn reason(name: &str, state: State, enabled: bool, last: &Last) -> Option<String> {
    let again = format!("`l4d2ctl start {name}`");
    match state {
        State::Running | State::Starting | State::Stopping => None,
        State::Unknown => Some("systemd gives it a state that is not known here".to_owned()),
        State::Restarting => Some(match failure(last) {
            Some(how) => format!("it {how}, and systemd starts it again in a moment"),
            None => "systemd starts it again in a moment".to_owned(),
        }),
        State::Failed if enabled => {
            let how = failure(last).map(|how| format!("; the last time it {how}")).unwrap_or_default();
            Some(format!("the start limit was reached: 5 starts within 10 minutes{how}; {again} tries again"))
        }
        State::Failed => Some(match failure(last) {
            Some(how) => format!("it {how}; {again} tries again"),
            None => format!("it failed, and nothing is recorded of how; {again} tries again"),
        }),
        State::Stopped => Some(stopped(&again, enabled, last)),
    }
}

fn stopped(again: &str, enabled: bool, last: &Last) -> String {
    let success = last.result.as_deref() == Some("success");
    match (ending(last), enabled) {
        (Some(_), false) if success => "it was stopped".to_owned(),
        (Some(_), true) if success => {
            format!("it quit by itself, or was stopped outside of left4me; {again} starts it again")
        }
        (Some(how), false) => format!("it was stopped, and {how} as it did"),
        (Some(how), true) => format!("it {how}; {again} starts it again"),
        (None, _) if last.started_at.is_some() => {
            format!("it ended, and nothing is recorded of how; {again} starts it")
        }
        (None, true) => format!("it is enabled, but has not started since the machine booted; {again} starts it"),
        (None, false) => "it has not been started since the machine booted".to_owned(),
    }
}

/// How it failed. A record of success is that of a run before, when the helper could not even write a new one.
fn failure(last: &Last) -> Option<String> {
    ending(last).filter(|_| last.result.as_deref() != Some("success"))
}

/// How it ended, as what follows "it"; none when that is not known.
fn ending(last: &Last) -> Option<String> {
    let result = last.result.as_deref()?;
    let status = last.exit_status.as_deref();
    Some(match (result, last.exit_kind.as_deref()) {
        ("success", _) => "quit".to_owned(),
        ("start-limit-hit", _) => "was started too often".to_owned(),
        ("timeout", _) => "did not start or stop in time and was killed".to_owned(),
        ("oom-kill", _) => {
            "was killed because memory ran out (MemoryMax= of its unit, or the whole machine)".to_owned()
        }
        ("resources", _) => "could not be set up by systemd (resources)".to_owned(),
        (_, Some("killed" | "dumped")) => by_signal(status?),
        (_, Some("exited")) => by_code(status?),
        ("exit-code" | "signal" | "core-dump", _) => {
            "never ran, because the mount helper failed (its log says why)".to_owned()
        }
        (other, _) => format!("failed ({other})"),
    })
}

fn by_signal(signal: &str) -> String {
    match signal {
        "SEGV" | "ABRT" | "BUS" | "ILL" | "FPE" | "TRAP" | "SYS" => format!("crashed with signal {signal}"),
        _ => format!("was killed by signal {signal}"),
    }
}

fn by_code(status: &str) -> String {
    let plain = format!("ended with exit code {status}");
    let Ok(code) = status.parse::<u8>() else { return plain };
    if let Some((_, step)) = SETUP.iter().find(|(known, _)| *known == code) {
        return format!("never ran, because systemd could not set it up (exit code {code}, {step})");
    }
    // srcds_run is a shell: it ends with this when the game was killed.
    let signal = code.checked_sub(128).and_then(|number| SIGNALS.iter().find(|(known, _)| *known == number));
    signal.map_or(plain, |(_, signal)| by_signal(signal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn last(result: &str, code: &str, status: &str) -> Last {
        Last::parse(&format!("started=1\nended=2\nresult={result}\ncode={code}\nstatus={status}\n"))
    }

    #[rstest]
    #[case("core-dump", "dumped", "SEGV", "crashed with signal SEGV")]
    #[case("signal", "killed", "SEGV", "crashed with signal SEGV")]
    #[case("signal", "killed", "KILL", "was killed by signal KILL")]
    #[case("exit-code", "exited", "1", "ended with exit code 1")]
    #[case("exit-code", "exited", "139", "crashed with signal SEGV")]
    #[case("exit-code", "exited", "137", "was killed by signal KILL")]
    #[case("exit-code", "exited", "199", "ended with exit code 199")]
    #[case("exit-code", "exited", "226", "never ran, because systemd could not set it up (exit code 226, NAMESPACE)")]
    #[case("exit-code", "", "", "never ran, because the mount helper failed (its log says why)")]
    #[case("timeout", "killed", "KILL", "did not start or stop in time and was killed")]
    #[case(
        "oom-kill",
        "killed",
        "KILL",
        "was killed because memory ran out (MemoryMax= of its unit, or the whole machine)"
    )]
    #[case("protocol", "", "", "failed (protocol)")]
    #[case("success", "exited", "0", "quit")]
    fn endings(#[case] result: &str, #[case] code: &str, #[case] status: &str, #[case] expected: &str) {
        assert_eq!(ending(&last(result, code, status)).unwrap(), expected);
    }

    #[rstest]
    #[case(State::Running, true, last("signal", "killed", "SEGV"), None)]
    #[case(
        State::Restarting,
        true,
        last("signal", "killed", "SEGV"),
        Some("it crashed with signal SEGV, and systemd starts it again in a moment")
    )]
    #[case(State::Restarting, true, last("success", "exited", "0"), Some("systemd starts it again in a moment"))]
    #[case(
        State::Failed,
        true,
        last("core-dump", "dumped", "SEGV"),
        Some(
            "the start limit was reached: 5 starts within 10 minutes; the last time it crashed with signal SEGV; `l4d2ctl start a` tries again"
        )
    )]
    #[case(
        State::Failed,
        true,
        Last::default(),
        Some("the start limit was reached: 5 starts within 10 minutes; `l4d2ctl start a` tries again")
    )]
    #[case(
        State::Failed,
        false,
        last("timeout", "killed", "KILL"),
        Some("it did not start or stop in time and was killed; `l4d2ctl start a` tries again")
    )]
    #[case(State::Stopped, false, last("success", "killed", "INT"), Some("it was stopped"))]
    #[case(
        State::Stopped,
        false,
        last("signal", "killed", "SEGV"),
        Some("it was stopped, and crashed with signal SEGV as it did")
    )]
    #[case(
        State::Stopped,
        true,
        last("success", "exited", "0"),
        Some("it quit by itself, or was stopped outside of left4me; `l4d2ctl start a` starts it again")
    )]
    #[case(
        State::Stopped,
        true,
        Last::default(),
        Some("it is enabled, but has not started since the machine booted; `l4d2ctl start a` starts it")
    )]
    #[case(State::Stopped, false, Last::default(), Some("it has not been started since the machine booted"))]
    #[case(
        State::Stopped,
        false,
        Last::parse("started=1\n"),
        Some("it ended, and nothing is recorded of how; `l4d2ctl start a` starts it")
    )]
    fn reasons(#[case] state: State, #[case] enabled: bool, #[case] last: Last, #[case] expected: Option<&str>) {
        assert_eq!(reason("a", state, enabled, &last).as_deref(), expected);
    }
}
