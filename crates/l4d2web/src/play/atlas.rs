//! The campaigns that a server has: those of the game, and those that its overlays bring: from the Workshop, from collections of maps, and from files.

use std::sync::LazyLock;

use crate::db::{self, Db};
use crate::files::Files;
use crate::game::Atlas;
use crate::id::BlueprintId;

/// Those of the game.
pub(super) fn official() -> &'static Atlas {
    static OFFICIAL: LazyLock<Atlas> = LazyLock::new(Atlas::official);
    &OFFICIAL
}

/// All of a server that is made of this blueprint. What its files overlays bring is read from their sources, which what runs was built of.
///
/// # Errors
///
/// When the database fails.
pub async fn atlas(db: &Db, files: &Files, blueprint: BlueprintId) -> db::Result<Atlas> {
    let contents = db::played_servers::contents(db, blueprint).await?;
    let overlays = db::played_servers::files_overlays(db, blueprint).await?;
    let mut own = Vec::new();
    if !overlays.is_empty() {
        let files = files.clone();
        let read = move || overlays.into_iter().flat_map(|overlay| files.campaigns(overlay)).collect();
        own = tokio::task::spawn_blocking(read).await.unwrap_or_default();
    }
    Ok(official().clone().with(contents.iter().flat_map(|contents| &contents.missions)).with(&own))
}
