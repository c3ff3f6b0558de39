//! Uploads as the scripts of the page send them: JSON, one request for each piece.

mod answer;
mod begin;
mod cancel;
mod chunk;
mod finish;
mod list;
mod progress;

pub use begin::begin;
pub use cancel::cancel;
pub use chunk::chunk;
pub use finish::finish;
pub use list::list;
pub use progress::progress;

use answer::answer;
pub(super) use answer::settled;

use crate::files::upload::UploadId;
use crate::pages::{PageError, PageResult};

/// The key of the upload in an address.
fn key(text: &str) -> PageResult<UploadId> {
    UploadId::parse(text).ok_or(PageError::NotFound)
}
