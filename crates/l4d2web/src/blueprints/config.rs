/// The most bytes of a config, so that a spec is never longer than what `l4d2ctl` reads.
pub const CONFIG_MAX: usize = 40 * 1024;

/// The lines of a config.
#[must_use]
pub fn lines(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    text.split('\n').map(str::to_owned).collect()
}

/// Checks lines of `server.cfg`.
///
/// # Errors
///
/// Sentences for the first line that cannot be taken: which, why, and what would be taken.
pub fn check_config(text: &str) -> Result<(), String> {
    if text.len() > CONFIG_MAX {
        return Err(format!(
            "These are {} bytes; {CONFIG_MAX} are taken. Put what is long into an overlay, and run it with “exec”.",
            text.len()
        ));
    }
    let bad = |line: &str| line.chars().any(|c| c.is_control() && c != '\t');
    match text.split('\n').position(bad) {
        Some(index) => {
            Err(format!("Line {}: it has a control character in it. Type it anew, with spaces or tabs.", index + 1))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", None)]
    #[case("mp_gamemode versus\n\n// \"quoted\"\ta tab", None)]
    #[case("a\nb\u{1b}[0m", Some("Line 2: it has a control character in it. Type it anew, with spaces or tabs."))]
    #[case("a\rb", Some("Line 1: it has a control character in it. Type it anew, with spaces or tabs."))]
    fn a_refusal_names_its_line(#[case] text: &str, #[case] refusal: Option<&str>) {
        assert_eq!(check_config(text).err().as_deref(), refusal);
    }

    #[test]
    fn there_is_a_longest() {
        assert!(check_config(&"a".repeat(CONFIG_MAX)).is_ok());
        assert!(check_config(&"a".repeat(CONFIG_MAX + 1)).unwrap_err().contains("40960 are taken"));
    }

    #[test]
    fn no_text_is_no_line() {
        assert!(lines("").is_empty());
        assert_eq!(lines("a\n\nb"), ["a", "", "b"]);
    }
}
