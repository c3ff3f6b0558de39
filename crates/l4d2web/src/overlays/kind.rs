/// How an overlay is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Kind {
    /// An admin keeps it, in a directory on the machine.
    Directory,
    /// Items of the Steam Workshop.
    Workshop,
    /// A script builds it.
    Script,
    /// Files that somebody uploaded.
    Files,
    /// Maps of a collection that others keep.
    Maps,
}

impl Kind {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Workshop, Self::Files, Self::Script, Self::Maps, Self::Directory];

    /// `directory`, `workshop`, `script`, `files`, `maps`: as the database and forms have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Workshop => "workshop",
            Self::Script => "script",
            Self::Files => "files",
            Self::Maps => "maps",
        }
    }

    /// The kind with that word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What an overlay of this kind is called: `Workshop overlay`.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Directory => "Directory",
            Self::Workshop => "Workshop overlay",
            Self::Script => "Script overlay",
            Self::Files => "Files overlay",
            Self::Maps => "Map collection",
        }
    }

    /// What it is for, where one is chosen.
    #[must_use]
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Directory => "Directory: files that an admin keeps on the machine",
            Self::Workshop => "Workshop: items of the Steam Workshop",
            Self::Script => "Script: whatever a script puts there",
            Self::Files => "Files: what you upload and edit",
            Self::Maps => "Maps: a collection of a site, kept up to date",
        }
    }

    /// Whether left4me builds it. What is not built is used as it is.
    #[must_use]
    pub fn is_built(self) -> bool {
        self != Self::Directory
    }

    /// Whether only admins make it, and everybody uses it.
    #[must_use]
    pub fn is_for_admins(self) -> bool {
        matches!(self, Self::Directory | Self::Maps)
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn words_lead_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_word(kind.word()), Some(kind));
        }
        assert_eq!(Kind::of_word("external"), None);
    }
}
