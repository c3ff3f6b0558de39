//! Who the unit runs as: the uid that systemd made up, and the group of `/etc/group`.
//!
//! No NSS: the root programs are linked statically, and these two places are all that is needed.

use super::error::{Result, StackError};
use super::target::Target;
use rustix::fs::lstat;
use rustix::io::Errno;
use std::fs::File;
use std::io::Read;
use std::ops::RangeInclusive;

/// The uids that systemd makes up (`DYNAMIC_UID_MIN` to `DYNAMIC_UID_MAX`, systemd 235 to 257).
const DYNAMIC_UIDS: RangeInclusive<u32> = 61184..=65519;

/// Where systemd keeps the uids that are in use, as symbolic links from user name to number.
const DYNAMIC_USERS: &str = "/run/systemd/dynamic-uid";

/// The group file.
const GROUPS: &str = "/etc/group";

/// Most bytes that are read of the group file.
const GROUPS_MAX: u64 = 1 << 20;

/// The numbers under which the unit runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    /// The uid, from systemd's dynamic range.
    pub(super) uid: u32,
    /// The gid, never 0.
    pub(super) gid: u32,
}

/// Finds the account of a stack's unit.
///
/// # Errors
/// When the unit is not up (so that its user does not exist), or its group is missing.
pub(super) fn find(target: &Target) -> Result<Account> {
    let link = format!("{DYNAMIC_USERS}/direct:{}", target.user());
    let number = std::fs::read_link(&link)
        .map_err(StackError::io(format!("read {link}, which systemd keeps while {} is starting", target.unit())))?;
    let uid = number.to_str().and_then(parse_uid).ok_or_else(|| {
        let (low, high) = (DYNAMIC_UIDS.start(), DYNAMIC_UIDS.end());
        StackError::data(&link, format!("it must point at a uid from {low} to {high}"))
    })?;
    let mut groups = Vec::new();
    File::open(GROUPS)
        .and_then(|file| file.take(GROUPS_MAX).read_to_end(&mut groups))
        .map_err(StackError::io(format!("read {GROUPS}")))?;
    let gid = parse_group(&String::from_utf8_lossy(&groups), target.group()).ok_or_else(|| {
        StackError::data(GROUPS, format!("it must have a group `{}` that is not root's", target.group()))
    })?;
    Ok(Account { uid, gid })
}

/// Whether the unit's user exists: systemd makes it up when the unit starts, and forgets it when the unit is down.
///
/// # Errors
/// When that cannot be told.
pub(super) fn exists(target: &Target) -> Result<bool> {
    let link = format!("{DYNAMIC_USERS}/direct:{}", target.user());
    match lstat(&link) {
        Ok(_) => Ok(true),
        Err(Errno::NOENT) => Ok(false),
        Err(errno) => Err(StackError::System { action: format!("look at {link}"), errno }),
    }
}

fn parse_number(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn parse_uid(text: &str) -> Option<u32> {
    parse_number(text).filter(|uid| DYNAMIC_UIDS.contains(uid))
}

/// The gid of the first group of that name, as `getgrnam` would find it.
fn parse_group(text: &str, name: &str) -> Option<u32> {
    let line = text.lines().find(|line| line.split(':').next() == Some(name))?;
    parse_number(line.split(':').nth(2)?).filter(|gid| *gid != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("61184", Some(61184))]
    #[case("65519", Some(65519))]
    #[case("61183", None)]
    #[case("65520", None)]
    #[case("0", None)]
    #[case("+61184", None)]
    #[case("61184 ", None)]
    #[case("", None)]
    #[case("4294967296", None)]
    fn uids(#[case] text: &str, #[case] expected: Option<u32>) {
        assert_eq!(parse_uid(text), expected);
    }

    #[rstest]
    #[case("root:x:0:\nl4d2-game:x:981:\n", Some(981))]
    #[case("l4d2-game:x:981:a,b\nl4d2-game:x:1:\n", Some(981))]
    #[case("l4d2-game:x:0:\n", None)]
    #[case("l4d2-game:x:-1:\n", None)]
    #[case("l4d2-game\n", None)]
    #[case("xl4d2-game:x:1:\n", None)]
    #[case("", None)]
    fn groups(#[case] text: &str, #[case] expected: Option<u32>) {
        assert_eq!(parse_group(text, "l4d2-game"), expected);
    }

    proptest! {
        #[test]
        fn no_text_is_root(text in ".*") {
            prop_assert_ne!(parse_uid(&text), Some(0));
            prop_assert_ne!(parse_group(&text, "l4d2-game"), Some(0));
        }
    }
}
