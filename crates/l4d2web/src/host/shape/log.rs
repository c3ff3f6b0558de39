//! `l4d2ctl logs --json`

use serde::{Deserialize, Deserializer, Serialize};

use crate::command::secrets;

/// A line of a server's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// The journal's own name for the place.
    pub cursor: String,
    /// When the journal got it, in microseconds since 1970.
    pub time_us: u64,
    /// What the server printed, with a mask in the place of passwords; it may hold escape sequences.
    #[serde(deserialize_with = "seen")]
    pub line: String,
}

/// Whoever reads logs need not be one who may have the passwords: they end here.
fn seen<'de, D: Deserializer<'de>>(line: D) -> Result<String, D::Error> {
    String::deserialize(line).map(secrets::in_log)
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

    #[test]
    fn no_password_comes_out_of_a_log() {
        let text =
            r#"{"cursor":"c","time_us":1,"line":"rcon from \"127.0.0.1:9\": command \"sv_password\"hunter2\"\""}"#;
        let line: LogLine = serde_json::from_str(text).unwrap();
        assert_eq!(line.line, "rcon from \"127.0.0.1:9\": command \"sv_password ***");
    }
}
