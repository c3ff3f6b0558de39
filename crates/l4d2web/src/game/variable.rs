//! A variable of the console, read back.

use super::text;

/// The longest value that is kept.
const VALUE_MAX: usize = 512;

/// What the console says about a variable: `"mp_gamemode" = "versus" ( def. "coop" )`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name, as the server writes it.
    pub name: String,
    /// The value. A protected one reads `***PROTECTED***`.
    pub value: String,
    /// What it is when nobody sets it, where that differs.
    pub default: Option<String>,
}

/// Why a reply gives no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// There is no such variable.
    #[error("the server knows no variable {0}")]
    Unknown(String),
    /// The reply is about something else.
    #[error("the server did not say what {0} is")]
    Silent(String),
}

impl Variable {
    /// Finds a variable in a reply, which may speak of several.
    ///
    /// # Errors
    ///
    /// When it is not in there.
    pub fn read(reply: &[u8], name: &str) -> Result<Self, VariableError> {
        if let Some(found) =
            text::lines(reply).filter_map(Self::parse).find(|found| found.name.eq_ignore_ascii_case(name))
        {
            return Ok(found);
        }
        let unknown = format!("unknown command \"{}\"", name.to_ascii_lowercase());
        let unknown = text::lines(reply).any(|line| line.trim_ascii().eq_ignore_ascii_case(unknown.as_bytes()));
        Err(if unknown { VariableError::Unknown(name.to_owned()) } else { VariableError::Silent(name.to_owned()) })
    }

    /// One line. The console cannot put a quotation mark into a value.
    fn parse(line: &[u8]) -> Option<Self> {
        let (name, rest) = quoted(line.trim_ascii())?;
        let (value, rest) = quoted(rest.strip_prefix(b" = ")?)?;
        let default = rest.trim_ascii_start().strip_prefix(b"( def. ").and_then(quoted).map(|(default, _)| default);
        let kept = |bytes| text::line(bytes, VALUE_MAX);
        Some(Self { name: kept(name), value: kept(value), default: default.map(kept) })
    }
}

/// What stands between quotation marks at the beginning, and what follows.
fn quoted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = bytes.strip_prefix(b"\"")?;
    let end = inner.iter().position(|byte| *byte == b'"')?;
    Some((&inner[..end], &inner[end + 1..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const GAMEMODE: &[u8] =
        b"\"mp_gamemode\" = \"versus\" ( def. \"coop\" )\n notify replicated\n - Current game mode\n";

    #[rstest]
    #[case(GAMEMODE, "mp_gamemode", "versus", Some("coop"))]
    #[case(GAMEMODE, "MP_GameMode", "versus", Some("coop"))]
    #[case(b"\"z_difficulty\" = \"Normal\"\r\n", "z_difficulty", "Normal", None)]
    #[case(b"\"sv_cheats\" = \"0\" notify replicated\n", "sv_cheats", "0", None)]
    #[case(b"\"hostname\" = \"a = b; c\" ( def. \"\" )\n", "hostname", "a = b; c", Some(""))]
    #[case(b"\"sv_tags\" = \"\"\n", "sv_tags", "", None)]
    #[case(b"chat: \"x\" = \n\"a_b\" = \"1\"\n\"c_d\" = \"2\"\n", "c_d", "2", None)]
    fn a_value_is_read(#[case] reply: &[u8], #[case] name: &str, #[case] value: &str, #[case] default: Option<&str>) {
        let found = Variable::read(reply, name).unwrap();
        assert_eq!((found.value.as_str(), found.default.as_deref()), (value, default));
    }

    #[rstest]
    #[case(b"Unknown command \"mp_gamemode\"\n", VariableError::Unknown("mp_gamemode".to_owned()))]
    #[case(b"", VariableError::Silent("mp_gamemode".to_owned()))]
    #[case(b"\"mp_gamemode\" is what?\n", VariableError::Silent("mp_gamemode".to_owned()))]
    #[case(b"\"mp_gamemode\" = \"coo", VariableError::Silent("mp_gamemode".to_owned()))]
    #[case(b"\"other\" = \"coop\"", VariableError::Silent("mp_gamemode".to_owned()))]
    fn other_replies_are_told_apart(#[case] reply: &[u8], #[case] expected: VariableError) {
        assert_eq!(Variable::read(reply, "mp_gamemode"), Err(expected));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in "[^\"\\pC]{0,80}", default in "[^\"\\pC]{0,20}") {
            let reply = format!("\"a_b\" = \"{value}\" ( def. \"{default}\" )\n");
            let found = Variable::read(reply.as_bytes(), "a_b").unwrap();
            prop_assert_eq!((found.value, found.default), (value, Some(default)));
        }

        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Variable::read(&bytes, "a");
            let _ = Variable::read(&[b"\"a\" = ", bytes.as_slice()].concat(), "a");
        }
    }
}
