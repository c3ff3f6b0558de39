//! steamcmd's output, as it comes, to events: bytes in any pieces, lines that end with `\r` or `\n`, ANSI sequences, and
//! lines that are glued to the one before. Pure.

use super::event::{Event, recognize};
use crate::terminal::escape;

/// Longest line; a longer one is cut into several.
const LINE_MAX: usize = 4096;

/// What begins a line even in the middle of another, since steamcmd's threads do not wait for each other.
const BEGINNINGS: [&str; 10] = [
    "Update state (0x",
    "Success! App '",
    "Error! App '",
    "ERROR! ",
    "ERROR (",
    "FAILED (",
    "FAILED login with result code",
    "Login Failure: ",
    "Unloading Steam API...",
    "Loading Steam API...",
];

/// Where in a terminal's language we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Text,
    /// After ESC.
    Escape,
    /// In a control sequence, `ESC [ … letter`.
    Control,
    /// In a string for the terminal, `ESC ] … BEL`.
    String,
}

/// The incremental parser. How its input is cut makes no difference.
#[derive(Debug)]
pub struct Parser {
    mode: Mode,
    line: Vec<u8>,
}

impl Default for Parser {
    fn default() -> Self {
        Self { mode: Mode::Text, line: Vec::new() }
    }
}

impl Parser {
    /// Takes the next bytes; returns what they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut events = Vec::new();
        for byte in bytes {
            self.take(*byte, &mut events);
        }
        events
    }

    /// The end of the output: what stands in the last line.
    pub fn finish(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        self.end_line(&mut events);
        self.mode = Mode::Text;
        events
    }

    fn take(&mut self, byte: u8, events: &mut Vec<Event>) {
        if matches!(byte, b'\r' | b'\n') {
            self.mode = Mode::Text;
            return self.end_line(events);
        }
        self.mode = match (self.mode, byte) {
            // A new sequence, or an intermediate byte of a longer one, such as `ESC ( B`.
            (_, 0x1b) | (Mode::Escape, 0x20..=0x2f) => Mode::Escape,
            (Mode::Text, _) => {
                self.keep(byte, events);
                Mode::Text
            }
            (Mode::Escape, b'[') => Mode::Control,
            (Mode::Escape, b']' | b'P' | b'X' | b'^' | b'_') => Mode::String,
            (Mode::Control, 0x40..=0x7e) | (Mode::String, 0x07) | (Mode::Escape, _) => Mode::Text,
            (mode @ (Mode::Control | Mode::String), _) => mode,
        };
    }

    fn keep(&mut self, byte: u8, events: &mut Vec<Event>) {
        self.line.push(byte);
        if self.line.len() >= LINE_MAX {
            self.end_line(events);
        }
    }

    fn end_line(&mut self, events: &mut Vec<Event>) {
        let bytes = std::mem::take(&mut self.line);
        let text: String = String::from_utf8_lossy(&bytes).chars().filter(|c| !c.is_control() || *c == '\t').collect();
        for piece in split(&escape(&text, &['\t'])) {
            recognize(piece, events);
        }
    }
}

