//! What a workshop overlay is made of: items of the Steam Workshop, with what came of fetching each.

mod add;
mod again;
mod all;
mod panel;
mod picture;
mod refresh;
mod remove;
mod row;

use crate::overlays::Kind;
use crate::pages::{PageError, PageResult};
use crate::routes::OverlayAccess;

pub use add::add;
pub use again::{check, check_one};
pub use all::all;
pub(super) use panel::{fragments, panel};
pub use picture::picture;
pub use refresh::refresh;
pub use remove::remove;

/// Nothing but a workshop overlay has items.
fn check_kind(access: &OverlayAccess) -> PageResult<()> {
    if access.overlay.kind == Kind::Workshop { Ok(()) } else { Err(PageError::NotFound) }
}
