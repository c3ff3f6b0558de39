/// How an overlay is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
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
}

impl Kind {
    /// `directory`, `workshop`, `script`, `files`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Workshop => "workshop",
            Self::Script => "script",
            Self::Files => "files",
        }
    }
}
