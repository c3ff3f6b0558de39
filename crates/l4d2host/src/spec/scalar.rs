//! Reading single values of a spec, with errors that stand at the value.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::{Alias, Argument, Port};
use crate::name::OverlayRef;

/// A line of `server.cfg`.
pub(super) fn config_line(text: &str) -> Result<String, String> {
    let bad = |c: char| c.is_control() && c != '\t';
    match text.chars().find(|c| bad(*c)) {
        Some(found) => Err(format!(
            "config line {:?} contains {found:?}: give each line as an entry of its own, without control characters",
            text.chars().take(80).collect::<String>()
        )),
        None => Ok(text.to_owned()),
    }
}

/// An argument.
pub(super) fn argument(text: &str) -> Result<Argument, String> {
    Argument::parse(text)
}

/// A reference to an overlay.
pub(super) fn reference(text: &str) -> Result<OverlayRef, String> {
    OverlayRef::parse(text).map_err(|error| error.to_string())
}

/// An alias.
pub(super) fn alias(text: &str) -> Result<Alias, String> {
    Alias::parse(text).ok_or_else(|| {
        let shown: String = text.chars().take(80).collect();
        format!("alias {shown:?} is not valid: use 1 to 64 of a to z, 0 to 9, `_` and `-`")
    })
}

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PortVisitor;
        impl Visitor<'_> for PortVisitor {
            type Value = Port;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a port, a whole number from {} to {}", Port::MIN, Port::MAX)
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Port, E> {
                port(value.into())
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Port, E> {
                port(value.into())
            }
        }
        fn port<E: de::Error>(value: i128) -> Result<Port, E> {
            Port::new(value).ok_or_else(|| {
                E::custom(format_args!(
                    "port {value} cannot be used: give a number from {} to {}",
                    Port::MIN,
                    Port::MAX
                ))
            })
        }
        deserializer.deserialize_any(PortVisitor)
    }
}
