use super::upload::refused;
use crate::files::upload::Claim;
use crate::id::OverlayId;
use crate::pages::PageResult;
use crate::state::AppState;

/// Takes room for so many bytes that are about to be saved, or refuses them. To be kept until it is noted that the overlay has changed.
pub(super) async fn claim(state: &AppState, overlay: OverlayId, bytes: usize) -> PageResult<Claim> {
    state.uploads.claim(overlay, bytes as u64).await.map_err(refused)
}
