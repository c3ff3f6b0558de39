//! Where something comes from: scheme, host and port.

use std::fmt;

use url::{Host, Url};

/// A scheme (`http` or `https`), a host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    https: bool,
    host: Host<String>,
    port: u16,
}

impl Origin {
    /// That of an address; none of one without a host, or of another scheme.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        Some(Self { https, host: url.host()?.to_owned(), port: url.port_or_known_default()? })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", if self.https { "https" } else { "http" }, self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/b?c", true)]
    #[case("http://127.0.0.1:8080/", "http://127.1:8080/", true)]
    #[case("http://127.0.0.1:8080/", "http://127.0.0.1:8081/", false)]
    #[case("http://127.0.0.1:8080/", "https://127.0.0.1:8080/", false)]
    #[case("http://127.0.0.1:8080/", "http://127.0.0.2:8080/", false)]
    #[case("https://mirror.example/", "https://MIRROR.example:443/", true)]
    #[case("https://mirror.example/", "https://mirror.example.org/", false)]
    fn origins_are_compared_whole(#[case] one: &str, #[case] other: &str, #[case] same: bool) {
        let origin = |text: &str| Origin::of(&Url::parse(text).unwrap()).unwrap();
        assert_eq!(origin(one) == origin(other), same);
    }

    #[test]
    fn a_file_has_none() {
        assert_eq!(Origin::of(&Url::parse("file:///etc/passwd").unwrap()), None);
        assert_eq!(Origin::of(&Url::parse("data:text/plain,hello").unwrap()), None);
    }
}
