//! Addresses of webhooks: who knows one can write there, so that they are shown cut and never logged.

use url::Url;

use crate::fetch::Origin;

/// The longest one, in bytes.
const LONGEST: usize = 2000;

/// Takes the address of a webhook: https, or an address at the origin that the operator has named.
///
/// # Errors
///
/// What would be taken, in a sentence that does not hold it.
pub fn parse_url(text: &str, trusted: Option<&Url>) -> Result<String, String> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(format!("That address is too long: up to {LONGEST} characters are taken."));
    }
    let refused =
        || "That is no address of a webhook. One that begins with https:// is taken, as the other side gives it out.";
    let url = Url::parse(text).ok().filter(Url::has_host).ok_or_else(refused)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("An address with a name or a password in it is not called. Use one without.".to_owned());
    }
    let named = trusted.and_then(Origin::of);
    if named.is_some() && Origin::of(&url) == named {
        return Ok(url.into());
    }
    if url.scheme() != "https" {
        return Err(refused().to_owned());
    }
    if url.port().is_some() {
        return Err("Only port 443 is called. Leave the port out.".to_owned());
    }
    Ok(url.into())
}

/// What is shown of one: whom it leads to, and enough of its end to tell two apart.
#[must_use]
pub fn cut(url: &str) -> String {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let end: Vec<char> = url.chars().rev().take(4).collect();
    format!("{host}/…{}", end.into_iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://discord.com/api/webhooks/1/secret", true)]
    #[case(" https://discord.com/api/webhooks/1/secret ", true)]
    #[case("http://chat.lan:8065/hooks/x", true)]
    #[case("http://chat.lan/hooks/x", false)]
    #[case("http://discord.com/secret", false)]
    #[case("https://user:secret@discord.com/", false)]
    #[case("https://discord.com:8443/secret", false)]
    #[case("javascript:secret", false)]
    #[case("secret", false)]
    #[case("", false)]
    fn addresses_are_judged(#[case] text: &str, #[case] taken: bool) {
        let trusted = Url::parse("http://chat.lan:8065").unwrap();
        let parsed = parse_url(text, Some(&trusted));
        assert_eq!(parsed.is_ok(), taken, "{parsed:?}");
        assert!(parsed.err().is_none_or(|error| !error.contains("secret")));
    }

    #[test]
    fn little_of_one_is_shown() {
        assert_eq!(cut("https://discord.com/api/webhooks/123/abcdefgh"), "discord.com/…efgh");
    }
}
