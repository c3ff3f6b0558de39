//! `stats`: how a server gets on.

use super::text;

/// What `stats` says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stats {
    /// Share of a processor, in percent.
    pub cpu: f64,
    /// Frames a second.
    pub fps: f64,
    /// Minutes since it started.
    pub uptime: u64,
}

impl Stats {
    /// Reads the reply: a line of names, and a line of values below it. None when there is no such table in it.
    #[must_use]
    pub fn parse(reply: &[u8]) -> Option<Self> {
        let mut lines = text::lines(reply).skip_while(|line| !line.trim_ascii_start().starts_with(b"CPU"));
        let head = String::from_utf8_lossy(lines.next()?).to_ascii_lowercase();
        // Other versions say in which unit, and have a column of two words.
        let head = head.replace("(kb/s)", " ").replace("map changes", "changes");
        let values: Vec<&[u8]> = text::words(lines.find(|line| !line.trim_ascii().is_empty())?).collect();
        let value = |name: &str| {
            let place = head.split_whitespace().position(|column| column == name)?;
            let value: f64 = std::str::from_utf8(values.get(place)?).ok()?.parse().ok()?;
            (value.is_finite() && value >= 0.0).then_some(value)
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a cast of a positive number saturates"
        )]
        let uptime = value("uptime")? as u64;
        Some(Self { cpu: value("cpu")?, fps: value("fps")?, uptime })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"CPU   In    Out   Uptime  Users   FPS    Players\n 5.20  4.20 12.60      71     1   30.30       1\n")]
    #[case(b"L something\r\nCPU   In    Out   Uptime  Users   FPS    Players\r\n\r\n 5.20  4.20 12.60      71     1   30.30       1")]
    #[case(b"CPU    In (KB/s)  Out (KB/s)  Uptime  Map changes  FPS      Players  Connects\n5.20 4.20 12.60 71 3 30.30 1 9\n")]
    fn a_table_is_read(#[case] reply: &[u8]) {
        assert_eq!(Stats::parse(reply), Some(Stats { cpu: 5.2, fps: 30.3, uptime: 71 }));
    }

    #[rstest]
    #[case(b"")]
    #[case(b"Unknown command \"stats\"\n")]
    #[case(b"CPU   In    Out   Uptime  Users   FPS    Players\n")]
    #[case(b"CPU   In    Out   Uptime  Users   FPS    Players\n 5.2 4.2\n")]
    #[case(b"CPU   In    Out   Uptime  Users   FPS    Players\nnan 0 0 0 0 inf 0\n")]
    #[case(b"CPU   In    Out   Uptime  Users   FPS    Players\n1 0 0 -4 0 30 0\n")]
    fn other_replies_are_none(#[case] reply: &[u8]) {
        assert_eq!(Stats::parse(reply), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Stats::parse(&bytes);
            let _ = Stats::parse(&[b"CPU Uptime FPS\n", bytes.as_slice()].concat());
        }
    }
}
