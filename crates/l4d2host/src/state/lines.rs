//! A stream of bytes cut into lines, with a bound on how long one may be.

/// Longest line that is kept.
const LINE_MAX: usize = 16 * 1024 * 1024;

/// What has come of a line so far.
#[derive(Debug, Default)]
pub(super) struct Lines {
    partial: Vec<u8>,
    too_long: bool,
}

impl Lines {
    /// Takes bytes and gives back each line that they complete, without its end; none for one that was too long.
    pub(super) fn feed(&mut self, bytes: &[u8], mut line: impl FnMut(Option<&[u8]>)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (body, ends) = piece.strip_suffix(b"\n").map_or((piece, false), |body| (body, true));
            self.too_long |= self.partial.len() + body.len() > LINE_MAX;
            if self.too_long {
                self.partial = Vec::new();
            } else {
                self.partial.extend_from_slice(body);
            }
            if ends {
                line((!self.too_long).then_some(&self.partial));
                self.partial.clear();
                self.too_long = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(lines: &mut Lines, bytes: &[u8]) -> Vec<Option<Vec<u8>>> {
        let mut found = Vec::new();
        lines.feed(bytes, |line| found.push(line.map(<[u8]>::to_vec)));
        found
    }

    #[test]
    fn pieces_are_joined() {
        let mut lines = Lines::default();
        assert_eq!(feed(&mut lines, b"a"), []);
        assert_eq!(feed(&mut lines, b"b\n\nc"), [Some(b"ab".to_vec()), Some(Vec::new())]);
        assert_eq!(feed(&mut lines, b"\n"), [Some(b"c".to_vec())]);
    }

    #[test]
    fn a_line_that_is_too_long_is_told_and_not_kept() {
        let mut lines = Lines::default();
        let mebibyte = vec![b'x'; 1024 * 1024];
        for _ in 0..17 {
            assert_eq!(feed(&mut lines, &mebibyte), []);
        }
        assert!(lines.partial.is_empty());
        assert_eq!(feed(&mut lines, b"x\nnext\n"), [None, Some(b"next".to_vec())]);
    }
}
