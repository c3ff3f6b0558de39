//! A download: what its name is, and that no browser shows it as a page of this panel.

use axum::http::header::{self, HeaderName};

/// The headers of a download that is saved as `name`, with the fallback of RFC 6266 for those who do not read RFC 8187.
#[must_use]
pub(super) fn attachment(name: &str, media_type: &'static str) -> [(HeaderName, String); 3] {
    [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition(name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ]
}

fn disposition(name: &str) -> String {
    let plain = |char: char| char.is_ascii_graphic() && !matches!(char, '"' | '\\' | '%' | '/');
    let fallback: String = name.chars().map(|char| if plain(char) || char == ' ' { char } else { '_' }).collect();
    // attr-char of RFC 8187, section 3.2.1.
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
    let extended: String = name
        .bytes()
        .map(|byte| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{extended}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("server.cfg", "attachment; filename=\"server.cfg\"; filename*=UTF-8''server.cfg")]
    #[case("a b.txt", "attachment; filename=\"a b.txt\"; filename*=UTF-8''a%20b.txt")]
    #[case("\"; x=\\.txt", "attachment; filename=\"_; x=_.txt\"; filename*=UTF-8''%22%3B%20x%3D%5C.txt")]
    #[case("ünï.txt", "attachment; filename=\"_n_.txt\"; filename*=UTF-8''%C3%BCn%C3%AF.txt")]
    #[case(
        "a\r\nSet-Cookie: x",
        "attachment; filename=\"a__Set-Cookie: x\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x"
    )]
    fn names(#[case] name: &str, #[case] value: &str) {
        assert_eq!(disposition(name), value);
    }

    proptest! {
        #[test]
        fn any_name_makes_one_header(name in any::<String>()) {
            let value = disposition(&name);
            prop_assert!(axum::http::HeaderValue::from_str(&value).is_ok());
            prop_assert_eq!(value.matches('"').count(), 2);
        }
    }
}
