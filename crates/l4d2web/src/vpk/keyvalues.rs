//! `KeyValues`, the game's format of settings: keys with values or with blocks of the same.

/// How deep blocks may lie within one another, and how many keys there may be.
const DEPTH_MAX: usize = 16;
const KEYS_MAX: usize = 20_000;

/// What stands behind a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Block(Block),
}

/// Keys with what stands behind them, in their order; a key may come more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block(pub(super) Vec<(String, Value)>);

impl Block {
    /// The first block behind a key, in whatever case.
    pub(super) fn block(&self, key: &str) -> Option<&Self> {
        self.blocks().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, block)| block)
    }

    /// The first text behind a key, in whatever case.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.0.iter().find_map(|(name, value)| match value {
            Value::Text(text) if name.eq_ignore_ascii_case(key) => Some(text.as_str()),
            _ => None,
        })
    }

    /// All blocks.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.0.iter().filter_map(|(name, value)| match value {
            Value::Block(block) => Some((name.as_str(), block)),
            Value::Text(_) => None,
        })
    }

    /// Reads a text as the game does: to its end or to the first thing that makes no sense, whichever comes first. None when there is more
    /// in it than is read.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut tokens = Tokens { rest: text };
        let (mut open, mut current, mut key): (Vec<(Self, String)>, Self, Option<String>) =
            (Vec::new(), Self::default(), None);
        let mut keys = 0;
        while let Some(token) = tokens.next() {
            match (token, key.take()) {
                (Token::Text(name), None) => key = Some(name),
                (Token::Text(value), Some(name)) => current.0.push((name, Value::Text(value))),
                (Token::Open, Some(name)) => {
                    if open.len() == DEPTH_MAX {
                        return None;
                    }
                    open.push((std::mem::take(&mut current), name));
                }
                (Token::Close, None) => match open.pop() {
                    Some((outer, name)) => {
                        let inner = std::mem::replace(&mut current, outer);
                        current.0.push((name, Value::Block(inner)));
                    }
                    None => break,
                },
                (Token::Open, None) | (Token::Close, Some(_)) => break,
            }
            keys += 1;
            if keys > KEYS_MAX * 2 {
                return None;
            }
        }
        while let Some((outer, name)) = open.pop() {
            let inner = std::mem::replace(&mut current, outer);
            current.0.push((name, Value::Block(inner)));
        }
        Some(current)
    }
}

enum Token {
    Open,
    Close,
    Text(String),
}

struct Tokens<'a> {
    rest: &'a str,
}

impl Tokens<'_> {
    fn next(&mut self) -> Option<Token> {
        loop {
            self.rest = self.rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter.is_control());
            match self.rest.chars().next()? {
                '/' if self.rest.starts_with("//") => {
                    self.rest = self.rest.find('\n').map_or("", |end| &self.rest[end..]);
                }
                // A condition such as [$X360] concerns other machines.
                '[' => self.rest = self.rest.find([']', '\n']).map_or("", |end| &self.rest[end + 1..]),
                '{' => return Some(self.take(1, Token::Open)),
                '}' => return Some(self.take(1, Token::Close)),
                '"' => {
                    let body = &self.rest[1..];
                    let end = body.find('"').unwrap_or(body.len());
                    let text = body[..end].to_owned();
                    return Some(self.take((end + 2).min(self.rest.len()), Token::Text(text)));
                }
                _ => {
                    let ends = |letter: char| letter.is_whitespace() || matches!(letter, '{' | '}' | '"');
                    let end = self.rest.find(ends).unwrap_or(self.rest.len());
                    return Some(self.take(end, Token::Text(self.rest[..end].to_owned())));
                }
            }
        }
    }

    fn take(&mut self, length: usize, token: Token) -> Token {
        self.rest = &self.rest[length..];
        token
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blocks_comments_and_conditions_are_read() {
        let block =
            Block::parse("// first\n\"mission\"\n{\n Name \"A \\ B\" [$WIN32]\n modes { COOP { 1 { map a_1 } } }\n}\n")
                .unwrap();
        let mission = block.block("Mission").unwrap();
        assert_eq!(mission.text("name"), Some("A \\ B"));
        let chapter =
            mission.block("modes").and_then(|modes| modes.block("coop")).and_then(|coop| coop.block("1")).unwrap();
        assert_eq!(chapter.text("Map"), Some("a_1"));
    }

    #[test]
    fn what_is_cut_off_is_read_as_far_as_it_goes() {
        let block = Block::parse("a { b c\n d \"e").unwrap();
        assert_eq!(block.block("a").unwrap().text("d"), Some("e"));
        assert_eq!(Block::parse("a b } c d").unwrap().text("c"), None);
    }

    #[test]
    fn there_is_an_end_to_depth_and_number() {
        assert_eq!(Block::parse(&"a {".repeat(DEPTH_MAX + 1)), None);
        assert!(Block::parse(&"a {".repeat(DEPTH_MAX)).is_some());
        assert_eq!(Block::parse(&"a b ".repeat(KEYS_MAX + 1)), None);
    }

    fn written(block: &Block) -> String {
        let one = |(key, value): &(String, Value)| match value {
            Value::Text(text) => format!("\"{key}\" \"{text}\"\n"),
            Value::Block(block) => format!("\"{key}\" {{\n{}}}\n", written(block)),
        };
        block.0.iter().map(one).collect()
    }

    fn any_block() -> impl Strategy<Value = Block> {
        let word = "[^\"\\pC]{0,8}";
        let flat = proptest::collection::vec((word, word.prop_map(Value::Text)), 0..4).prop_map(Block);
        flat.prop_recursive(4, 32, 4, move |inner| {
            let value = prop_oneof![word.prop_map(Value::Text), inner.prop_map(Value::Block)];
            proptest::collection::vec((word, value), 0..4).prop_map(Block)
        })
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "[a\"{}\\[\\]/ \n\\PC]*") {
            let _ = Block::parse(&text);
        }

        #[test]
        fn what_was_written_is_read(block in any_block()) {
            prop_assert_eq!(Block::parse(&written(&block)), Some(block));
        }
    }
}
