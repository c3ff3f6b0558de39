//! Valve's `KeyValues` text, as far as an app manifest needs it. Pure, and bounded: the file comes from foreign code.

/// Deepest block.
const DEPTH_MAX: usize = 32;

/// Why a text is not `KeyValues`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not KeyValues: expected pairs of a quoted key and a quoted value or a block in braces, at most 32 deep")]
pub struct KeyValuesError;

/// A block: keys in their order, with what belongs to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    entries: Vec<(String, Value)>,
}

/// What belongs to a key.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    Block(Block),
}

enum Token {
    Text(String),
    Open,
    Close,
}

impl Block {
    /// Parses a whole text.
    ///
    /// # Errors
    /// [`KeyValuesError`] for anything else than pairs, and for blocks that are too deep.
    pub fn parse(text: &str) -> Result<Self, KeyValuesError> {
        let mut rest = text.trim_start_matches('\u{feff}');
        let block = block(&mut rest, 0)?;
        if rest.is_empty() { Ok(block) } else { Err(KeyValuesError) }
    }

    /// Parses the first pair of a text, whatever comes after it.
    ///
    /// # Errors
    /// As [`Block::parse`].
    pub fn parse_first(text: &str) -> Result<Self, KeyValuesError> {
        let mut rest = text;
        let (Some(Token::Text(key)), Some(Token::Open)) = (token(&mut rest)?, token(&mut rest)?) else {
            return Err(KeyValuesError);
        };
        Ok(Self { entries: vec![(key, Value::Block(block(&mut rest, 1)?))] })
    }

    /// The value at a path of keys, the first of each name; Valve ignores the case of keys.
    #[must_use]
    pub fn get(&self, path: &[&str]) -> Option<&str> {
        let (key, below) = path.split_first()?;
        let mut found = self.entries.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
        match (&found.next()?.1, below.is_empty()) {
            (Value::Text(text), true) => Some(text),
            (Value::Block(block), false) => block.get(below),
            _ => None,
        }
    }
}

/// Reads pairs up to the end of the text, or to the brace that closes the block.
fn block(rest: &mut &str, depth: usize) -> Result<Block, KeyValuesError> {
    if depth > DEPTH_MAX {
        return Err(KeyValuesError);
    }
    let mut entries = Vec::new();
    loop {
        let key = match token(rest)? {
            None if depth == 0 => return Ok(Block { entries }),
            Some(Token::Close) if depth > 0 => return Ok(Block { entries }),
            Some(Token::Text(key)) => key,
            _ => return Err(KeyValuesError),
        };
        let value = match token(rest)? {
            Some(Token::Text(text)) => Value::Text(text),
            Some(Token::Open) => Value::Block(block(rest, depth + 1)?),
            _ => return Err(KeyValuesError),
        };
        entries.push((key, value));
    }
}

fn token(rest: &mut &str) -> Result<Option<Token>, KeyValuesError> {
    loop {
        *rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("//") {
            *rest = comment.split_once('\n').map_or("", |(_, after)| after);
        } else if let Some(condition) = rest.strip_prefix('[') {
            // `[$WIN32]` after a value: which platform it is for.
            *rest = condition.split_once(']').ok_or(KeyValuesError)?.1;
        } else {
            break;
        }
    }
    let Some(first) = rest.chars().next() else { return Ok(None) };
    let (token, after) = match first {
        '{' => (Token::Open, &rest[1..]),
        '}' => (Token::Close, &rest[1..]),
        '"' => quoted(&rest[1..])?,
        _ => {
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | '"')).unwrap_or(rest.len());
            (Token::Text(rest[..end].to_owned()), &rest[end..])
        }
    };
    *rest = after;
    Ok(Some(token))
}

/// The rest of a quoted text, and what comes after it.
fn quoted(text: &str) -> Result<(Token, &str), KeyValuesError> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((Token::Text(value), &text[at + 1..])),
            '\\' => match chars.next().ok_or(KeyValuesError)?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    Err(KeyValuesError)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    const MANIFEST: &str = "\"AppState\"\n{\n\t\"appid\"\t\t\"222860\"\n\t\"name\"\t\"a \\\"b\\\"\\\\c\"\n\
        \t\"StateFlags\"\t\"4\"\n\t\"buildid\"\t\t\"19876543\" // the build\n\t\"InstalledDepots\"\n\t{\n\t\t\"222861\"\n\
        \t\t{\n\t\t\t\"manifest\"\t\"1\"\n\t\t}\n\t}\n\tbare value [$WIN32]\n}\n";

    #[rstest]
    #[case(&["AppState", "buildid"], Some("19876543"))]
    #[case(&["appstate", "BUILDID"], Some("19876543"))]
    #[case(&["AppState", "name"], Some("a \"b\"\\c"))]
    #[case(&["AppState", "InstalledDepots", "222861", "manifest"], Some("1"))]
    #[case(&["AppState", "bare"], Some("value"))]
    #[case(&["AppState", "InstalledDepots"], None)]
    #[case(&["AppState", "appid", "below"], None)]
    #[case(&["buildid"], None)]
    #[case(&[], None)]
    fn values_are_found(#[case] path: &[&str], #[case] expected: Option<&str>) {
        assert_eq!(Block::parse(MANIFEST).unwrap().get(path), expected);
    }

    #[rstest]
    #[case("\"a\"")]
    #[case("\"a\" \"b")]
    #[case("\"a\" { \"b\" \"c\"")]
    #[case("}")]
    #[case("{ }")]
    #[case("a b }")]
    #[case("a [")]
    #[case("a \"b\\")]
    fn other_texts_are_refused(#[case] text: &str) {
        assert_eq!(Block::parse(text), Err(KeyValuesError));
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth| "a { ".repeat(depth) + &"} ".repeat(depth);
        assert!(Block::parse(&nested(DEPTH_MAX)).is_ok());
        assert!(Block::parse(&nested(DEPTH_MAX + 1)).is_err());
        assert!(Block::parse(&"a{".repeat(100_000)).is_err());
    }

    fn render(block: &Block) -> String {
        let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let value = |value: &Value| match value {
            Value::Text(text) => quote(text),
            Value::Block(block) => format!("{{\n{}}}", render(block)),
        };
        block.entries.iter().flat_map(|(key, below)| [quote(key), value(below)]).collect::<Vec<_>>().join("\n")
    }

    fn blocks() -> impl Strategy<Value = Block> {
        let leaf = any::<String>().prop_map(Value::Text);
        let values = leaf.prop_recursive(4, 32, 4, |inner| {
            prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|entries| Value::Block(Block { entries }))
        });
        prop::collection::vec((any::<String>(), values), 0..4).prop_map(|entries| Block { entries })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(block in blocks()) {
            prop_assert_eq!(Block::parse(&render(&block)), Ok(block));
        }

        #[test]
        fn nothing_panics(text: String, noise in "[a{}\"\\\\\\[\\]/ \n]{0,60}") {
            let _ = (Block::parse(&text), Block::parse(&noise));
        }
    }
}
