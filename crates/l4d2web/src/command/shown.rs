use std::fmt::Write as _;

/// A reply as it is shown: control characters, marks that turn the direction of writing, and what a terminal would obey stand there as pictures of
/// themselves, so that they are seen and do nothing. Lines and tabs stay.
#[must_use]
pub fn shown(reply: &str) -> String {
    let reply = reply.replace("\r\n", "\n");
    let mut text = String::with_capacity(reply.len());
    for letter in reply.trim_end_matches(['\n', '\0']).chars() {
        match letter {
            '\n' | '\t' => text.push(letter),
            '\0'..='\x1f' => text.push(char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}')),
            '\x7f' => text.push('␡'),
            _ if letter.is_control() || turns(letter) => {
                // Writing into a string does not fail.
                let _ = write!(text, "⟨U+{:04X}⟩", u32::from(letter));
            }
            _ => text.push(letter),
        }
    }
    text
}

fn turns(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a\r\nb\tc\n\n", "a\nb\tc")]
    #[case("\x1b[31mred\x07", "␛[31mred␇")]
    #[case("a\0b\rc\x7f", "a␀b␍c␡")]
    #[case("x\u{202e}y\u{9b}z", "x⟨U+202E⟩y⟨U+009B⟩z")]
    fn what_is_unseen_is_seen(#[case] reply: &str, #[case] text: &str) {
        assert_eq!(shown(reply), text);
    }

    proptest! {
        #[test]
        fn nothing_is_left_that_acts(reply in any::<String>()) {
            let text = shown(&reply);
            prop_assert!(!text.chars().any(|letter| turns(letter) || (letter.is_control() && !matches!(letter, '\n' | '\t'))));
        }
    }
}
