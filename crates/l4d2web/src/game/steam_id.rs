//! The number of a Steam account.

use std::fmt;

/// What the 64-bit numbers of people begin at.
const BASE: u64 = 76_561_197_960_265_728;

/// The account of a person on Steam.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SteamId(u32);

/// A text that names no account of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no Steam account: STEAM_1:Y:Z, [U:1:N] or the 17 figures of a profile are accepted")]
pub struct SteamIdError;

impl SteamId {
    /// Reads `STEAM_1:Y:Z` (`STEAM_0` too), `[U:1:N]`, or the 64-bit number.
    ///
    /// # Errors
    ///
    /// When it is none of these, or is not a person's.
    pub fn parse(text: &str) -> Result<Self, SteamIdError> {
        Self::read(text).ok_or(SteamIdError)
    }

    fn read(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix("STEAM_1:").or_else(|| text.strip_prefix("STEAM_0:")) {
            let (low, high) = rest.split_once(':')?;
            let low = match low {
                "0" => 0,
                "1" => 1,
                _ => return None,
            };
            return Some(Self(figures(high)?.checked_mul(2)?.checked_add(low)?.try_into().ok()?));
        }
        if let Some(rest) = text.strip_prefix("[U:1:").and_then(|rest| rest.strip_suffix(']')) {
            return Some(Self(figures(rest)?.try_into().ok()?));
        }
        Self::from_u64(figures(text)?)
    }

    /// The account of a 64-bit number; none when it is not a person's.
    #[must_use]
    pub fn from_u64(number: u64) -> Option<Self> {
        Some(Self(number.checked_sub(BASE)?.try_into().ok()?))
    }

    /// The 64-bit number, as profiles and Steam's Web API have it.
    #[must_use]
    pub fn to_u64(self) -> u64 {
        BASE + u64::from(self.0)
    }

    /// The same for the database. It fits: the numbers of people end far below the half of 64 bits.
    #[must_use]
    pub fn to_i64(self) -> i64 {
        self.to_u64().cast_signed()
    }

    /// The account of a number from the database.
    #[must_use]
    pub fn from_i64(number: i64) -> Option<Self> {
        Self::from_u64(number.try_into().ok()?)
    }

    /// `[U:1:N]`.
    #[must_use]
    pub fn steam3(self) -> String {
        format!("[U:1:{}]", self.0)
    }

    /// The address of the profile.
    #[must_use]
    pub fn profile(self) -> String {
        format!("https://steamcommunity.com/profiles/{}", self.to_u64())
    }
}

/// `STEAM_1:Y:Z`, as the game writes it.
impl fmt::Display for SteamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("STEAM_1:{}:{}", self.0 % 2, self.0 / 2))
    }
}

fn figures(text: &str) -> Option<u64> {
    super::text::number(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("STEAM_1:1:35074132")]
    #[case("STEAM_0:1:35074132")]
    #[case("[U:1:70148265]")]
    #[case("76561198030413993")]
    fn every_form_is_the_same_account(#[case] text: &str) {
        let id = SteamId::parse(text).unwrap();
        assert_eq!((id.to_u64(), id.to_string()), (76_561_198_030_413_993, "STEAM_1:1:35074132".to_owned()));
        assert_eq!(id.steam3(), "[U:1:70148265]");
    }

    #[rstest]
    #[case("")]
    #[case("BOT")]
    #[case("STEAM_ID_PENDING")]
    #[case("STEAM_1:2:3")]
    #[case("STEAM_1:1:2147483648")]
    #[case("STEAM_1:1:99999999999999999999")]
    #[case("STEAM_1:1:-1")]
    #[case("STEAM_1:1:+1")]
    #[case("[U:1:4294967296]")]
    #[case("[U:1:1")]
    #[case("76561197960265727")]
    #[case("103582791429521408")]
    fn others_are_refused(#[case] text: &str) {
        assert_eq!(SteamId::parse(text), Err(SteamIdError));
    }

    proptest! {
        #[test]
        fn each_account_is_read_from_what_it_writes(account in any::<u32>()) {
            let id = SteamId(account);
            for text in [id.to_string(), id.steam3(), id.to_u64().to_string()] {
                prop_assert_eq!(SteamId::parse(&text), Ok(id));
            }
            prop_assert_eq!(SteamId::from_i64(id.to_i64()), Some(id));
        }

        #[test]
        fn any_text_is_taken(text in "(STEAM_|\\[U:1:)?\\PC*") {
            let _ = SteamId::parse(&text);
        }
    }
}
