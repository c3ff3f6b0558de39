//! What is said of the text of a config: the game's console reads bytes, and shows what is not ASCII wrong.

use std::fmt;

/// The first character of a text that is not ASCII, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAscii {
    /// Its line, from 1.
    pub line: usize,
    /// Its place in the line, in characters from 1.
    pub column: usize,
    /// The character.
    pub character: char,
    /// How many such characters there are.
    pub count: usize,
}

impl NotAscii {
    /// Looks for it.
    #[must_use]
    pub fn find(text: &str) -> Option<Self> {
        let (at, character) = text.char_indices().find(|(_, character)| !character.is_ascii())?;
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Some(Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            character,
            count: text.chars().filter(|character| !character.is_ascii()).count(),
        })
    }
}

impl fmt::Display for NotAscii {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, character, count } = self;
        write!(f, "Line {line}, column {column}: “{character}” is not ASCII; the game may show it wrong.")?;
        match count {
            1 => Ok(()),
            2 => f.write_str(" There is one more such character."),
            _ => write!(f, " There are {} more such characters.", count - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain // text\n", None)]
    #[case(
        "a\nhostname \"Größe\"\n",
        Some("Line 2, column 13: “ö” is not ASCII; the game may show it wrong. There is one more such character.")
    )]
    #[case("–", Some("Line 1, column 1: “–” is not ASCII; the game may show it wrong."))]
    #[case(
        "a\nüü–",
        Some("Line 2, column 1: “ü” is not ASCII; the game may show it wrong. There are 2 more such characters.")
    )]
    fn the_place_is_named(#[case] text: &str, #[case] said: Option<&str>) {
        assert_eq!(NotAscii::find(text).map(|found| found.to_string()).as_deref(), said);
    }
}
