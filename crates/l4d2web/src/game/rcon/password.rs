//! The password of a server's console.

use std::fmt;

/// The longest one.
const LONGEST: usize = 256;

/// The password of a server's console. It is shown nowhere: not by `Debug`, and it has no text.
#[derive(Clone, PartialEq, Eq)]
pub struct RconPassword(String);

/// A text that can be no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no RCON password: 1 to {LONGEST} bytes without a NUL or the end of a line are accepted")]
pub struct PasswordError;

impl RconPassword {
    /// Takes a password. An empty one lets nobody in.
    ///
    /// # Errors
    ///
    /// When no server could have it.
    pub fn parse(text: &str) -> Result<Self, PasswordError> {
        let bad = text.is_empty() || text.len() > LONGEST || text.contains(['\0', '\n', '\r']);
        if bad { Err(PasswordError) } else { Ok(Self(text.to_owned())) }
    }

    /// For the packet that carries it.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }
}

impl fmt::Debug for RconPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RconPassword(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_show() {
        let password = RconPassword::parse("s3cret").unwrap();
        assert_eq!(format!("{password:?} {password:#?}"), "RconPassword(…) RconPassword(…)");
    }

    #[test]
    fn what_no_server_can_have_is_refused() {
        for text in ["", "a\nb", "a\0b", &"a".repeat(257)] {
            assert_eq!(RconPassword::parse(text), Err(PasswordError));
        }
    }
}
