//! `l4d2ctl logs --json`

use serde::{Deserialize, Serialize};

/// A line of a server's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// The journal's own name for the place.
    pub cursor: String,
    /// When the journal got it, in microseconds since 1970.
    pub time_us: u64,
    /// What the server printed; it may hold escape sequences.
    pub line: String,
}

#[cfg(test)]
mod tests {
    use super::super::check_golden;
    use super::*;

    #[test]
    fn golden() {
        let lines: Vec<LogLine> = check_golden(include_str!("../../../../l4d2host/tests/golden/logs.json"));
        assert_eq!(lines[0].line, "Connection to Steam servers successful.");
    }
}
