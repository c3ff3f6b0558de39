/// The most characters of a name of a blueprint, a server or an overlay.
pub const NAME_MAX: usize = 128;

/// Parses a name that people give: free text of one line. White space at its ends is dropped.
///
/// # Errors
///
/// A sentence that says what would be taken.
pub fn parse_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() {
        return Err("It needs a name.".to_owned());
    }
    if name.chars().any(char::is_control) {
        return Err("A name is one line of text, without control characters.".to_owned());
    }
    let length = name.chars().count();
    if length > NAME_MAX {
        return Err(format!("This has {length} characters; a name has {NAME_MAX} at most."));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(" Friday Versus ", Ok("Friday Versus"))]
    #[case("<b>&\"'ünï 🧟", Ok("<b>&\"'ünï 🧟"))]
    #[case("  ", Err("It needs a name."))]
    #[case("a\nb", Err("A name is one line of text, without control characters."))]
    fn names(#[case] text: &str, #[case] expected: Result<&str, &str>) {
        assert_eq!(parse_name(text).as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn there_is_a_longest() {
        assert!(parse_name(&"ö".repeat(128)).is_ok());
        assert_eq!(parse_name(&"ö".repeat(129)).unwrap_err(), "This has 129 characters; a name has 128 at most.");
    }
}
