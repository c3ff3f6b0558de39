//! Bytes in any pieces, cut into lines of a bounded length.

/// Longest line in characters; what is longer is cut, and says so.
pub const LINE_MAX: usize = 4096;
/// What stands at the end of a line that was cut.
const CUT: &str = " … (cut)";

/// Where a line was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A line that a verb printed, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where.
    pub stream: Stream,
    /// What; bytes that are not UTF-8 are replaced by U+FFFD.
    pub text: String,
}

/// Cuts bytes into lines. A line that does not end holds no more memory than a long one.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    partial: Vec<u8>,
    over: bool,
}

/// No character takes more bytes.
const BYTES_MAX: usize = LINE_MAX * 4;

impl Cutter {
    /// Takes the next bytes and adds each line that they complete.
    pub(super) fn feed(&mut self, bytes: &[u8], lines: &mut Vec<String>) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (body, ends) = piece.strip_suffix(b"\n").map_or((piece, false), |body| (body, true));
            let room = BYTES_MAX.saturating_sub(self.partial.len());
            self.over |= body.len() > room;
            self.partial.extend_from_slice(&body[..body.len().min(room)]);
            if ends {
                lines.push(self.take());
            }
        }
    }

    /// The end: what stands in the last line, if anything.
    pub(super) fn finish(&mut self) -> Option<String> {
        (!self.partial.is_empty()).then(|| self.take())
    }

    fn take(&mut self) -> String {
        let bytes = std::mem::take(&mut self.partial);
        let over = std::mem::take(&mut self.over);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(&bytes);
        let text = String::from_utf8_lossy(bytes);
        match text.char_indices().nth(LINE_MAX) {
            Some((end, _)) => format!("{}{CUT}", &text[..end]),
            None if over => format!("{text}{CUT}"),
            None => text.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(pieces: &[&[u8]]) -> Vec<String> {
        let (mut cutter, mut lines) = (Cutter::default(), Vec::new());
        for piece in pieces {
            cutter.feed(piece, &mut lines);
        }
        lines.extend(cutter.finish());
        lines
    }

    #[test]
    fn pieces_are_joined() {
        assert_eq!(cut(&[b"a", b"b\n\nc\r\n", b"d"]), ["ab", "", "c", "d"]);
        assert_eq!(cut(&[b"a\n"]), ["a"]);
        assert_eq!(cut(&[b"\xff\n"]), ["\u{fffd}"]);
    }

    #[test]
    fn a_long_line_is_cut_with_a_mark() {
        let fits = "ü".repeat(LINE_MAX);
        assert_eq!(cut(&[fits.as_bytes(), b"\n"]), [fits.as_str()]);
        assert_eq!(cut(&[fits.as_bytes(), b"x\nnext"]), [format!("{fits}{CUT}"), "next".to_owned()]);
    }

    #[test]
    fn an_endless_line_is_not_held() {
        let mut cutter = Cutter::default();
        let mut lines = Vec::new();
        for _ in 0..1000 {
            cutter.feed(&[b'x'; 4096], &mut lines);
            assert!(cutter.partial.len() <= BYTES_MAX);
        }
        assert!(lines.is_empty());
        cutter.feed(b"\nnext\n", &mut lines);
        assert_eq!(lines, [format!("{}{CUT}", "x".repeat(LINE_MAX)), "next".to_owned()]);
    }

    proptest! {
        #[test]
        fn how_it_is_cut_into_pieces_makes_no_difference(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..200) {
            let at = at.min(bytes.len());
            prop_assert_eq!(cut(&[&bytes]), cut(&[&bytes[..at], &bytes[at..]]));
        }
    }
}
