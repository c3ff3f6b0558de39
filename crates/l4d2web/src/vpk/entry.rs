//! A file in a VPK.

/// A file in a VPK: its path, and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the game finds it, with `/` between names. Bytes that are no UTF-8 are replaced.
    pub path: String,
    /// The checksum of its bytes.
    pub crc: u32,
    /// Where its first bytes are, from the beginning of the archive, and how many.
    pub(super) head: (u64, u16),
    /// Where the others are, and how many.
    pub(super) rest: (u64, u32),
}

impl Entry {
    /// How long the file is.
    #[must_use]
    pub fn length(&self) -> u64 {
        u64::from(self.head.1) + u64::from(self.rest.1)
    }

    /// Up to where in the archive its bytes reach.
    #[must_use]
    pub fn end(&self) -> u64 {
        let head = self.head.0 + u64::from(self.head.1);
        head.max(self.rest.0 + u64::from(self.rest.1))
    }

    /// The name of the map that this is; none when it is something else.
    #[must_use]
    pub fn map(&self) -> Option<String> {
        let name = below(&self.path, "maps")?;
        let stem = name
            .len()
            .checked_sub(4)
            .filter(|stem| name.get(*stem..).is_some_and(|end| end.eq_ignore_ascii_case(".bsp")))?;
        (stem > 0).then(|| name[..stem].to_ascii_lowercase())
    }

    /// Whether it describes a campaign.
    #[must_use]
    pub fn is_mission(&self) -> bool {
        below(&self.path, "missions").is_some_and(|name| name.len() > 4 && name.to_ascii_lowercase().ends_with(".txt"))
    }
}

/// The name of a file that lies directly in a directory.
fn below<'a>(path: &'a str, directory: &str) -> Option<&'a str> {
    let (parent, name) = path.split_once('/')?;
    (parent.eq_ignore_ascii_case(directory) && !name.contains('/')).then_some(name)
}
