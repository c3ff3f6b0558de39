use askama::Template;

use super::lately::{Faces, letter};
use crate::command::Who;
use crate::id::ServerId;
use crate::pages::PageResult;
use crate::play::{Look, Seen};
use crate::rights::{ServerRight, Standing};

/// Who plays; it stands in the fragment `people`.
#[derive(Template)]
#[template(path = "servers/players/now.html")]
pub(super) struct PlayingNow {
    /// None when nothing is seen of the server.
    people: Option<Vec<Row>>,
    /// What is said when nothing is seen.
    why: String,
    max: u32,
    humans: u32,
    now: i64,
}

struct Row {
    /// The name as it is shown.
    name: String,
    face: String,
    /// Where the picture is; none when there is none.
    picture: Option<String>,
    profile: Option<String>,
    bot: bool,
    joined: i64,
    /// None as long as they load.
    ping: Option<u32>,
    /// Where they are kicked and banned; empty for those who may not.
    act: String,
}

impl PlayingNow {
    pub(super) fn render(
        look: Option<&Look>,
        faces: &Faces,
        server: ServerId,
        standing: Standing,
        now: i64,
    ) -> PageResult<String> {
        let seen = look.and_then(|look| look.seen.as_deref());
        let why = match look {
            Some(Look { seen: None, unseen: Some((why, _)) }) => format!("It {}.", why.words()),
            Some(_) => String::new(),
            None => "It does not run.".to_owned(),
        };
        let list = Self {
            people: seen.map(|seen| rows(seen, faces, server, standing)),
            why,
            max: seen.map_or(0, |seen| seen.status.max),
            humans: seen.map_or(0, |seen| seen.status.humans),
            now,
        };
        Ok(askama::Template::render(&list)?)
    }
}

/// People first, those who are there longest on top; then bots.
fn rows(seen: &Seen, faces: &Faces, server: ServerId, standing: Standing) -> Vec<Row> {
    let may = standing.may(ServerRight::Direct);
    let mut rows: Vec<_> = seen
        .people
        .iter()
        .map(|here| {
            let player = &here.player;
            let (name, id) = (player.name.to_string(), player.steam_id());
            Row {
                face: letter(&name),
                picture: id.and_then(|id| faces.of(id)),
                profile: id.map(crate::game::SteamId::profile),
                bot: player.is_bot(),
                joined: here.joined,
                act: if may { format!("/servers/{server}/players/{}", Who::of(player)) } else { String::new() },
                ping: (player.state == "active").then_some(player.ping),
                name,
            }
        })
        .collect();
    rows.sort_by_key(|row| (row.bot, row.joined));
    rows
}
