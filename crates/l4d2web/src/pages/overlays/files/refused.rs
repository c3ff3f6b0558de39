use crate::files::FilesError;
use crate::pages::PageError;

/// What a refusal of the store is as a page.
pub(super) fn refused(error: FilesError) -> PageError {
    match error {
        FilesError::Missing(_) => PageError::NotFound,
        FilesError::Taken(_) | FilesError::Changed(_) | FilesError::Cycle(_) => PageError::Conflict(error.to_string()),
        FilesError::Io { .. } => PageError::Internal(error.into()),
        _ => PageError::Unprocessable(error.to_string()),
    }
}
