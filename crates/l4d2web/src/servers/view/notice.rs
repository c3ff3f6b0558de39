use super::{Drift, Known, Phrase, Stand};
use crate::pages::kit::count;
use crate::rights::ServerRight;
use crate::sentence;

/// How long after it a crash that mended itself is spoken of, in seconds.
const CRASH_SHOWN: i64 = 24 * 3600;

/// What stands under the head of a server's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `failed`, `drift` or `stale`.
    pub class: &'static str,
    /// What.
    pub title: String,
    /// Why, and since when.
    pub text: Phrase,
    /// One by one, what the title counts.
    pub items: Vec<String>,
    /// The ways out, as far as the reader may take them.
    pub ways: Vec<Way>,
}

/// A way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// What the button says.
    pub word: &'static str,
    /// The verb of the server's route: `start`, `stop`, `restart`, `accept`.
    pub verb: &'static str,
}

/// Worst first, at most three. While a job is at it, nothing is asked of anybody.
pub(super) fn notices(known: &Known<'_>, stand: Stand, drift: Option<&Drift>) -> Vec<Notice> {
    if known.job.is_some() {
        return Vec::new();
    }
    [
        failed(known, stand),
        drift.and_then(|drift| drifted(known, stand, drift)),
        stale(known, stand),
        crashed(known, stand),
    ]
    .into_iter()
    .flatten()
    .take(3)
    .collect()
}

fn failed(known: &Known<'_>, stand: Stand) -> Option<Notice> {
    let error = known.server.last_error.as_deref()?;
    let leave = Way { word: "Leave it stopped", verb: "accept" };
    let again = Way { word: "Start again", verb: "start" };
    let (title, out) = match stand {
        // Also when it should be stopped: a failure that nobody needs to mend can be left behind.
        Stand::Failed => ("What was tried last did not work", vec![leave, again]),
        Stand::New | Stand::Unknown => ("What was tried last did not work", vec![again]),
        _ => {
            let restart = Way { word: "Restart", verb: "restart" };
            ("What was tried last did not work, and it runs on", vec![restart])
        }
    };
    let text =
        Phrase::text(sentence(error)).and(" ").link("See its jobs", format!("/servers/{}/jobs", known.server.id));
    Some(Notice { class: "failed", title: title.to_owned(), text, items: Vec::new(), ways: ways(known, stand, &out) })
}

fn drifted(known: &Known<'_>, stand: Stand, drift: &Drift) -> Option<Notice> {
    let (title, out) = match stand {
        Stand::Down => (
            "It should run, and does not",
            [Way { word: "Leave it stopped", verb: "accept" }, Way { word: "Start again", verb: "start" }],
        ),
        Stand::Up => (
            "It should be stopped, and runs",
            [Way { word: "Let it run", verb: "accept" }, Way { word: "Stop it", verb: "stop" }],
        ),
        _ => return None,
    };
    let text = match drift.since {
        Some(since) => Phrase::text(sentence(&drift.why)).and(" Seen since ").at(since).and("."),
        None => Phrase::text(sentence(&drift.why)),
    };
    Some(Notice { class: "drift", title: title.to_owned(), text, items: Vec::new(), ways: ways(known, stand, &out) })
}

fn stale(known: &Known<'_>, stand: Stand) -> Option<Notice> {
    if known.changes.is_empty() || !stand.is_up() {
        return None;
    }
    Some(Notice {
        class: "stale",
        title: format!("Restart to apply {}", count(known.changes.len(), "change", "changes")),
        text: Phrase::text("Until then it runs as it was started."),
        items: known.changes.to_vec(),
        ways: ways(known, stand, &[Way { word: "Restart now", verb: "restart" }]),
    })
}

fn crashed(known: &Known<'_>, stand: Stand) -> Option<Notice> {
    let at = known.server.crashed_at.filter(|at| stand == Stand::Running && known.now - at < CRASH_SHOWN)?;
    let how = known.server.crash.as_deref().unwrap_or("ended unexpectedly");
    Some(Notice {
        class: "drift",
        title: "It ended by itself, and came back".to_owned(),
        text: Phrase::text("At ").at(at).and(format!(" it {}.", how.trim_end_matches('.'))),
        items: Vec::new(),
        ways: Vec::new(),
    })
}

/// Those that the reader may take.
fn ways(known: &Known<'_>, stand: Stand, all: &[Way]) -> Vec<Way> {
    let may = |verb| match verb {
        "start" | "restart" => known.standing.may(ServerRight::Start),
        // What is accepted is that it runs, or else that it is stopped.
        "accept" if stand == Stand::Up => known.standing.may(ServerRight::Start),
        _ => known.standing.may(ServerRight::Stop),
    };
    all.iter().copied().filter(|way| may(way.verb)).collect()
}
