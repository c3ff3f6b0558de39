//! How much room is left where the game is installed, and on which file system that is.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;

use crate::stack::mountinfo;

/// Below this a disk counts as full.
const FULL: u64 = 16 * 1024 * 1024;
/// Below this it counts as out of inodes, where it has any.
const FULL_INODES: u64 = 64;

/// The room on a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// Where the file system is mounted.
    pub mount_point: PathBuf,
    /// Bytes that left4me may still use.
    pub free: u64,
    /// Whether it has no inodes left for new files.
    pub no_inodes: bool,
}

impl Space {
    /// Asks for the file system that `path` is on.
    ///
    /// # Errors
    /// What the system calls say.
    pub fn at(path: &Path) -> io::Result<Self> {
        let stat = statvfs(path)?;
        let mounts = mountinfo::parse(&std::fs::read("/proc/self/mountinfo")?).unwrap_or_default();
        let places = mounts.into_iter().map(|mount| mount.mount_point);
        Ok(Self {
            mount_point: mount_point(places, &path.canonicalize()?),
            free: stat.f_bavail.saturating_mul(stat.f_frsize),
            no_inodes: stat.f_files > 0 && stat.f_favail < FULL_INODES,
        })
    }

    /// Whether nothing more can be written.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.free < FULL || self.no_inodes
    }
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inodes = if self.no_inodes { " and no inodes" } else { "" };
        write!(
            f,
            "the file system at {} has {}{inodes} free",
            self.mount_point.display(),
            indicatif::BinaryBytes(self.free)
        )
    }
}

/// The innermost of the places that holds `path`.
fn mount_point(places: impl Iterator<Item = PathBuf>, path: &Path) -> PathBuf {
    let holding = places.filter(|place| path.starts_with(place));
    holding.max_by_key(|place| place.components().count()).unwrap_or_else(|| PathBuf::from("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_counts() {
        let places =
            || ["/", "/var", "/var/lib/left4me", "/var/lib/left4me/overlays", "/v"].map(PathBuf::from).into_iter();
        let found = |path: &str| mount_point(places(), Path::new(path)).display().to_string();
        assert_eq!(found("/var/lib/left4me/builds/installation"), "/var/lib/left4me");
        assert_eq!(found("/var/lib/left4me-not"), "/var");
        assert_eq!(found("/home"), "/");
    }

    #[test]
    fn room_is_shown() {
        let space = |free, no_inodes| Space { mount_point: "/srv".into(), free, no_inodes };
        assert_eq!(space(5 << 20, false).to_string(), "the file system at /srv has 5.00 MiB free");
        assert!(space(5 << 20, false).is_full() && space(5 << 30, true).is_full() && !space(5 << 30, false).is_full());
        assert_eq!(space(5 << 30, true).to_string(), "the file system at /srv has 5.00 GiB and no inodes free");
        assert!(Space::at(Path::new("/proc/self")).is_ok());
    }
}
