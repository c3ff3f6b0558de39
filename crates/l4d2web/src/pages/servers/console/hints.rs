//! What the console completes besides names of commands: the maps that a server has, and who is on it.

use std::collections::BTreeSet;

use askama::Template;

use crate::command::{MapName, atlas};
use crate::db::servers::Server;
use crate::id::ServerId;
use crate::live::Fragment;
use crate::pages::PageResult;
use crate::state::AppState;

/// How many maps are completed.
const MAPS: usize = 3000;

/// The maps of all campaigns that a server is known to have, in order.
pub(super) async fn maps(state: &AppState, server: &Server) -> Vec<String> {
    let (atlas, _) = match atlas(state, server).await {
        Ok(atlas) => atlas,
        Err(error) => {
            tracing::warn!(server = %server.id, %error, "the maps of a server cannot be read");
            return Vec::new();
        }
    };
    let chapters = atlas.campaigns().iter().flat_map(|campaign| campaign.modes.values().flatten());
    let names = chapters.filter_map(|chapter| MapName::parse(&chapter.map).ok());
    let names: BTreeSet<_> = names.map(|map| map.as_str().to_owned()).collect();
    names.into_iter().take(MAPS).collect()
}

/// Who is on a server.
#[derive(Template)]
#[template(path = "servers/console/players.html")]
pub(super) struct Players {
    players: Vec<Somebody>,
}

struct Somebody {
    number: u32,
    name: String,
    /// Whether the name may be typed as it is. Others are told by their number alone: a name may be written to be a command.
    plain: bool,
}

impl Players {
    pub(super) fn of(state: &AppState, server: ServerId) -> Self {
        let seen = state.play.seen(server);
        let people = seen.iter().flat_map(|seen| &seen.people);
        let players = people.map(|here| {
            let name = here.player.name.to_string();
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !name.is_empty();
            Somebody { number: here.player.userid, plain, name }
        });
        Self { players: players.collect() }
    }

    /// What the stream of the page sends of it.
    pub(super) fn fragment(&self) -> PageResult<Fragment> {
        Ok(Fragment::new("console-players", self.render()?))
    }
}

/// What changes on the page of the console besides its log.
///
/// # Errors
///
/// When a template fails.
pub(in crate::pages::servers) fn console_fragments(state: &AppState, server: ServerId) -> PageResult<Vec<Fragment>> {
    Ok(vec![Players::of(state, server).fragment()?])
}
