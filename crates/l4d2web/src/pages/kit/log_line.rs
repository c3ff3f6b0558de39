//! A line of a log, as it is shown: of a server's journal, or of a job.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What a line is, which gives it its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineKind {
    /// What the program printed.
    #[default]
    Plain,
    /// What left4me says about it.
    Own,
    /// A command that was typed.
    Command,
    /// Somebody came.
    Player,
    /// A warning.
    Warning,
    /// An error.
    Error,
}

/// A line with its place in the log. The text is free of terminal escapes already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Its place in the log: what `after=` and `before=` take. Grows from line to line.
    pub pos: String,
    /// When it was printed, in Unix milliseconds.
    pub at_ms: i64,
    /// What it is.
    pub kind: LineKind,
    /// What it says.
    pub text: String,
}

impl LogLine {
    /// The class of its kind, with a space in front; nothing for a plain line.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.kind {
            LineKind::Plain => "",
            LineKind::Own => " ln-own",
            LineKind::Command => " ln-cmd",
            LineKind::Player => " ln-in",
            LineKind::Warning => " ln-warn",
            LineKind::Error => " ln-err",
        }
    }

    /// When it was printed, for `<time datetime>`.
    #[must_use]
    pub fn iso(&self) -> String {
        self.at().to_string()
    }

    /// `18:42:07`, in UTC until the browser puts it into the reader's zone.
    #[must_use]
    pub fn clock(&self) -> String {
        self.at().to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string()
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.at_ms).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn line(kind: LineKind, at_ms: i64) -> LogLine {
        LogLine { pos: "1".to_owned(), at_ms, kind, text: String::new() }
    }

    #[rstest]
    #[case(LineKind::Plain, "")]
    #[case(LineKind::Own, " ln-own")]
    #[case(LineKind::Error, " ln-err")]
    fn a_kind_is_a_class(#[case] kind: LineKind, #[case] class: &str) {
        assert_eq!(line(kind, 0).class(), class);
    }

    #[test]
    fn a_line_has_a_clock_and_an_instant() {
        let line = line(LineKind::Plain, 1_795_286_527_250);
        assert_eq!(line.clock(), "18:42:07");
        assert_eq!(line.iso(), "2026-11-21T18:42:07.25Z");
    }
}
