//! One address on the way to a file, judged before anybody is called.

use std::net::IpAddr;

use url::{Host, Url};

use super::{FetchError, Origin, is_public};

/// The only port that is called where the operator has not named another.
const PORT: u16 = 443;

/// An address that may be called.
#[derive(Debug, Clone)]
pub(super) struct Hop {
    pub(super) url: Url,
    /// Whether the operator has named its origin, so that it may be anywhere.
    pub(super) trusted: bool,
}

impl Hop {
    /// The first hop.
    pub(super) fn first(text: &str, trusted: &[Origin]) -> Result<Self, FetchError> {
        let url =
            Url::parse(text.trim()).map_err(|error| FetchError::Address { url: cut(text), why: error.to_string() })?;
        Self::judge(url, trusted)
    }

    /// Where this one is redirected to. A trusted origin is trusted only as long as no other has been on the way: nobody else leads there.
    pub(super) fn next(&self, location: &str, trusted: &[Origin]) -> Result<Self, FetchError> {
        let url = self
            .url
            .join(location)
            .map_err(|error| FetchError::Address { url: cut(location), why: error.to_string() })?;
        Self::judge(url, if self.trusted { trusted } else { &[] })
    }

    fn judge(url: Url, trusted: &[Origin]) -> Result<Self, FetchError> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Credentials { host: host_of(&url) });
        }
        if Origin::of(&url).is_some_and(|origin| trusted.contains(&origin)) {
            return Ok(Self { url, trusted: true });
        }
        if url.scheme() != "https" {
            return Err(FetchError::Scheme { url: cut(url.as_str()), scheme: url.scheme().to_owned() });
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if port != PORT {
            return Err(FetchError::Port { host: host_of(&url), port });
        }
        // The parser of `url` has read every spelling of a number by now: decimal, octal, hexadecimal, short.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(FetchError::Address { url: cut(url.as_str()), why: "no host".to_owned() }),
        };
        match literal.filter(|address| !is_public(*address)) {
            Some(address) => Err(FetchError::NotPublic { host: host_of(&url), address }),
            None => Ok(Self { url, trusted: false }),
        }
    }

    /// For messages.
    pub(super) fn host(&self) -> String {
        host_of(&self.url)
    }
}

fn host_of(url: &Url) -> String {
    cut(url.host_str().unwrap_or("nobody"))
}

/// What somebody sent, short enough for a message.
fn cut(text: &str) -> String {
    const MOST: usize = 120;
    let mut short: String = text.trim().chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.trim().chars().count() > MOST {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://127.0.0.1/", "127.0.0.1")]
    #[case("https://127.1/", "127.0.0.1")]
    #[case("https://2130706433/", "127.0.0.1")]
    #[case("https://0x7f000001/", "127.0.0.1")]
    #[case("https://0177.0.0.1/", "127.0.0.1")]
    #[case("https://0x7f.0.0.0x1/", "127.0.0.1")]
    #[case("https://127.0.0.1./", "127.0.0.1")]
    #[case("https://①②⑦.0.0.1/", "127.0.0.1")]
    #[case("https://127%2e0.0.1/", "127.0.0.1")]
    #[case("https:\\\\10.0.0.1\\", "10.0.0.1")]
    #[case("https:10.0.0.1", "10.0.0.1")]
    #[case("https://3232235777/", "192.168.1.1")]
    #[case("https://0251.0376.0251.0376/latest/meta-data/", "169.254.169.254")]
    #[case("https://100.64.0.1/", "100.64.0.1")]
    #[case("https://0/", "0.0.0.0")]
    #[case("https://255.255.255.255/", "255.255.255.255")]
    #[case("https://[::1]/", "::1")]
    #[case("https://[::]/", "::")]
    #[case("https://[0:0:0:0:0:ffff:7f00:1]/", "::ffff:127.0.0.1")]
    #[case("https://[::ffff:192.168.0.1]/", "::ffff:192.168.0.1")]
    #[case("https://[64:ff9b::a00:1]/", "64:ff9b::a00:1")]
    #[case("https://[2002:7f00:1::]/", "2002:7f00:1::")]
    #[case("https://[2001:0:7f00:1::]/", "2001:0:7f00:1::")]
    #[case("https://[fd00::1]/", "fd00::1")]
    #[case("https://[fe80::1]/", "fe80::1")]
    fn numbers_in_every_spelling_are_judged(#[case] text: &str, #[case] address: IpAddr) {
        match Hop::first(text, &[]) {
            Err(FetchError::NotPublic { address: found, .. }) => assert_eq!(found, address),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[rstest]
    #[case("file:///etc/passwd")]
    #[case("http://example.org/")]
    #[case("ftp://example.org/")]
    #[case("gopher://example.org:443/")]
    #[case("data:text/plain,hello")]
    #[case("javascript:alert(1)")]
    #[case("unix:/run/left4me.sock")]
    fn other_schemes_are_refused(#[case] text: &str) {
        assert!(matches!(Hop::first(text, &[]), Err(FetchError::Scheme { .. })), "{text}");
    }

    #[rstest]
    #[case("https://example.org:8443/", "port 8443")]
    #[case("https://example.org:22/", "port 22")]
    #[case("https://example.org:0/", "port 0")]
    #[case("https://user@example.org/", "name or a password")]
    #[case("https://:secret@example.org/", "name or a password")]
    #[case("https://", "cannot be read")]
    #[case("example.org/a.vpk", "cannot be read")]
    #[case("https://[fe80::1%25eth0]/", "cannot be read")]
    #[case("", "cannot be read")]
    fn what_else_is_refused_says_why(#[case] text: &str, #[case] why: &str) {
        let error = Hop::first(text, &[]).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        assert!(!error.contains("secret"), "{error}");
    }

    #[test]
    fn a_trusted_origin_is_exempt_until_another_was_on_the_way() {
        let mirror = [Origin::of(&Url::parse("http://127.0.0.1:8080").unwrap()).unwrap()];
        let hop = Hop::first("http://127.0.0.1:8080/a.vpk", &mirror).unwrap();
        assert!(hop.trusted);
        assert!(hop.next("/b.vpk", &mirror).unwrap().trusted);
        assert!(hop.next("http://127.0.0.1:8081/", &mirror).is_err());
        let away = hop.next("https://example.org/", &mirror).unwrap();
        assert!(!away.trusted);
        assert!(away.next("http://127.0.0.1:8080/a.vpk", &mirror).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in "\\PC*", location in "\\PC*") {
            let _ = Hop::first(&text, &[]);
            let _ = Hop::first("https://example.org/a", &[]).unwrap().next(&location, &[]);
        }
    }
}
