//! The text of a script overlay, as people type it.

/// The longest script, in bytes.
pub const SCRIPT_MAX: usize = 256 * 1024;

/// Parses a script: the line ends of a file, one of them at the end. Empty text is none, which a build refuses.
///
/// # Errors
///
/// A sentence that says what would be taken.
pub fn parse_script(text: &str) -> Result<String, String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim_end_matches('\n');
    if text.len() > SCRIPT_MAX {
        let over = text.len() - SCRIPT_MAX;
        return Err(format!(
            "The script is {over} bytes too long: it has {SCRIPT_MAX} at most. Let it fetch what is large."
        ));
    }
    if text.contains('\0') {
        return Err("The script holds a NUL character, which bash does not take. Take it out.".to_owned());
    }
    Ok(if text.trim().is_empty() { String::new() } else { format!("{text}\n") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("echo a\r\necho b\r\n\r\n", "echo a\necho b\n")]
    #[case("echo a\recho b", "echo a\necho b\n")]
    #[case("  \n\r\n", "")]
    #[case("\n  echo a # ü\n", "\n  echo a # ü\n")]
    fn line_ends_are_those_of_a_file(#[case] typed: &str, #[case] kept: &str) {
        assert_eq!(parse_script(typed).as_deref(), Ok(kept));
    }

    #[test]
    fn there_is_a_longest() {
        assert!(parse_script(&"a".repeat(SCRIPT_MAX)).is_ok());
        let error = parse_script(&"a".repeat(SCRIPT_MAX + 2)).unwrap_err();
        assert_eq!(error, "The script is 2 bytes too long: it has 262144 at most. Let it fetch what is large.");
        assert!(parse_script("a\0b").unwrap_err().contains("NUL"));
    }
}
