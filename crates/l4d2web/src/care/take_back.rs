//! Taking back what waits, as somebody wishes.

use sqlx::SqliteConnection;

use super::newer_game;
use crate::db::waiting_restarts::{self, Reason};
use crate::db::{Result, server_care};
use crate::host::shape::Status;
use crate::id::ServerId;

/// Lets a restart or a stop of a server wait no longer; none when nothing did. What would have it wished for again at once, a newer game or long
/// hours, does not until there is another game, or another start.
///
/// # Errors
///
/// When the database fails.
pub async fn take_back(tx: &mut SqliteConnection, server: ServerId) -> Result<Option<waiting_restarts::Deed>> {
    let Some((deed, reason)) = waiting_restarts::deed(&mut *tx, server).await? else { return Ok(None) };
    let status = server_care::status(&mut *tx, server).await?;
    if let Some(status) = status.and_then(|status| serde_json::from_str::<Status>(&status).ok()) {
        // Whoever asked for it may have taken the place of the other reason.
        let uptime = status.started_at.filter(|_| reason == Reason::Uptime);
        server_care::decline(&mut *tx, server, newer_game(&status), uptime).await?;
    }
    waiting_restarts::delete(&mut *tx, server).await?;
    Ok(Some(deed))
}
