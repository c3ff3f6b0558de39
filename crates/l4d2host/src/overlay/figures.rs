//! How much is in an overlay, as people read it.

use std::fmt;

/// How many files there are, and how long they are together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Regular files.
    pub files: u64,
    /// The sum of their lengths.
    pub bytes: u64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = if self.files == 1 { "file" } else { "files" };
        write!(f, "{} {files}, {}", count(self.files), size(self.bytes))
    }
}

/// A number with commas.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes, with one decimal from a kilobyte on; cut, not rounded.
pub(super) fn size(bytes: u64) -> String {
    let units = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, 0, "0 files, 0 B")]
    #[case(1, 999, "1 file, 999 B")]
    #[case(999, 1_000, "999 files, 1.0 kB")]
    #[case(1_234, 5_678_000_000, "1,234 files, 5.6 GB")]
    #[case(1_234_567, 999_999, "1,234,567 files, 999.9 kB")]
    #[case(2, u64::MAX, "2 files, 18446744.0 TB")]
    fn shown(#[case] files: u64, #[case] bytes: u64, #[case] expected: &str) {
        assert_eq!(Figures { files, bytes }.to_string(), expected);
    }
}
