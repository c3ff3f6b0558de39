//! Why something was not fetched. Each message is a clause that names the host and says what is the matter.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

/// Why something was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// An address that cannot be read.
    #[error("the address “{url}” cannot be read ({why}): it would begin with https:// and a host")]
    Address {
        /// As it was given, cut.
        url: String,
        /// What is wrong.
        why: String,
    },
    /// Something else than https.
    #[error("“{url}” is not fetched: only https addresses are, and this is {scheme}")]
    Scheme {
        /// The address, cut.
        url: String,
        /// Its scheme.
        scheme: String,
    },
    /// An address with a name or a password.
    #[error("the address at {host} is not fetched: it holds a name or a password")]
    Credentials {
        /// The host.
        host: String,
    },
    /// A port that is not called.
    #[error("port {port} of {host} is not called: only 443 is")]
    Port {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// A host that is not on the public internet.
    #[error("{host} is not called: its address {address} is not on the public internet")]
    NotPublic {
        /// The host.
        host: String,
        /// Its address.
        address: IpAddr,
    },
    /// A name that nobody knows.
    #[error("the name {host} is not known")]
    Unknown {
        /// The host.
        host: String,
    },
    /// Nothing can be called at all.
    #[error("nothing can be fetched on this machine ({why}): are the certificates of ca-certificates installed?")]
    Setup {
        /// What the library says.
        why: String,
    },
    /// No connection.
    #[error("{host} cannot be reached ({why})")]
    Connect {
        /// The host.
        host: String,
        /// Why.
        why: String,
    },
    /// The connection was cut, or what came was no HTTP.
    #[error("the connection to {host} was cut ({why})")]
    Cut {
        /// The host.
        host: String,
        /// Why.
        why: String,
    },
    /// Nothing came for too long.
    #[error("{host} sent nothing for {seconds} s")]
    Silent {
        /// The host.
        host: String,
        /// How long.
        seconds: u64,
    },
    /// The whole answer took too long.
    #[error("{host} did not answer within {seconds} s")]
    Late {
        /// The host.
        host: String,
        /// How long it may take.
        seconds: u64,
    },
    /// Too little came.
    #[error("{host} sends too slowly: less than {least} bytes in {seconds} s")]
    Slow {
        /// The host.
        host: String,
        /// How much should have come.
        least: u64,
        /// Within which time.
        seconds: u64,
    },
    /// A status that is not what was asked for.
    #[error("{host} answered {status}")]
    Status {
        /// The host.
        host: String,
        /// The status, with its words.
        status: u16,
    },
    /// A redirect to nowhere.
    #[error("{host} leads elsewhere and does not say where")]
    Nowhere {
        /// The host.
        host: String,
    },
    /// Too many redirects.
    #[error("{host} is led on more than {most} times")]
    Redirects {
        /// The last host.
        host: String,
        /// How many are followed.
        most: usize,
    },
    /// Packed, though it was asked for as it is.
    #[error("{host} sends it packed ({encoding}), which was not asked for")]
    Encoding {
        /// The host.
        host: String,
        /// How.
        encoding: String,
    },
    /// More than is taken.
    #[error("{host} sends more than the {most} bytes that are taken")]
    TooLarge {
        /// The host.
        host: String,
        /// How much is taken.
        most: u64,
    },
    /// Less came than should.
    #[error("{host} sent {got} of {expected} bytes")]
    Short {
        /// The host.
        host: String,
        /// How much came.
        got: u64,
        /// How much should have.
        expected: u64,
    },
    /// It has another size than it should.
    #[error("{host} has {found} bytes of it where {expected} were expected")]
    Size {
        /// The host.
        host: String,
        /// How much there is.
        found: u64,
        /// How much there should be.
        expected: u64,
    },
    /// A part came that was not asked for.
    #[error("{host} sent another part of the file than was asked for")]
    WrongPart {
        /// The host.
        host: String,
    },
    /// The disk.
    #[error("cannot {what} {path}: {source}")]
    Disk {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Somebody does not want it any more.
    #[error("it was cancelled")]
    Cancelled,
}

impl FetchError {
    /// Whether the same may work in a moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unknown { .. }
            | Self::Connect { .. }
            | Self::Cut { .. }
            | Self::Silent { .. }
            | Self::Late { .. }
            | Self::Slow { .. }
            | Self::Short { .. }
            | Self::WrongPart { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }

    /// Whether the disk is full.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Disk { source, .. } if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
    }

    /// What went wrong with a file.
    pub(super) fn disk(what: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { what, path, source }
    }
}
