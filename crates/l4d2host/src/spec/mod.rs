//! `spec.yaml`: what a server is made of, fully resolved, without any identity in it.
//!
//! Parsing is pure: whether an overlay exists is for `instance` to find out.

mod argument;
mod error;
#[cfg(test)]
mod golden;
mod overlays;
mod parse;
mod scalar;

pub use argument::{Argument, render_argv};
pub use error::SpecError;
pub use parse::{Parsed, parse};

use std::fmt;

use crate::name::OverlayRef;

/// Longest spec, in bytes.
pub const SPEC_MAX: u64 = 256 * 1024;

/// Most overlays of one server: with the installation they make the 500 layers that overlayfs takes.
pub const OVERLAYS_MAX: usize = 499;

/// The UDP and TCP port of a server.
///
/// Below 1024 a unit may not bind, and the client and `SourceTV` ports are 1,000 and 2,000 higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port(u16);

impl Port {
    /// The lowest port.
    pub const MIN: u16 = 1024;
    /// The highest port.
    pub const MAX: u16 = 63535;

    /// A port, when the number is one that a server can have.
    #[must_use]
    pub fn new(number: i128) -> Option<Self> {
        u16::try_from(number).ok().filter(|port| (Self::MIN..=Self::MAX).contains(port)).map(Self)
    }

    /// Its number.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name under which an overlay's `server.cfg` can be run: `exec server_<alias>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias(String);

impl Alias {
    /// Parses an alias: 1 to 64 of a to z, 0 to 9, `_` and `-`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let valid = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-');
        ((1..=64).contains(&text.len()) && text.bytes().all(valid)).then(|| Self(text.to_owned()))
    }

    /// The name of the cfg file that the alias makes.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("server_{}.cfg", self.0)
    }
}

/// One overlay of a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlayEntry {
    /// Which overlay.
    pub reference: OverlayRef,
    /// Under which name its `server.cfg` can be run, if it can.
    pub alias: Option<Alias>,
}

/// A server's spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The port of the game (UDP) and of RCON (TCP).
    pub port: Port,
    /// The overlays, the one on top first.
    pub overlays: Vec<OverlayEntry>,
    /// Arguments for `srcds_run`.
    pub arguments: Vec<Argument>,
    /// Lines of `server.cfg`.
    pub config: Vec<String>,
}

impl Spec {
    /// The text of `server.cfg`: every line ended, nothing when there is none.
    #[must_use]
    pub fn server_cfg(&self) -> String {
        self.config.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }
}