/// A line at the places where another begins in it; nothing for blank pieces.
fn split(line: &str) -> impl Iterator<Item = &str> {
    let mut starts: Vec<usize> =
        BEGINNINGS.iter().flat_map(|beginning| line.match_indices(beginning)).map(|(at, _)| at).collect();
    starts.extend(bootstrap_starts(line));
    starts.push(0);
    starts.sort_unstable();
    starts.dedup();
    let ends: Vec<usize> = starts.iter().copied().skip(1).chain([line.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| line[start..end].trim()).filter(|piece| !piece.is_empty())
}

/// Where the prefix of a line of the self-update stands: `[ 71%] ` or `[----] `.
fn bootstrap_starts(line: &str) -> impl Iterator<Item = usize> {
    line.match_indices('[').map(|(at, _)| at).filter(|at| {
        let rest = line.as_bytes().get(at + 1..at + 7).unwrap_or_default();
        rest.ends_with(b"] ") && (rest.starts_with(b"----") || rest.get(3) == Some(&b'%'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::event::{Failure, Progress};
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Vec<Event> {
        let mut parser = Parser::default();
        let mut events = parser.push(bytes);
        events.extend(parser.finish());
        events
    }

    fn line(text: &str) -> Event {
        Event::Line(text.to_owned())
    }

    fn progress(phase: &str, percent: u16, done: u64, total: u64) -> Event {
        Event::Progress(Progress { phase: phase.to_owned(), percent, done, total })
    }

    #[test]
    fn an_ordinary_run() {
        let output = "Redirecting stderr to '/s/Steam/logs/stderr.txt'\r\n[  0%] Checking for available updates...\r\n\
            [ 71%] Downloading update (17,692 of 29,709 KB)...\r[----] Verifying installation...\r\n\
            \u{1b}[0mLoading Steam API...OK\r\n\r\nWaiting for user info...OK Update state (0x3) reconfiguring, progress: 0.00 (0 / 0)\r\
             Update state (0x61) downloading, progress: 50.00 (1 / 2)\r Update state (0x101) committing, progress: 99.00 (1 / 2)\
            Success! App '222860' fully installed.\r\n\u{1b}[0mUnloading Steam API...OK\r\n";
        let expected = [
            line("Redirecting stderr to '/s/Steam/logs/stderr.txt'"),
            line("[  0%] Checking for available updates..."),
            progress("updating steamcmd", 7100, 17_692 * 1024, 29_709 * 1024),
            line("[----] Verifying installation..."),
            line("Loading Steam API...OK"),
            line("Waiting for user info...OK"),
            progress("reconfiguring", 0, 0, 0),
            progress("downloading", 5000, 1, 2),
            progress("committing", 9900, 1, 2),
            line("Success! App '222860' fully installed."),
            Event::Success,
            line("Unloading Steam API...OK"),
        ];
        assert_eq!(parse(output.as_bytes()), expected);
    }

    #[test]
    fn glued_failures_are_found() {
        let output = b"Connecting anonymously to Steam Public...Login Failure: Rate Limit Exceeded";
        let expected = [
            line("Connecting anonymously to Steam Public..."),
            line("Login Failure: Rate Limit Exceeded"),
            Event::Failure(Failure::RateLimit),
        ];
        assert_eq!(parse(output), expected);
        let output = b"[----] !!! Fatal Error: Steamcmd needs to be online to update.\tPlease confirm your network \
            connection and try again.\nsrc/tier0/threadtools.cpp (3787) : Assertion Failed: Illegal termination";
        assert!(parse(output).contains(&Event::Failure(Failure::NeedsOnline)));
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let events = parse(&vec![b'x'; 3 * LINE_MAX + 5]);
        assert_eq!(events.len(), 4);
    }

    #[test]
    fn what_is_for_a_terminal_is_taken_out() {
        assert_eq!(parse(b"\x1b]0;title\x07a\x1b[1;31mb\x1b(Bc\x07\x08\td\xc2\x9b5m\x1b[2J"), [line("abc\td5m")]);
        assert_eq!(parse(b"\x1b]0;title that never ends\nb"), [line("b")]);
    }

    /// Output as it could be: known lines, parts of them, ends of lines, and anything.
    fn output() -> impl Strategy<Value = Vec<u8>> {
        let known = prop::sample::select(vec![
            " Update state (0x61) downloading, progress: 12.34 (123 / 456)",
            "Success! App '222860' fully installed.",
            "Error! App '222860' state is 0x202 after update job.",
            "ERROR! Failed to install app '222860' (Missing configuration)",
            "[ 71%] Downloading update (17,692 of 29,709 KB)...",
            "[----] !!! Fatal Error: Steamcmd needs to be online to update.",
            "Waiting for user info...OK",
            "Login Failure: ",
            "ä\u{1b}[0m\u{1b}]0;",
            "\r",
            "\n",
            "\r\n",
        ]);
        let piece = prop_oneof![3 => known.prop_map(|text| text.as_bytes().to_vec()), 1 => any::<Vec<u8>>()];
        prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn where_the_input_is_cut_makes_no_difference(bytes in output(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            places.extend([0, bytes.len()]);
            places.sort_unstable();
            let mut parser = Parser::default();
            let mut events: Vec<Event> = places.windows(2).flat_map(|pair| parser.push(&bytes[pair[0]..pair[1]])).collect();
            events.extend(parser.finish());
            prop_assert_eq!(events, parse(&bytes));
        }

        #[test]
        fn one_byte_at_a_time_is_the_same(bytes in output()) {
            let mut parser = Parser::default();
            let mut events: Vec<Event> = bytes.iter().flat_map(|byte| parser.push(&[*byte])).collect();
            events.extend(parser.finish());
            prop_assert_eq!(events, parse(&bytes));
        }

        #[test]
        fn no_line_reaches_the_terminal_with_a_control_character(bytes in output()) {
            for event in parse(&bytes) {
                if let Event::Line(text) = event {
                    prop_assert!(!text.contains(|c: char| c.is_control() && c != '\t'), "{text:?}");
                }
            }
        }
    }
}
