use crate::blueprints::NAME_MAX;

/// Parses what the game shows as a server's name; nothing for the name itself.
///
/// # Errors
///
/// A sentence that says what would be taken.
pub fn parse_hostname(text: &str) -> Result<String, String> {
    let hostname = text.trim();
    if hostname.chars().any(char::is_control) {
        return Err("A hostname is one line of text, without control characters.".to_owned());
    }
    if hostname.contains('"') {
        return Err("A hostname cannot have a quote mark (\") in it: the game's settings know no way to write it. Use ’ or ” instead.".to_owned());
    }
    let length = hostname.chars().count();
    if length > NAME_MAX {
        return Err(format!("This has {length} characters; a hostname has {NAME_MAX} at most."));
    }
    Ok(hostname.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", Ok(""))]
    #[case(" Left 4 Beer | EU ", Ok("Left 4 Beer | EU"))]
    #[case("a\u{7}b", Err("A hostname is one line of text, without control characters."))]
    #[case(
        "a\"; quit; \"",
        Err(
            "A hostname cannot have a quote mark (\") in it: the game's settings know no way to write it. Use ’ or ” instead."
        )
    )]
    fn hostnames(#[case] text: &str, #[case] expected: Result<&str, &str>) {
        assert_eq!(parse_hostname(text).as_deref().map_err(String::as_str), expected);
    }
}
