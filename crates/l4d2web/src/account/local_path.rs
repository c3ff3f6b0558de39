use std::fmt;

/// The longest path that is taken, in bytes.
const LONGEST: usize = 2000;
/// How often a path may have been percent-encoded; one that is not plain after that is refused.
const ROUNDS: usize = 4;

/// Where a login may lead: a path of this panel with its query, never another site.
///
/// Browsers are lenient (a backslash is a slash, tabs and line ends vanish, RFC 3986 dots are resolved) and proxies decode, so that only a
/// path that means the same to all of them is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// Reads a path such as `/servers/7?tab=log`. Nothing else: no host, no user, no fragment, no empty or dotted segment in any encoding,
    /// only printable ASCII.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() <= LONGEST
            && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#' | b'"' | b'<' | b'>'));
        let path = text.split_once('?').map_or(text, |(path, _)| path);
        (plain && is_safe_in_every_encoding(path)).then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a path, and what it is after each round of decoding, is one of ours.
fn is_safe_in_every_encoding(path: &str) -> bool {
    let mut bytes = path.as_bytes().to_vec();
    for _ in 0..ROUNDS {
        if !is_safe(&bytes) {
            return false;
        }
        match decode(&bytes) {
            Some(decoded) if decoded == bytes => return true,
            Some(decoded) => bytes = decoded,
            None => return false,
        }
    }
    false
}

fn is_safe(path: &[u8]) -> bool {
    let Some(segments) = path.strip_prefix(b"/") else { return false };
    let strange = path.iter().any(|byte| byte.is_ascii_control() || matches!(byte, b'\\' | b'@' | b':'));
    let mut segments = segments.split(|byte| *byte == b'/').peekable();
    let mut dotted = false;
    while let Some(segment) = segments.next() {
        // The last one may be empty: `/`, `/servers/`.
        let last = segments.peek().is_none();
        dotted |= (segment.is_empty() && !last) || segment == b"." || segment == b"..";
    }
    !strange && !dotted
}

