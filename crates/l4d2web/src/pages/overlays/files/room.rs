use super::refused::refused;
use super::with_store;
use crate::db;
use crate::db::overlays::Overlay;
use crate::files::{FilePath, Quota};
use crate::pages::{PageError, PageResult};
use crate::state::AppState;

/// How much may still come into an overlay; none: as much as the disk takes. What was saved and not built yet counts, and so does what is on its
/// way.
pub(super) async fn quota(state: &AppState, overlay: &Overlay) -> PageResult<Option<Quota>> {
    let (Some(owner), room) = (overlay.owner_id, db::quotas::room(&state.db, overlay.owner_id).await?) else {
        return Ok(None);
    };
    let Some(most) = room.max else { return Ok(None) };
    let coming = u64::try_from(db::uploads::to_come(&state.db, owner).await?).unwrap_or_default();
    let source = with_store(state, overlay.id, |store| store.weigh(&FilePath::default())).await?;
    // What cannot be weighed counts for more than anything that may be had.
    let source = source.map_err(refused)?.bytes;
    let others = room.used.saturating_sub(overlay.size());
    Ok(Some(Quota { most, used: others.saturating_add(source).saturating_add(coming) }))
}

/// Refuses to save so many bytes where they would be more than may come into an overlay.
pub(super) async fn check(state: &AppState, overlay: &Overlay, bytes: usize) -> PageResult<()> {
    match quota(state, overlay).await? {
        Some(quota) => quota.fits(bytes as u64).map_err(|full| PageError::Unprocessable(full.to_string())),
        None => Ok(()),
    }
}
