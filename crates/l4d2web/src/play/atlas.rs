//! The campaigns that a server has: those of the game, and those that its overlays bring from the Workshop.

use std::sync::LazyLock;

use crate::db::{self, Db};
use crate::game::Atlas;
use crate::id::BlueprintId;

/// Those of the game.
pub(super) fn official() -> &'static Atlas {
    static OFFICIAL: LazyLock<Atlas> = LazyLock::new(Atlas::official);
    &OFFICIAL
}

/// All of a server that is made of this blueprint.
///
/// # Errors
///
/// When the database fails.
pub async fn atlas(db: &Db, blueprint: BlueprintId) -> db::Result<Atlas> {
    let contents = db::played_servers::contents(db, blueprint).await?;
    Ok(official().clone().with(contents.iter().flat_map(|contents| &contents.missions)))
}
