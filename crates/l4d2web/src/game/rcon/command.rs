//! What the console is told.

use std::fmt;

/// The longest line that the engine takes, in bytes. It cuts off what is longer.
const LONGEST: usize = 511;

/// One line for the console. It may hold several commands, with `;` between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command(String);

/// Why a text is no line for the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// Nothing but blanks.
    #[error("the command is empty")]
    Empty,
    /// More than one line.
    #[error("the command has more than one line: one line is accepted, with ; between its commands")]
    Lines,
    /// A NUL ends it for the server.
    #[error("the command holds a NUL, which would cut it off")]
    Nul,
    /// The engine would cut it off.
    #[error("the command has {0} bytes: the game takes {LONGEST}")]
    Long(usize),
}

impl Command {
    /// Reads a line as somebody typed it.
    ///
    /// # Errors
    ///
    /// When it is empty, has several lines or a NUL in it, or is longer than the engine's line.
    pub fn parse(text: &str) -> Result<Self, CommandError> {
        let text = text.trim_matches([' ', '\t', '\n', '\r']);
        if text.is_empty() {
            Err(CommandError::Empty)
        } else if text.contains(['\n', '\r']) {
            Err(CommandError::Lines)
        } else if text.contains('\0') {
            Err(CommandError::Nul)
        } else if text.len() > LONGEST {
            Err(CommandError::Long(text.len()))
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// A command with arguments, each in quotation marks, so that none can be anything else: `;`, `//` and blanks are only text there. The console
    /// has no way to write a quotation mark into an argument, so that `'` is put in its place; a blank in that of a control character.
    ///
    /// # Errors
    ///
    /// When the line would be longer than the engine's.
    pub fn with(verb: &'static str, arguments: &[&str]) -> Result<Self, CommandError> {
        let mut line = verb.to_owned();
        for argument in arguments {
            line.extend([" \"", &harmless(argument), "\""]);
        }
        Self::parse(&line)
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn harmless(argument: &str) -> String {
    let letter = |letter: char| match letter {
        '"' => '\'',
        _ if letter.is_control() => ' ',
        _ => letter,
    };
    argument.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("status", Ok("status"))]
    #[case("  say hello; status\n", Ok("say hello; status"))]
    #[case("say \"x\"", Ok("say \"x\""))]
    #[case(" \t", Err(CommandError::Empty))]
    #[case("", Err(CommandError::Empty))]
    #[case("a\nb", Err(CommandError::Lines))]
    #[case("a\rb", Err(CommandError::Lines))]
    #[case("a\0b", Err(CommandError::Nul))]
    fn a_line_is_taken(#[case] text: &str, #[case] expected: Result<&str, CommandError>) {
        assert_eq!(Command::parse(text).as_ref().map(Command::as_str), expected.as_ref().copied());
    }

    #[test]
    fn a_line_has_the_length_of_the_engines() {
        assert!(Command::parse(&"a".repeat(511)).is_ok());
        assert_eq!(Command::parse(&"a".repeat(512)), Err(CommandError::Long(512)));
        assert_eq!(Command::parse(&"é".repeat(256)), Err(CommandError::Long(512)));
        assert_eq!(Command::with("say", &[&"a".repeat(600)]), Err(CommandError::Long(606)));
    }

    #[rstest]
    #[case(&["Bad \"luck\""], "kickid \"Bad 'luck'\"")]
    #[case(&["7", "x; quit"], "kickid \"7\" \"x; quit\"")]
    #[case(&["a\nquit\r\0\u{1b}[2J"], "kickid \"a quit   [2J\"")]
    #[case(&["\\"], "kickid \"\\\"")]
    #[case(&[""], "kickid \"\"")]
    #[case(&[], "kickid")]
    fn arguments_stay_within_their_quotes(#[case] arguments: &[&str], #[case] expected: &str) {
        assert_eq!(Command::with("kickid", arguments).unwrap().as_str(), expected);
    }

    proptest! {
        /// As the engine reads a line: quotation marks hold together, and nothing escapes them.
        #[test]
        fn no_argument_gets_out(arguments in proptest::collection::vec("[\"';\\\\/\n\\PC]{0,20}", 0..4)) {
            let borrowed: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let line = Command::with("say", &borrowed).unwrap().to_string();
            let parts: Vec<&str> = line.split('"').collect();
            prop_assert_eq!(parts.len(), arguments.len() * 2 + 1);
            let outside: Vec<&str> = parts.iter().step_by(2).copied().collect();
            prop_assert!(outside.iter().all(|part| matches!(*part, "say" | "say " | " " | "")), "{line}");
            prop_assert!(!line.contains(char::is_control));
        }
    }
}
