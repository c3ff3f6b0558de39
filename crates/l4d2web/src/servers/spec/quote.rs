use std::fmt::Write as _;

/// A YAML scalar in double quotes that is read back as `text`, whatever is in it: only printable ASCII stands as it is. Double-quoted
/// scalars are the one kind in which every character can be escaped (YAML 1.1, 5.3).
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            ' '..='~' => quoted.push(c),
            _ => {
                let written = write!(quoted, "\\U{:08x}", u32::from(c));
                debug_assert!(written.is_ok(), "a String takes all that is written");
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::quote;

    proptest! {
        #[test]
        fn what_is_quoted_is_read_back(text in any::<String>()) {
            let read: String = serde_yaml::from_str(&quote(&text)).unwrap();
            prop_assert_eq!(read, text);
        }
    }

    #[test]
    fn nothing_but_printable_ascii_is_left() {
        let quoted = quote("a \"b\" \\ \u{85}\u{2028}\u{feff}ö\n\t🧟");
        assert!(quoted.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{quoted}");
    }
}
