//! Where players connect to.

use std::fmt;

/// A host and a port, as players type them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    pub host: String,
    /// The game's port.
    pub port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("203.0.113.7", "203.0.113.7:27015")]
    #[case("play.example.org", "play.example.org:27015")]
    #[case("2001:db8::7", "[2001:db8::7]:27015")]
    fn an_address_is_what_players_type(#[case] host: &str, #[case] text: &str) {
        assert_eq!(Address { host: host.to_owned(), port: 27015 }.to_string(), text);
    }
}
