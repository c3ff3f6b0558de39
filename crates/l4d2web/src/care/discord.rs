//! Text as Discord shows it: as it was, whatever is in it. Pure.

/// The longest message that Discord takes, in characters.
const LONGEST: usize = 2000;

/// Text with which nothing is done: no markup, no mention, no link, no emoji, no second line.
pub(super) fn harmless(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if disturbs(letter) {
            safe.push('\u{fffd}');
            continue;
        }
        // Discord shows what follows a backslash as it is, whatever mark of ASCII that is.
        if letter.is_ascii_punctuation() && !matches!(letter, '.' | ',' | '\'' | '"' | '!' | '?' | '%' | ';') {
            safe.push('\\');
        }
        safe.push(letter);
    }
    safe
}

/// What ends a line, talks to a terminal, or changes the direction or the look of what follows.
pub(super) fn disturbs(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// The body of a call: a message that pings nobody and shows no previews.
pub(super) fn message(text: &str) -> String {
    let mut text: String = text.to_owned();
    if text.chars().count() > LONGEST {
        text = text.chars().take(LONGEST - 1).collect();
        // A backslash that has lost what it stands before would be shown.
        let single = text.chars().rev().take_while(|letter| *letter == '\\').count() % 2 == 1;
        if single {
            text.pop();
        }
        text.push('…');
    }
    // The flag 4 leaves out previews of what a link in it might show.
    serde_json::json!({ "content": text, "allowed_mentions": { "parse": [] }, "flags": 4 }).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Friday Versus", "Friday Versus")]
    #[case("**bold** _x_ ~~y~~", r"\*\*bold\*\* \_x\_ \~\~y\~\~")]
    #[case("@everyone <@123> <#1>", r"\@everyone \<\@123\> \<\#1\>")]
    #[case("`code` ||spoiler||", r"\`code\` \|\|spoiler\|\|")]
    #[case("[x](https://bad.example)", r"\[x\]\(https\:\/\/bad.example\)")]
    #[case(":skull:", r"\:skull\:")]
    #[case("a\nb\r\0\u{1b}[31m", "a\u{fffd}b\u{fffd}\u{fffd}\u{fffd}\\[31m")]
    #[case("\u{202e}gnp", "\u{fffd}gnp")]
    #[case("\\", r"\\")]
    fn names_are_only_text(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(harmless(text), expected);
    }

    proptest! {
        /// What Discord shows is what there was: it takes the backslashes away again.
        #[test]
        fn nothing_is_lost(text in "\\PC{0,60}") {
            let safe = harmless(&text);
            let mut shown = String::new();
            let mut letters = safe.chars();
            while let Some(letter) = letters.next() {
                shown.push(if letter == '\\' { letters.next().unwrap() } else { letter });
            }
            let plain: String = text.chars().map(|letter| if disturbs(letter) { '\u{fffd}' } else { letter }).collect();
            prop_assert_eq!(shown, plain);
        }

        #[test]
        fn a_message_has_its_length_and_pings_nobody(text in "[\\\\a@]{1990,2100}") {
            let body: serde_json::Value = serde_json::from_str(&message(&harmless(&text))).unwrap();
            prop_assert!(body["content"].as_str().unwrap().chars().count() <= LONGEST);
            prop_assert_eq!(&body["allowed_mentions"]["parse"], &serde_json::json!([]));
        }
    }
}
