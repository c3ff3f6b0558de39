use std::io;

use crate::files::{Full, PathError};
use crate::pages::kit::size;

/// Why an archive is not unpacked: a sentence for who sent it.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Neither of those that are taken.
    #[error("That is no .zip and no .7z, whatever its name says. Nothing was unpacked.")]
    Unknown,
    /// A .rar.
    #[error(".rar cannot be unpacked here. Pack the files as .zip or .7z, or unpack them and upload the folder.")]
    Rar,
    /// Not all of it is there, or it is no such archive.
    #[error(
        "The archive is damaged or cut off: {0}. Upload it again, or test it where it came from. Nothing was unpacked."
    )]
    Damaged(String),
    /// One file in it is damaged.
    #[error("“{name}” in the archive is damaged: {why}. Nothing was unpacked.")]
    DamagedEntry {
        /// Which one.
        name: String,
        /// Why: a clause.
        why: &'static str,
    },
    /// It has a password.
    #[error("“{0}” in the archive is encrypted. Pack it without a password. Nothing was unpacked.")]
    Encrypted(String),
    /// Its list of files has a password.
    #[error("The archive is encrypted, even its list of files. Pack it without a password. Nothing was unpacked.")]
    EncryptedDirectory,
    /// Packed in a way that is not taken.
    #[error(
        "“{name}” in the archive is packed by {method}. .zip with Deflate or nothing is taken, and .7z with LZMA, LZMA2, PPMd or BZip2."
    )]
    Method {
        /// Which file.
        name: String,
        /// The method.
        method: String,
    },
    /// It comes in several files.
    #[error("The archive is split into several files. Make one file of it.")]
    Split,
    /// A name leads elsewhere or cannot be one.
    #[error("The archive has a name that is not taken. {0} Nothing was unpacked.")]
    Name(#[from] PathError),
    /// A name in an unknown alphabet.
    #[error(
        "The archive has a name that is neither UTF-8 nor GBK (“{0}”). Pack it again with a current program. Nothing was unpacked."
    )]
    Alphabet(String),
    /// A name is there twice.
    #[error("“{0}” is in the archive twice. Nothing was unpacked.")]
    Twice(String),
    /// Names that are one in the game.
    #[error(
        "“{one}” and “{other}” differ only in upper and lower case. The game takes them for one file. Nothing was unpacked."
    )]
    Twins {
        /// The first.
        one: String,
        /// The second.
        other: String,
    },
    /// A file is also a folder.
    #[error("“{0}” is a file and a folder at once in the archive. Nothing was unpacked.")]
    Both(String),
    /// Neither file nor folder.
    #[error("“{name}” in the archive is {what}. Only files and folders are taken. Nothing was unpacked.")]
    Special {
        /// Which one.
        name: String,
        /// What it is, with its article.
        what: &'static str,
    },
    /// More entries than are taken.
    #[error("The archive holds more than {0} files and folders. Make several archives of it.")]
    Entries(u64),
    /// The directory of a .7z is too large.
    #[error("The .7z holds more files than can be taken (about 9,000). Make a .zip of it, which may hold 100,000.")]
    SevenEntries,
    /// It takes too much memory.
    #[error("Unpacking that .7z takes more than 256 MB of memory. Pack it with a smaller dictionary: 64 MB is plenty.")]
    Memory,
    /// A file is too large.
    #[error("“{name}” is larger than {}, which is the most for a file of an archive. Nothing was unpacked.", size(*.most))]
    LargeFile {
        /// Which one.
        name: String,
        /// The most.
        most: u64,
    },
    /// All of it is too large.
    #[error("Unpacked, the archive is larger than {}, which is the most. Make several archives of it. Nothing was unpacked.", size(*.0))]
    Large(u64),
    /// It unpacks to far more than it is.
    #[error(
        "“{name}” unpacks to more than {times} times its size. No game file does that; it looks like a trap. Nothing was unpacked."
    )]
    Bomb {
        /// Which file.
        name: String,
        /// How many times.
        times: u64,
    },
    /// Two entries share bytes.
    #[error(
        "“{0}” shares its bytes with another file of the archive. No packing program does that; it looks like a trap. Nothing was unpacked."
    )]
    Overlap(String),
    /// There is no room for it.
    #[error("{0} Nothing was unpacked.")]
    Full(#[from] Full),
    /// The disk was full all the same.
    #[error("The disk is full. {} of the archive did not fit any more. Nothing was unpacked.", size(*.missing))]
    DiskFull {
        /// What was not written.
        missing: u64,
    },
    /// Somebody stopped it.
    #[error("The unpacking was stopped. Nothing was unpacked.")]
    Cancelled,
    /// It cannot be read.
    #[error("The archive cannot be read: {0}.")]
    Read(#[source] io::Error),
    /// What is in it cannot be written.
    #[error("“{name}” cannot be written: {source}.")]
    Write {
        /// Which file.
        name: String,
        /// Why.
        source: io::Error,
    },
}
