//! A line of a server's log, made once for all who follow it.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use askama::Template;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use crate::host::shape::LogLine as Printed;
use crate::live::{kind_of, plain};
use crate::pages::kit::LogLine;

/// The place of a line in the log: a digest of the journal's cursor, which is ten times as long and means nothing to anybody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place(u64);

impl Place {
    /// The place that the journal calls `cursor`.
    #[must_use]
    pub fn of(cursor: &str) -> Self {
        let digest = Sha256::digest(cursor);
        Self(digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Place {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Self)
    }
}

/// A line as pages show it.
#[derive(Debug)]
pub struct Line {
    /// Where it stands in the log.
    pub place: Place,
    /// When the journal got it, in microseconds since 1970.
    pub time_us: u64,
    /// It as HTML, escaped, without line breaks.
    pub html: Box<str>,
}

#[derive(Template)]
#[template(path = "servers/log_line.html")]
struct Shown {
    line: LogLine,
}

impl From<&Printed> for Line {
    fn from(printed: &Printed) -> Self {
        let place = Place::of(&printed.cursor);
        let text = plain(&printed.line);
        let line = LogLine {
            pos: place.to_string(),
            at_ms: i64::try_from(printed.time_us / 1000).unwrap_or(i64::MAX),
            kind: kind_of(&text),
            text: text.into_owned(),
        };
        // Writing into a string does not fail.
        let html = Shown { line }.render().unwrap_or_default().into_boxed_str();
        Self { place, time_us: printed.time_us, html }
    }
}

/// Lines as an event of a stream; `event` is `log` for lines that follow those that were sent, `log-reset` for lines in their place.
pub(super) fn frame<'l>(event: &str, lines: impl Iterator<Item = &'l Line>) -> Bytes {
    let (mut html, mut last) = (String::new(), None);
    for line in lines {
        html.push_str(&line.html);
        last = Some(line.place);
    }
    let mut frame = String::with_capacity(html.len() + 64);
    if let Some(place) = last {
        let _ = writeln!(frame, "id: {place}");
    }
    // An event without data would not be told.
    let data = if html.is_empty() { "<!-- empty -->" } else { &html };
    let _ = write!(frame, "event: {event}\ndata: {data}\n\n");
    frame.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(cursor: &str, line: &str) -> Printed {
        Printed { cursor: cursor.to_owned(), time_us: 1_793_620_800_000_000, line: line.to_owned() }
    }

    #[test]
    fn a_place_survives_the_way_to_the_browser() {
        let place = Place::of("s=1;i=2");
        assert_eq!(place.to_string().parse(), Ok(place));
        assert_ne!(place, Place::of("s=1;i=3"));
        assert!("latest".parse::<Place>().is_err());
    }

    #[test]
    fn a_line_is_escaped_and_plain() {
        let line = Line::from(&printed("c", "\u{1b}[31m<script>alert(1)</script>\r\nevent: log"));
        assert!(line.html.contains("&#60;script&#62;alert(1)&#60;/script&#62; event: log"), "{}", line.html);
        assert!(!line.html.contains(['\n', '\r', '\u{1b}']));
    }

    #[test]
    fn an_event_has_the_last_place_as_its_id() {
        let lines = [Line::from(&printed("a", "one")), Line::from(&printed("b", "two"))];
        let text = String::from_utf8(frame("log", lines.iter()).to_vec()).unwrap();
        assert!(text.starts_with(&format!("id: {}\nevent: log\ndata: <div", Place::of("b"))), "{text}");
        assert_eq!(text.matches('\n').count(), 4);
        assert_eq!(frame("log-reset", [].into_iter()), "event: log-reset\ndata: <!-- empty -->\n\n");
    }
}
