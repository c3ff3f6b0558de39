//! How the console reads text: commands end at a line's end or at `;`, words are split at blanks, quotes hold together.

/// One command in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// The first word.
    pub(crate) name: String,
    /// The words after it.
    pub(crate) words: Vec<String>,
    /// All after the first word, one pair of quotes around it taken off.
    pub(crate) rest: String,
}

/// Splits a line from RCON or the keyboard.
pub(crate) fn split_line(text: &str) -> Vec<String> {
    split(text, false)
}

/// Splits a cfg file. Bytes beyond ASCII end a command unless they are quoted.
pub(crate) fn split_file(text: &str) -> Vec<String> {
    split(text, true)
}

fn split(text: &str, ascii: bool) -> Vec<String> {
    let mut commands = Vec::new();
    for line in text.lines() {
        let mut command = String::new();
        let mut quoted = false;
        let mut chars = line.chars().peekable();
        while let Some(next) = chars.next() {
            match next {
                '"' => quoted = !quoted,
                '/' if !quoted && chars.peek() == Some(&'/') => break,
                ';' if !quoted => {
                    commands.push(std::mem::take(&mut command));
                    continue;
                }
                _ if ascii && !quoted && !next.is_ascii() => {
                    commands.push(std::mem::take(&mut command));
                    continue;
                }
                _ => {}
            }
            command.push(next);
        }
        commands.push(command);
    }
    commands.retain(|command| !command.trim().is_empty());
    commands
}

impl Command {
    /// Reads one command; `None` for blanks.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.trim();
        let name = next_word(&mut rest)?;
        let remainder = rest.trim();
        let mut words = Vec::new();
        while let Some(word) = next_word(&mut rest) {
            words.push(word);
        }
        Some(Self { name, words, rest: unquote(remainder) })
    }

    /// A word after the name, or nothing.
    pub(crate) fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", String::as_str)
    }
}

fn next_word(rest: &mut &str) -> Option<String> {
    let text = rest.trim_start();
    let (word, after) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None if text.is_empty() => return None,
        None => text.split_at(text.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(text.len())),
    };
    *rest = after;
    Some(word.to_owned())
}

fn unquote(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|inner| inner.split_once('"'));
    inner.map_or(text, |(inner, _)| inner).to_owned()
}
