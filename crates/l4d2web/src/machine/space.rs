use std::path::Path;

use rustix::fs::statvfs;

/// A file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// What left4me can still write.
    pub free: u64,
    /// What it holds in all, without what is kept for root.
    pub total: u64,
}

impl Space {
    /// The file system that `path` is on; none when it cannot be asked.
    #[must_use]
    pub fn below(path: &Path) -> Option<Self> {
        let found = statvfs(path).ok()?;
        let kept = found.f_bfree.saturating_sub(found.f_bavail);
        Some(Self {
            free: found.f_bavail.saturating_mul(found.f_frsize),
            total: found.f_blocks.saturating_sub(kept).saturating_mul(found.f_frsize),
        })
    }

    /// How much is taken, 0 to 100, rounded up.
    #[must_use]
    pub const fn percent(&self) -> u64 {
        percent(self.free, self.total)
    }
}

/// How much of `total` is not `free`, 0 to 100, rounded up; 100 of nothing.
pub(super) const fn percent(free: u64, total: u64) -> u64 {
    if total == 0 {
        return 100;
    }
    let used = total.saturating_sub(free) as u128;
    #[expect(clippy::cast_possible_truncation, reason = "at most 100")]
    let percent = (used * 100).div_ceil(total as u128) as u64;
    percent
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rstest::rstest;

    use super::{Space, percent};

    #[rstest]
    #[case(0, 0, 100)]
    #[case(0, 10, 100)]
    #[case(10, 10, 0)]
    #[case(999, 1000, 1)]
    #[case(1, u64::MAX, 100)]
    #[case(20, 10, 0)]
    fn a_share_is_rounded_up(#[case] free: u64, #[case] total: u64, #[case] share: u64) {
        assert_eq!(percent(free, total), share);
    }

    #[test]
    fn a_directory_is_on_a_file_system() {
        let space = Space::below(Path::new("/")).unwrap();
        assert!(space.free <= space.total && space.total > 0, "{space:?}");
        assert_eq!(Space::below(Path::new("/nothing/here")), None);
    }
}