/// Takes one round of percent-encoding away; none when a `%` does not begin a byte.
fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        if *byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(*digit).to_digit(16));
            let value = digit()? * 16 + digit()?;
            decoded.push(u8::try_from(value).ok()?);
        } else {
            decoded.push(*byte);
        }
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use url::Url;

    use super::*;

    #[rstest]
    #[case("/")]
    #[case("/servers")]
    #[case("/servers/7")]
    #[case("/servers/7/")]
    #[case("/jobs?before=17&kind=start")]
    #[case("/servers/7/files?path=cfg%2Fserver.cfg")]
    #[case("/servers/7/files?path=a%252Fb&x=https://example.org")]
    #[case("/files/what%20ever")]
    fn a_path_of_ours(#[case] text: &str) {
        assert_eq!(LocalPath::parse(text).unwrap().as_str(), text);
    }

    #[rstest]
    #[case::nothing("")]
    #[case::relative("servers")]
    #[case::absolute("https://evil.example/")]
    #[case::absolute_capital("HTTPS://evil.example/")]
    #[case::one_slash("https:/evil.example")]
    #[case::no_slash("https:evil.example")]
    #[case::script("javascript:alert(1)")]
    #[case::data("data:text/html,x")]
    #[case::scheme_relative("//evil.example")]
    #[case::three_slashes("///evil.example")]
    #[case::inner_slashes("/servers//evil.example")]
    #[case::userinfo("//panel.test@evil.example/")]
    #[case::userinfo_absolute("https://panel.test@evil.example/")]
    #[case::userinfo_path("/@evil.example")]
    #[case::userinfo_password("//panel.test:x@evil.example")]
    #[case::backslash("/\\evil.example")]
    #[case::backslashes("\\\\evil.example")]
    #[case::slash_backslash_slash("/\\/evil.example")]
    #[case::backslash_later("/servers\\..\\evil")]
    #[case::encoded("/%2Fevil.example")]
    #[case::encoded_all("%2F%2Fevil.example")]
    #[case::encoded_backslash("/%5Cevil.example")]
    #[case::encoded_small("/%2fevil.example")]
    #[case::double_encoded("/%252Fevil.example")]
    #[case::double_encoded_backslash("/%255Cevil.example")]
    #[case::triple_encoded("/%25252Fevil.example")]
    #[case::encoded_too_often("/%252525252Fevil.example")]
    #[case::encoded_scheme("/%68ttps:%2F%2Fevil.example")]
    #[case::encoded_userinfo("/%40evil.example")]
    #[case::tab("/\t/evil.example")]
    #[case::line("/\n/evil.example")]
    #[case::return_("/\r\nSet-Cookie: a=b")]
    #[case::nul("/\0/evil.example")]
    #[case::leading_space(" //evil.example")]
    #[case::leading_control("\u{1}//evil.example")]
    #[case::delete("/\u{7f}/evil.example")]
    #[case::encoded_tab("/%09/evil.example")]
    #[case::encoded_line("/%0a/evil.example")]
    #[case::encoded_return("/servers%0d%0aSet-Cookie:%20a=b")]
    #[case::double_encoded_line("/%250a/evil.example")]
    #[case::encoded_nul("/%00")]
    #[case::dot("/.//evil.example")]
    #[case::dots("/..//evil.example")]
    #[case::encoded_dots("/%2e%2e//evil.example")]
    #[case::dots_alone("/servers/..")]
    #[case::cut_encoding("/servers%2")]
    #[case::no_encoding("/servers%zz")]
    #[case::fragment("/servers#//evil.example")]
    #[case::quote("/servers\"onload=x")]
    #[case::markup("/<script>")]
    #[case::wide_slash("/／evil.example")]
    #[case::dot_of_elsewhere("/。evil。example")]
    #[case::space("/ /evil.example")]
    fn not_a_path_of_ours(#[case] text: &str) {
        assert_eq!(LocalPath::parse(text), None);
    }

    #[test]
    fn an_endless_path_is_refused() {
        assert!(LocalPath::parse(&format!("/{}", "x".repeat(1999))).is_some());
        assert!(LocalPath::parse(&format!("/{}", "x".repeat(2000))).is_none());
    }

    /// Texts made of what such attacks are made of.
    fn hostile() -> impl Strategy<Value = String> {
        let pieces = prop::sample::select(vec![
            "/",
            "\\",
            "//",
            ".",
            "..",
            "%2f",
            "%2F",
            "%5c",
            "%252f",
            "%25",
            "%09",
            "%0a",
            "%00",
            "@",
            ":",
            "?",
            "#",
            "&",
            "=",
            "http:",
            "https://",
            "evil.example",
            "servers",
            "7",
            "\t",
            "\n",
            "\r",
            " ",
            "\0",
            "。",
            "／",
            "a",
            "%40",
            "%3a",
            "%2e",
        ]);
        prop::collection::vec(pieces, 0..10).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        /// A browser is asked: the same rules (WHATWG URL) as they implement, for the text and for what a proxy may decode it to.
        #[test]
        fn what_is_taken_stays_on_this_host(text in prop_oneof![hostile(), hostile().prop_map(|text| format!("/{text}")), "\\PC{0,30}"]) {
            let base = Url::parse("https://panel.test/login").unwrap();
            if let Some(path) = LocalPath::parse(&text) {
                prop_assert_eq!(path.as_str(), text.as_str());
                let mut spelling = text.split('?').next().unwrap_or_default().as_bytes().to_vec();
                for _ in 0..3 {
                    let target = base.join(&String::from_utf8_lossy(&spelling)).unwrap();
                    prop_assert_eq!(target.origin(), base.origin());
                    prop_assert!(!target.path().starts_with("//"), "{target}");
                    prop_assert!(target.username().is_empty() && target.password().is_none());
                    spelling = decode(&spelling).unwrap();
                }
            }
        }
    }
}
