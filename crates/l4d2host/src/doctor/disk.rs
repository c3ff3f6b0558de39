//! How much room is left.

use rustix::fs::statvfs;

use super::Check;
use crate::root::Root;

/// With less than this, or less than a twentieth, an update of the game may not fit.
const ENOUGH: u64 = 2_000_000_000;

pub(super) fn disk(root: &Root) -> Check {
    match statvfs(root.path()) {
        Ok(stat) => {
            let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
            judge(&root.path().display().to_string(), bytes(stat.f_bavail), bytes(stat.f_blocks))
        }
        Err(error) => Check::warn("disk", format!("what is free cannot be told: {error}"), "see df"),
    }
}

fn judge(path: &str, free: u64, all: u64) -> Check {
    let shown = |bytes: u64| format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10);
    let sentence = format!("{} of {} are free below {path}", shown(free), shown(all));
    if free < ENOUGH || free < all / 20 {
        let remedy = "`l4d2ctl gc` removes what no server needs; then give the directory a larger disk";
        return Check::warn("disk", sentence, remedy);
    }
    Check::ok("disk", sentence)
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;
    use rstest::rstest;

    const GB: u64 = 1_000_000_000;

    #[rstest]
    #[case(50 * GB, 100 * GB, Level::Ok)]
    #[case(2 * GB, 40 * GB, Level::Ok)]
    #[case(2 * GB, 41 * GB, Level::Warn)]
    #[case(2 * GB - 1, 2 * GB, Level::Warn)]
    fn room(#[case] free: u64, #[case] all: u64, #[case] state: Level) {
        assert_eq!(judge("/x", free, all).state, state);
    }

    #[test]
    fn shown() {
        assert_eq!(judge("/x", 12_340_000_000, 100 * GB).sentence, "12.3 GB of 100.0 GB are free below /x");
    }
}
