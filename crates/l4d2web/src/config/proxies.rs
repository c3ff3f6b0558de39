use std::net::IpAddr;

use super::ConfigError;

/// The reverse proxies whose word about the client's address counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpAddr>);

impl TrustedProxies {
    pub(super) fn parse(name: &'static str, value: Option<String>) -> Result<Self, ConfigError> {
        let Some(value) = value else { return Ok(Self::default()) };
        value
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(|_| ConfigError {
                name,
                value,
                accepted: "addresses with commas between them, as in 127.0.0.1,::1",
            })
    }

    /// Where a request comes from: `peer`, or, when that is a trusted proxy, the last address in `forwarded` (the values of
    /// `X-Forwarded-For` in their order) that is not one.
    #[must_use]
    pub fn client(&self, peer: IpAddr, forwarded: &[impl AsRef<str>]) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.0.contains(&peer) {
            return peer;
        }
        let mut client = peer;
        for part in forwarded.iter().rev().flat_map(|value| value.as_ref().rsplit(',')) {
            let Ok(address) = part.trim().parse::<IpAddr>() else { return client };
            client = address.to_canonical();
            if !self.0.contains(&client) {
                break;
            }
        }
        client
    }
}
