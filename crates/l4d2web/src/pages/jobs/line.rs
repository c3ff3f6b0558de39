//! Lines of jobs as they are shown.

use askama::Template;

use crate::db::job_lines::{JobLine, LineStream};
use crate::live::{kind_of, plain};
use crate::pages::kit::{LineKind, LogLine};

/// Some lines, as the log view takes them.
#[derive(Template)]
#[template(path = "jobs/lines.html")]
pub(super) struct Lines {
    lines: Vec<LogLine>,
}

impl Lines {
    pub(super) fn of(lines: &[JobLine]) -> Self {
        Self { lines: lines.iter().map(line).collect() }
    }
}

/// A line without anything in it that a terminal would obey.
pub(super) fn line(line: &JobLine) -> LogLine {
    let kind = match (line.stream, kind_of(&line.line)) {
        (LineStream::Left4me, _) => LineKind::Own,
        (LineStream::Stderr, LineKind::Plain) => LineKind::Warning,
        (_, kind) => kind,
    };
    LogLine { pos: line.seq.to_string(), at_ms: line.at, kind, text: plain(&line.line).into_owned() }
}
