use std::fmt;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::Token;

/// What each form carries in the field `form_token`, and other programs in the header `X-Form-Token`: proof that whoever sends it was
/// given a page by us. It follows from the cookie, so that nothing more is stored, and does not give the cookie away.
#[derive(Clone, PartialEq, Eq)]
pub struct FormToken(String);

impl FormToken {
    /// The token for the bearer of `cookie`.
    #[must_use]
    pub fn of(cookie: &Token) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"left4me form token\0");
        hash.update(cookie.expose());
        Self(hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }

    /// Whether `given` is it; the time does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, given: &str) -> bool {
        let differing = self.0.bytes().zip(given.bytes()).fold(0, |found, (a, b)| found | (a ^ b));
        given.len() == self.0.len() && differing == 0
    }
}

impl fmt::Display for FormToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FormToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormToken(…)")
    }
}
