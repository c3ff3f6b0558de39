//! The Files tab of a server: what it sees, read from its layers by `l4d2ctl files` and never through its mount. Read only.

mod branch;
mod download;
mod path;
mod show;

pub use download::download;
pub use show::show;

use crate::host::HostError;
use crate::live::plain;
use crate::pages::PageError;
use crate::sentence;
use path::TreePath;

/// What is said when the host does not give `path`.
fn refused(error: &HostError, path: &TreePath) -> PageError {
    match error.code() {
        Some(66) => PageError::NotFound,
        Some(65) => PageError::Unprocessable(format!("“{path}” is not what was asked for. {}", said(error))),
        Some(2) => PageError::Unprocessable(said(error)),
        _ => match error {
            HostError::Busy(busy) => (*busy).into(),
            _ => PageError::Unavailable(format!("The files cannot be read. {}", said(error))),
        },
    }
}

/// What the host said, as a sentence. Names of files stand in it, which foreign programs choose.
fn said(error: &HostError) -> String {
    sentence(&plain(&error.words()))
}
