//! One entry of the journal, as `journalctl -o json --all` prints it, a line each.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A line of a server's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The journal's own name for the place, to go on from.
    pub cursor: String,
    /// When the journal got it, in microseconds since 1970.
    pub time_us: u64,
    /// What the server printed; bytes that are not UTF-8 are replaced.
    pub line: String,
}

#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "__CURSOR", default)]
    cursor: String,
    #[serde(rename = "__REALTIME_TIMESTAMP", default)]
    time: String,
    #[serde(rename = "MESSAGE", default)]
    message: Value,
}

impl Entry {
    /// Parses a line of journalctl's output.
    ///
    /// # Errors
    /// What is wrong with it, when it is not an entry.
    pub fn parse(json: &[u8]) -> Result<Self, serde_json::Error> {
        let raw: Raw = serde_json::from_slice(json)?;
        Ok(Self { cursor: raw.cursor, time_us: raw.time.parse().unwrap_or_default(), line: text_of(&raw.message) })
    }
}

/// A field is a string, a list of bytes when it is not plain text, or a list of fields when an entry has it twice.
fn text_of(field: &Value) -> String {
    match field {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().any(Value::is_number) => {
            let bytes: Vec<u8> =
                items.iter().map(|item| item.as_u64().and_then(|n| u8::try_from(n).ok()).unwrap_or(b'?')).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Value::Array(items) => items.first().map(text_of).unwrap_or_default(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(r#""hello""#, "hello")]
    #[case("[27,91,48,109,104,105]", "\u{1b}[0mhi")]
    #[case("[104,255,105]", "h\u{fffd}i")]
    #[case("[104,256,105]", "h?i")]
    #[case(r#"["first",[115]]"#, "first")]
    #[case("[[115],\"x\"]", "s")]
    #[case("[]", "")]
    #[case("null", "")]
    fn messages(#[case] message: &str, #[case] line: &str) {
        let json = format!(
            r#"{{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1793620800123456","_PID":"1","MESSAGE":{message}}}"#
        );
        let expected = Entry { cursor: "s=1;i=2".to_owned(), time_us: 1_793_620_800_123_456, line: line.to_owned() };
        assert_eq!(Entry::parse(json.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn an_entry_without_a_message_is_empty() {
        assert_eq!(Entry::parse(b"{}").unwrap().line, "");
        assert!(Entry::parse(b"-- No entries --").is_err());
    }

    proptest! {
        #[test]
        fn any_line_is_parsed_or_refused(line in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Entry::parse(&line);
        }
    }
}
