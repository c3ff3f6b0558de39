//! How much may still be written: what the disk has beyond what must stay free, and what is left of somebody's quota.

use std::os::fd::BorrowedFd;

use rustix::fs::fstatvfs;

use crate::pages::kit::size;

/// What stays free on the disk, for servers and the panel itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserve {
    /// At least so many bytes.
    pub bytes: u64,
    /// At least so many hundredths of the disk.
    pub percent: u64,
}

impl Default for Reserve {
    fn default() -> Self {
        Self { bytes: 2_000_000_000, percent: 5 }
    }
}

/// Why so much cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// The disk would be too full.
    #[error("The disk has no room for this: {} more are needed, since {} must stay free. Delete something, or ask an admin.", size(*.missing), size(*.kept))]
    Disk {
        /// How many bytes too much it is.
        missing: u64,
        /// What must stay free.
        kept: u64,
    },
    /// The owner's quota would be passed.
    #[error("That is {} more than the quota of {} for overlays leaves. Delete something, or ask an admin for more.", size(*.missing), size(*.quota))]
    Quota {
        /// How many bytes too much it is.
        missing: u64,
        /// The quota.
        quota: u64,
    },
}

/// Somebody's quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// What all overlays of theirs may hold, in bytes.
    pub most: u64,
    /// What they hold.
    pub used: u64,
}

impl Quota {
    /// Whether so many bytes more fit.
    ///
    /// # Errors
    ///
    /// How many do not.
    pub fn fits(self, bytes: u64) -> Result<(), Full> {
        match self.used.saturating_add(bytes).checked_sub(self.most) {
            None | Some(0) => Ok(()),
            Some(missing) => Err(Full::Quota { missing, quota: self.most }),
        }
    }
}

impl Reserve {
    /// Whether so many bytes more fit onto the disk that `dir` is on.
    ///
    /// # Errors
    ///
    /// How many do not. A disk that cannot be asked is taken for empty: writing says the rest.
    pub(crate) fn fits(self, dir: BorrowedFd<'_>, bytes: u64) -> Result<(), Full> {
        let Ok(found) = fstatvfs(dir) else { return Ok(()) };
        let kept_for_root = found.f_bfree.saturating_sub(found.f_bavail);
        let total = found.f_blocks.saturating_sub(kept_for_root).saturating_mul(found.f_frsize);
        self.judge(found.f_bavail.saturating_mul(found.f_frsize), total, bytes)
    }

    fn judge(self, free: u64, total: u64, bytes: u64) -> Result<(), Full> {
        let kept = self.bytes.max((u128::from(total) * u128::from(self.percent) / 100).try_into().unwrap_or(u64::MAX));
        match kept.saturating_add(bytes).checked_sub(free) {
            None | Some(0) => Ok(()),
            Some(missing) => Err(Full::Disk { missing, kept }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const GB: u64 = 1_000_000_000;

    #[rstest]
    #[case(10 * GB, 20 * GB, 8 * GB, None)]
    #[case(10 * GB, 20 * GB, 8 * GB + 1, Some((1, 2 * GB)))]
    #[case(10 * GB, 100 * GB, 6 * GB, Some((GB, 5 * GB)))] // a large disk keeps 5 %
    #[case(GB, 20 * GB, 0, Some((GB, 2 * GB)))]
    #[case(0, u64::MAX, u64::MAX, Some((u64::MAX, 922_337_203_685_477_580)))]
    fn the_rest_stays_free(
        #[case] free: u64,
        #[case] total: u64,
        #[case] bytes: u64,
        #[case] missing: Option<(u64, u64)>,
    ) {
        let missing = missing.map(|(missing, kept)| Full::Disk { missing, kept });
        assert_eq!(Reserve::default().judge(free, total, bytes).err(), missing);
    }

    #[test]
    fn what_is_missing_is_said() {
        let full = Reserve::default().judge(10 * GB, 20 * GB, 9 * GB).unwrap_err();
        assert_eq!(
            full.to_string(),
            "The disk has no room for this: 1 GB more are needed, since 2 GB must stay free. Delete something, or ask an admin."
        );
        let full = Quota { most: 5 * GB, used: 4 * GB }.fits(3 * GB).unwrap_err();
        assert!(full.to_string().starts_with("That is 2 GB more than the quota of 5 GB"), "{full}");
    }
}
