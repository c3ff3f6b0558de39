//! Words that a game or an add-on has written.

/// The same in one line, with a mark in the place of each character that has no look of its own and changes the look of others: those that control,
/// and those that turn the direction of writing.
#[must_use]
pub fn foreign(text: &str) -> String {
    let disturbs = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().map(|letter| if disturbs(letter) { '\u{fffd}' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_the_look_of_others_is_marked() {
        assert_eq!(foreign("Suicide Blitz 2 ❤ <b>"), "Suicide Blitz 2 ❤ <b>");
        assert_eq!(foreign("a\u{202e}b\u{1b}[2J\n"), "a\u{fffd}b\u{fffd}[2J\u{fffd}");
    }
}
