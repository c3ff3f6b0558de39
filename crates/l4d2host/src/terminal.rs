//! What foreign text may do to a terminal: nothing. Players choose what the console prints, scripts choose file names.

use std::borrow::Cow;

/// The text with every character escaped (as in `\u{1b}`) that a terminal would obey, or that changes the order in which
/// it shows others; tabs and line ends too unless they are in `keep`.
#[must_use]
pub fn escape<'a>(text: &'a str, keep: &[char]) -> Cow<'a, str> {
    let obeyed = |c: char| (c.is_control() && !keep.contains(&c)) || is_reordering(c);
    if !text.contains(obeyed) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if obeyed(c) { escaped.extend(c.escape_default()) } else { escaped.push(c) }
    }
    Cow::Owned(escaped)
}

/// Marks of bidirectional text, and the separators of lines and paragraphs.
fn is_reordering(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain ünï \u{1f9df}", "plain ünï \u{1f9df}")]
    #[case("\u{1b}]0;title\u{7}", r"\u{1b}]0;title\u{7}")]
    #[case("a\rb\u{9b}2J", r"a\rb\u{9b}2J")]
    #[case("a\tb\nc", "a\tb\\nc")]
    #[case("\u{202e}gpj.exe", r"\u{202e}gpj.exe")]
    fn escapes(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(escape(text, &['\t']), expected);
    }

    proptest! {
        #[test]
        fn nothing_that_controls_is_left(text in any::<String>()) {
            prop_assert!(!escape(&text, &[]).chars().any(char::is_control));
        }
    }
}
