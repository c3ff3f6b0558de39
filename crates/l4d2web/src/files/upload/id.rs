use std::fmt;

use serde::Serialize;

/// The key of an upload: 128 random bits as 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, sqlx::Type)]
#[sqlx(transparent)]
pub struct UploadId(String);

impl UploadId {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()))
    }

    /// Reads one from an address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (text.len() == 32 && digits).then(|| Self(text.to_owned()))
    }
}

impl From<String> for UploadId {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum State {
    /// It comes.
    Sending,
    /// It is an archive that is being unpacked.
    Unpacking,
    /// It is unpacked, and waits for a choice, since something is there already.
    Unpacked,
    /// What it holds comes to its place; that is not given up any more.
    Merging,
}

impl State {
    /// As a script of a page has it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Unpacking => "unpacking",
            Self::Unpacked => "unpacked",
            Self::Merging => "merging",
        }
    }
}
