//! What a player calls himself.

use std::fmt;

/// The most characters that are kept. The engine takes 32 bytes; a server may have been changed.
const MOST: usize = 128;

/// A player's name: any text that somebody chose, with whatever in it.
///
/// As text (`Display`) it is harmless to a line and to what stands beside it: control characters, which could end a line or talk to a terminal,
/// and marks that turn the direction of what follows, are shown as U+FFFD. In a page it still belongs into `<bdi>`, as letters have a direction too.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlayerName(String);

impl PlayerName {
    /// Reads the bytes of a name, whatever they are.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let bytes = &bytes[..bytes.len().min(MOST * 4)];
        Self(String::from_utf8_lossy(bytes).chars().take(MOST).collect())
    }

    /// As it came, control characters and all: to compare, and for the database.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.0
    }
}

/// Marks that have no look of their own and change the look of others.
fn disturbs(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

impl fmt::Display for PlayerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.trim().is_empty() {
            return f.write_str("(no name)");
        }
        let shown: String = self.0.chars().map(|letter| if disturbs(letter) { '\u{fffd}' } else { letter }).collect();
        f.pad(&shown)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"Mal", "Mal")]
    #[case(b"", "(no name)")]
    #[case(b" \t", "(no name)")]
    #[case("\u{202e}gnp.exe".as_bytes(), "\u{fffd}gnp.exe")]
    #[case(b"\x1b[31mred", "\u{fffd}[31mred")]
    #[case(b"a\nb", "a\u{fffd}b")]
    #[case(b"\xff\xfe", "\u{fffd}\u{fffd}")]
    #[case("Зоя ❤".as_bytes(), "Зоя ❤")]
    fn a_name_is_shown(#[case] bytes: &[u8], #[case] expected: &str) {
        assert_eq!(PlayerName::new(bytes).to_string(), expected);
    }

    proptest! {
        #[test]
        fn any_bytes_make_one_short_line(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let shown = PlayerName::new(&bytes).to_string();
            prop_assert!(!shown.is_empty() && shown.chars().count() <= MOST);
            prop_assert!(!shown.chars().any(char::is_control));
        }
    }
}
