use std::net::SocketAddr;

use super::ConfigError;

/// Where to listen; 127.0.0.1:8000 when nothing is said.
pub(super) fn parse(name: &'static str, value: Option<String>) -> Result<SocketAddr, ConfigError> {
    let Some(value) = value else {
        return Ok(SocketAddr::from(([127, 0, 0, 1], 8000)));
    };
    value.parse().map_err(|_| ConfigError {
        name,
        value,
        accepted: "an address and a port, as in 127.0.0.1:8000 or [::1]:8000",
    })
}
