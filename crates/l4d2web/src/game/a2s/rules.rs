//! `A2S_RULES`: the variables that everybody may know.

use super::Malformed;
use super::reader::Reader;

/// The variables that everybody may know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Name and value, in the order of the server.
    pub all: Vec<(String, String)>,
    /// Whether there were to be more: what does not fit is left out by the game.
    pub cut: bool,
}

impl Rules {
    /// Reads an answer, without the four bytes before it.
    ///
    /// # Errors
    ///
    /// When it is another answer.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader(bytes);
        reader.kind(b'E')?;
        let mut rules = Self::default();
        for _ in 0..reader.u16()? {
            let (Ok(name), Ok(value)) = (reader.text(), reader.text()) else {
                rules.cut = true;
                break;
            };
            rules.all.push((name, value));
        }
        Ok(rules)
    }

    /// The value of a variable.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_is_read() {
        let rules = Rules::parse(b"E\x02\0mp_gamemode\0coop\0sv_tags\0\0").unwrap();
        assert_eq!(
            (rules.value("MP_gamemode"), rules.value("sv_tags"), rules.value("x")),
            (Some("coop"), Some(""), None)
        );
        assert!(!rules.cut);
        let rules = Rules::parse(b"E\xff\xffmp_gamemode\0coop\0sv_t").unwrap();
        assert_eq!((rules.all.len(), rules.cut), (1, true));
        assert_eq!(Rules::parse(b"E"), Err(Malformed::Cut));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Rules::parse(&bytes);
            prop_assert!(Rules::parse(&[b"E\xff\xff", bytes.as_slice()].concat()).unwrap().cut);
        }
    }
}
