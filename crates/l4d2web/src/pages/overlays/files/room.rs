use super::with_store;
use crate::db;
use crate::db::overlays::Overlay;
use crate::files::{FilePath, Quota};
use crate::pages::PageResult;
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
    let source = source.map_or(overlay.size(), |weight| weight.bytes);
    let others = room.used.saturating_sub(overlay.size());
    Ok(Some(Quota { most, used: others.saturating_add(source).saturating_add(coming) }))
}
