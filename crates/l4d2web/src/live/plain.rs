//! Lines that programs print, as text that is safe to show: without what a terminal would obey.

use std::borrow::Cow;

/// Longest line in characters; what is longer is cut, and says so.
const LONGEST: usize = 4096;
/// How much of a line is looked at, in bytes: as much as so many characters can have, four times.
const LOOKED_AT: usize = 16 * LONGEST;
/// What ends a string for the terminal: BEL or ST.
const ENDS: [&str; 3] = ["\u{7}", "\u{1b}\\", "\u{9c}"];
/// What stands at the end of a line that was cut.
const CUT: &str = " … (cut)";

/// The line without terminal escapes (ECMA-48), control characters and marks that turn the direction of writing, and not longer than
/// 4,096 characters. Tabs stay; a line break within becomes a blank.
#[must_use]
pub fn plain(line: &str) -> Cow<'_, str> {
    if line.len() <= LONGEST && !line.chars().any(is_odd) {
        return Cow::Borrowed(line);
    }
    if line.len() <= LOOKED_AT {
        return Cow::Owned(cleaned(line).0);
    }
    let (mut text, is_cut) = cleaned(&line[..line.floor_char_boundary(LOOKED_AT)]);
    if !is_cut {
        text.push_str(CUT);
    }
    Cow::Owned(text)
}

/// The text, and whether it was cut. Each character is looked at a few times at most, whatever stands in the line.
fn cleaned(line: &str) -> (String, bool) {
    let mut text = String::with_capacity(line.len().min(LONGEST));
    let (mut rest, mut length) = (line, 0);
    // Behind it no string for the terminal ends, so that no end is searched for.
    let last_end = ENDS.iter().filter_map(|end| line.rfind(end)).max().unwrap_or_default();
    while let Some(char) = rest.chars().next() {
        if is_odd(char) {
            let may_end = line.len() - rest.len() < last_end;
            rest = past(rest, char, may_end);
            if char == '\n' && !rest.is_empty() && length < LONGEST {
                text.push(' ');
                length += 1;
            }
            continue;
        }
        if length == LONGEST {
            text.push_str(CUT);
            return (text, true);
        }
        text.push(char);
        length += 1;
        rest = &rest[char.len_utf8()..];
    }
    (text, false)
}

/// What is never shown.
fn is_odd(char: char) -> bool {
    let turns = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    turns || (char.is_control() && char != '\t')
}

/// What follows an odd character, and the sequence that it begins.
fn past(text: &str, first: char, may_end: bool) -> &str {
    let rest = &text[first.len_utf8()..];
    match first {
        '\u{1b}' => match rest.chars().next() {
            Some('[') => past_csi(&rest[1..]),
            Some(']' | 'P' | 'X' | '^' | '_') if may_end => past_string(&rest[1..]),
            Some(' '..='/') => past_final(rest.trim_start_matches(|char| matches!(char, ' '..='/'))),
            Some('0'..='~') => &rest[1..],
            _ => rest,
        },
        '\u{9b}' => past_csi(rest),
        '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' if may_end => past_string(rest),
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
    let mut rest = text;
    while let Some(at) = rest.find(['\u{7}', '\u{1b}', '\u{9c}']) {
        rest = &rest[at..];
        if let Some(behind) = ENDS.iter().find_map(|end| rest.strip_prefix(end)) {
            return behind;
        }
        rest = &rest[1..];
    }
    text
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
    #[case("\u{1b}]a\u{7}\u{1b}]never ends", "never ends")]
    #[case("\u{1b}]a\u{1b}[0mb\u{1b}\\c", "c")]
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

    /// A reader that searches from each beginning to the end of the line would look at thousands of millions of characters for each.
    #[rstest]
    fn a_line_is_gone_through_once(
        #[values("\u{1b}]", "\u{1b}P", "\u{1b}X", "\u{1b}^", "\u{1b}_", "\u{90}", "\u{9d}", "\u{9f}", "\u{1b}[", "\n")]
        begin: &str,
    ) {
        for (end, last) in ["", "\u{7}", "\u{1b}"].into_iter().flat_map(|end| [(end, ""), (end, "\u{7}")]) {
            let one = format!("{begin}{end}");
            let line = one.repeat((1 << 18) / one.len()) + last;
            assert!(cleaned(&line).0.len() < 2 * LONGEST);
            assert!(plain(&line).len() < 2 * LONGEST);
        }
        let most = begin.repeat((1 << 20) / begin.len());
        assert!(plain(&most).len() < 2 * LONGEST);
    }

    #[test]
    fn what_is_too_long_to_look_at_says_so() {
        let line = "\u{1b}[0m".repeat(LOOKED_AT) + "unseen";
        assert_eq!(plain(&line), CUT);
        assert_eq!(plain(&"\nx".repeat(LONGEST)).chars().count(), LONGEST + CUT.chars().count());
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
