use super::TreePath;
use crate::host::HostError;
use crate::live::plain;
use crate::pages::PageError;
use crate::sentence;

/// What is said when the host does not give `path`.
pub(in crate::pages) fn refused(error: &HostError, path: &TreePath) -> PageError {
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
