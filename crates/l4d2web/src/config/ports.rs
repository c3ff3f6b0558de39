use std::fmt;

use super::ConfigError;

/// The highest port of a server: its SourceTV port is 2000 higher, and the host refuses what does not fit.
const HIGHEST: u16 = 63535;

/// The ports that servers may have, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortRange {
    /// The lowest.
    pub start: u16,
    /// The highest.
    pub end: u16,
}

impl PortRange {
    pub(super) fn parse(start: Option<String>, end: Option<String>) -> Result<Self, ConfigError> {
        let port = |name, value: Option<String>, default| {
            let Some(value) = value else { return Ok(default) };
            value.parse().ok().filter(|port| (1024..=HIGHEST).contains(port)).ok_or(ConfigError {
                name,
                value,
                accepted: "a port from 1024 to 63535",
            })
        };
        let range = Self {
            start: port("LEFT4ME_PORT_RANGE_START", start, 27015)?,
            end: port("LEFT4ME_PORT_RANGE_END", end, 27115)?,
        };
        if range.start > range.end {
            return Err(ConfigError {
                name: "LEFT4ME_PORT_RANGE_END",
                value: range.end.to_string(),
                accepted: "a port that is not below LEFT4ME_PORT_RANGE_START",
            });
        }
        Ok(range)
    }

    /// Whether `port` is one of them.
    #[must_use]
    pub const fn contains(self, port: u16) -> bool {
        self.start <= port && port <= self.end
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.start, self.end)
    }
}
