//! Lines that programs print, as text that is safe to show: without what a terminal would obey.

use std::borrow::Cow;

/// Longest line in characters; what is longer is cut, and says so.
const LONGEST: usize = 4096;
/// What stands at the end of a line that was cut.
const CUT: &str = " … (cut)";

/// The line without terminal escapes (ECMA-48), control characters and marks that turn the direction of writing, and not longer than
/// 4,096 characters. Tabs stay; a line break within becomes a blank.
#[must_use]
pub fn plain(line: &str) -> Cow<'_, str> {
    if line.len() <= LONGEST && !line.chars().any(is_odd) {
        return Cow::Borrowed(line);
    }
    let mut text = String::with_capacity(line.len().min(LONGEST));
    let (mut rest, mut length) = (line, 0);
    while let Some(char) = rest.chars().next() {
        if is_odd(char) {
            rest = past(rest, char);
            if char == '\n' && !rest.is_empty() {
                text.push(' ');
                length += 1;
            }
            continue;
        }
        if length == LONGEST {
            text.push_str(CUT);
            break;
        }
        text.push(char);
        length += 1;
        rest = &rest[char.len_utf8()..];
    }
    Cow::Owned(text)
}

/// What is never shown.
fn is_odd(char: char) -> bool {
    let turns = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    turns || (char.is_control() && char != '\t')
}

/// What follows an odd character, and the sequence that it begins.
fn past(text: &str, first: char) -> &str {
    let rest = &text[first.len_utf8()..];
    match first {
        '\u{1b}' => match rest.chars().next() {
            Some('[') => past_csi(&rest[1..]),
            Some(']' | 'P' | 'X' | '^' | '_') => past_string(&rest[1..]),
            Some(' '..='/') => past_final(rest.trim_start_matches(|char| matches!(char, ' '..='/'))),
            Some('0'..='~') => &rest[1..],
            _ => rest,
        },
        '\u{9b}' => past_csi(rest),
        '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => past_string(rest),
        _ => rest,
    }
}

/// Parameters, intermediates, one final character.
fn past_csi(text: &str) -> &str {
    past_final(
        text.trim_start_matches(|char| matches!(char, '0'..='?')).trim_start_matches(|char| matches!(char, ' '..='/')),
    )
}

fn past_final(text: &str) -> &str {
    text.strip_prefix(|char| matches!(char, '0'..='~')).unwrap_or(text)
}

/// Up to the end of a string for the terminal (BEL or ST). One that does not end hides nothing: only its beginning goes.
fn past_string(text: &str) -> &str {
    let ends = [("\u{7}", 1), ("\u{1b}\\", 2), ("\u{9c}", 2)];
    let end = ends.iter().filter_map(|(end, length)| text.find(end).map(|at| at + length)).min();
    end.map_or(text, |end| &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain text\twith a tab", "plain text\twith a tab")]
    #[case("\u{1b}[2J\u{fffd}owned", "\u{fffd}owned")]
    #[case("\u{1b}[1;31mred\u{1b}[0m", "red")]
    #[case("\u{1b}[38:2::1:2:3 qx", "x")]
    #[case("\u{9b}31mred", "red")]
    #[case("\u{1b}]0;a title\u{7}text", "text")]
    #[case("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link")]
    #[case("\u{1b}]52;c;aGk=", "52;c;aGk=")]
    #[case("\u{1b}Pq#0\u{9c}after", "after")]
    #[case("\u{1b}(Bx\u{1b}7y\u{1b}", "xy")]
    #[case("\u{1b}é", "é")]
    #[case("a\rb\u{8}c\u{7f}d\u{0}e", "abcde")]
    #[case("two\nlines\n", "two lines")]
    #[case("safe\u{202e}gpj.exe\u{2066}", "safegpj.exe")]
    fn what_a_terminal_would_obey_goes(#[case] line: &str, #[case] text: &str) {
        assert_eq!(plain(line), text);
    }

    #[test]
    fn a_long_line_is_cut_and_says_so() {
        let fits = "ü".repeat(LONGEST);
        assert_eq!(plain(&fits), fits.as_str());
        assert_eq!(plain(&format!("{fits}x")), format!("{fits}{CUT}"));
    }

    proptest! {
        #[test]
        fn no_line_keeps_anything_odd(line in "[\\x00-\\x{a0}\\[\\]0-9mP\\\\\u{202e}]{0,60}") {
            let text = plain(&line).into_owned();
            prop_assert!(!text.chars().any(is_odd));
            prop_assert_eq!(plain(&text), text.as_str());
        }
    }
}
