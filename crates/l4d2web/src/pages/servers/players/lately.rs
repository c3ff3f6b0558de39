use std::collections::HashSet;

use askama::Template;

use crate::db::player_sessions::Played;
use crate::db::{self, Db};
use crate::game::{PlayerName, SteamId};
use crate::id::ServerId;
use crate::pages::PageResult;
use crate::pages::kit::{duration, initial};
use crate::rights::{ServerRight, Standing};

/// How many are listed.
const MOST: i64 = 50;

/// Of whom there are pictures.
#[derive(Debug, Default)]
pub(super) struct Faces {
    server: Option<ServerId>,
    ids: HashSet<SteamId>,
}

impl Faces {
    pub(super) async fn load(db: &Db, server: ServerId) -> db::Result<Self> {
        let ids = db::steam_profiles::pictured(db, server).await?;
        Ok(Self { server: Some(server), ids: ids.into_iter().collect() })
    }

    /// Where the picture of somebody is.
    pub(super) fn of(&self, id: SteamId) -> Option<String> {
        let server = self.server.filter(|_| self.ids.contains(&id))?;
        Some(format!("/servers/{server}/players/{}/avatar", id.to_u64()))
    }
}

/// The first letter or figure of a name, which may begin with anything.
pub(super) fn letter(name: &str) -> String {
    initial(name.find(char::is_alphanumeric).map_or(name, |at| &name[at..]))
}

/// Who played lately; it stands in the fragment `lately`.
#[derive(Template)]
#[template(path = "servers/players/lately.html")]
pub(super) struct PlayedLately {
    people: Vec<Row>,
}

struct Row {
    name: String,
    face: String,
    picture: Option<String>,
    profile: String,
    left_at: i64,
    played: String,
    pings: String,
    /// Where they are banned; empty for those who may not.
    act: String,
}

impl PlayedLately {
    pub(super) async fn load(db: &Db, server: ServerId, faces: &Faces, standing: Standing) -> PageResult<String> {
        let may = standing.may(ServerRight::Ban);
        let played = db::player_sessions::lately(db, server, MOST).await?;
        let list = Self { people: played.iter().map(|played| row(played, faces, server, may)).collect() };
        Ok(list.render()?)
    }
}

fn row(played: &Played, faces: &Faces, server: ServerId, may: bool) -> Row {
    let name = PlayerName::new(played.name.as_bytes()).to_string();
    Row {
        act: if may { format!("/servers/{server}/players/{}", played.steam_id.to_u64()) } else { String::new() },
        face: letter(&name),
        picture: faces.of(played.steam_id),
        profile: played.steam_id.profile(),
        left_at: played.left_at,
        played: duration(played.left_at - played.joined_at),
        pings: match played.pings {
            Some((least, most)) if least == most => format!("{least} ms"),
            Some((least, most)) => format!("{least} to {most} ms"),
            None => String::new(),
        },
        name,
    }
}
