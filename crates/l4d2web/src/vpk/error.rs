//! Why a file is no VPK that can be used.

use std::io;

/// Why a file is no VPK that can be used. The message is a clause about “it”.
#[derive(Debug, thiserror::Error)]
pub enum VpkError {
    /// Not such a file at all.
    #[error("it is no VPK: it begins with something else")]
    Signature,
    /// A version that is not known.
    #[error("it is a VPK of version {0}: versions 1 and 2 can be read")]
    Version(u32),
    /// The file is shorter than it says.
    #[error("it is cut off: its directory speaks of more than there is")]
    Cut,
    /// Its directory makes no sense.
    #[error("its directory cannot be read ({0})")]
    Directory(&'static str),
    /// More than is read.
    #[error("its directory is larger than what is read ({0})")]
    TooLarge(&'static str),
    /// It is the first of several files.
    #[error("it is one of several files that belong together: only VPKs in one file can be used")]
    Chunks,
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}
