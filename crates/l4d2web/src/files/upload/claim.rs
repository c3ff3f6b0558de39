use std::sync::{Arc, PoisonError};

use super::{Shared, UploadError, Uploads, blocking};
use crate::db::{overlays, quotas};
use crate::files::{FilePath, FilesError, Quota};
use crate::id::{OverlayId, UserId};

/// What a source counts for that cannot be weighed: more than anybody may have.
const UNWEIGHED: i64 = 1 << 50;

/// Room that is taken for what comes into an overlay and is counted nowhere else yet, so that what comes at once is judged together. It is free
/// again when this is dropped.
#[derive(Debug)]
pub struct Claim {
    shared: Arc<Shared>,
    overlay: OverlayId,
    owner: Option<UserId>,
    bytes: u64,
}

impl Claim {
    /// Takes so many bytes more.
    ///
    /// # Errors
    ///
    /// When the quota of the overlay's owner does not have them, or the database fails.
    pub async fn grow(&mut self, bytes: u64) -> Result<(), UploadError> {
        let Some(owner) = self.owner else { return Ok(()) };
        // First taken, then judged: of two at once, one at least sees the other.
        let claimed = {
            let mut claims = self.shared.claims.lock().unwrap_or_else(PoisonError::into_inner);
            let claimed = claims.entry(owner).or_default();
            *claimed = claimed.saturating_add(bytes);
            *claimed
        };
        self.bytes = self.bytes.saturating_add(bytes);
        match quotas::of_overlay(&self.shared.db, self.overlay).await? {
            Some(quota) => Ok(quota.fits(claimed).map_err(FilesError::Full)?),
            None => Ok(()),
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let Some(owner) = self.owner else { return };
        let mut claims = self.shared.claims.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(claimed) = claims.get_mut(&owner) {
            *claimed = claimed.saturating_sub(self.bytes);
            if *claimed == 0 {
                claims.remove(&owner);
            }
        }
    }
}

impl Uploads {
    /// Takes room for so many bytes that are about to come into an overlay.
    ///
    /// # Errors
    ///
    /// When the quota of the overlay's owner does not have them, or the database fails.
    pub async fn claim(&self, overlay: OverlayId, bytes: u64) -> Result<Claim, UploadError> {
        let owner = overlays::find(&self.0.db, overlay).await?.and_then(|overlay| overlay.owner_id);
        let mut claim = Claim { shared: Arc::clone(&self.0), overlay, owner, bytes: 0 };
        claim.grow(bytes).await?;
        Ok(claim)
    }

    /// How much may be in the overlays of an overlay's owner, and is or is on its way; none: no limit.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn quota(&self, overlay: OverlayId) -> Result<Option<Quota>, UploadError> {
        let Some(quota) = quotas::of_overlay(&self.0.db, overlay).await? else { return Ok(None) };
        let owner = overlays::find(&self.0.db, overlay).await?.and_then(|overlay| overlay.owner_id);
        let claims = self.0.claims.lock().unwrap_or_else(PoisonError::into_inner);
        let claimed = owner.and_then(|owner| claims.get(&owner)).copied().unwrap_or_default();
        Ok(Some(Quota { used: quota.used.saturating_add(claimed), ..quota }))
    }

    /// Writes down what the source of an overlay holds.
    ///
    /// # Errors
    ///
    /// When the database fails, or the source cannot be opened.
    pub(super) async fn weigh(&self, overlay: OverlayId) -> Result<(), UploadError> {
        let store = self.store(overlay).await?;
        let weighed = blocking(move || Ok(store.weigh(&FilePath::default()))).await?;
        let held = match weighed {
            Ok(weight) => i64::try_from(weight.bytes).unwrap_or(UNWEIGHED),
            Err(error) => {
                tracing::warn!(%overlay, %error, "the source of an overlay could not be weighed");
                UNWEIGHED
            }
        };
        Ok(quotas::set_held(&self.0.db, overlay, held).await?)
    }
}
