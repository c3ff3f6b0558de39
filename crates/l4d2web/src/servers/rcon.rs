use rand::RngExt as _;
use rand::distr::Alphanumeric;

/// Characters of a new RCON password: 142 bits.
const LENGTH: usize = 24;

/// A new RCON password.
#[must_use]
pub fn rcon_password() -> String {
    rand::rng().sample_iter(Alphanumeric).take(LENGTH).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_needs_no_quotes() {
        let (one, other) = (rcon_password(), rcon_password());
        assert!(one.len() == LENGTH && one.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(one, other);
    }
}
