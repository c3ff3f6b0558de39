//! What stands under the head of a server's page about its care: that it hangs, that a restart waits, that it crashes again and again. And what admins
//! are told of the game.

use askama::Template;

use crate::db::server_crashes::{self, Crash, Hang};
use crate::db::servers::Server;
use crate::db::users::User;
use crate::db::waiting_restarts::{self, Deed, Reason, WaitingRestart};
use crate::pages::PageResult;
use crate::rights::{ServerRight, Standing};
use crate::state::AppState;

/// How long crashes are counted, in seconds.
const COUNTED: i64 = 86_400;

#[derive(Template)]
#[template(path = "care/notices.html")]
struct Notices {
    server: i64,
    hang: Option<Hang>,
    restart: Option<WaitingRestart>,
    crashes: Vec<Crash>,
    may_start: bool,
    now: i64,
}

/// They, as HTML; empty when there is nothing to say.
pub async fn notices(state: &AppState, server: &Server, standing: Standing) -> PageResult<String> {
    let now = state.clock.now();
    let notices = Notices {
        server: server.id.0,
        hang: server_crashes::hangs(&state.db, Some(server.id)).await?.pop(),
        restart: waiting_restarts::list(&state.db, Some(server.id)).await?.pop(),
        crashes: server_crashes::since(&state.db, server.id, now - COUNTED).await?,
        may_start: standing.may(ServerRight::Start),
        now,
    };
    Ok(notices.render()?)
}

impl Notices {
    /// What it does.
    fn verb(restart: &WaitingRestart) -> &'static str {
        match restart.deed {
            Deed::Restart => "restarts",
            Deed::Stop => "stops",
        }
    }

    /// Why it waits.
    fn why(restart: &WaitingRestart) -> String {
        match (restart.reason, &restart.by) {
            (Reason::Asked, Some(by)) => format!("asked by {by}"),
            (Reason::Asked, None) => "asked for".to_owned(),
            (Reason::Update, _) => "since there is a newer game".to_owned(),
            (Reason::Schedule, _) => "as it does each day".to_owned(),
            (Reason::Uptime, _) => "since it has run for long".to_owned(),
        }
    }

    fn is_worth_counting(&self) -> bool {
        self.crashes.len() > 1 || self.crashes.first().is_some_and(|crash| !crash.back)
    }
}

#[derive(Template)]
#[template(path = "care/newer_game.html")]
struct NewerGame {
    build: String,
}

/// What an admin is told when Steam has a newer game than the installed one, as HTML; empty when it has not, and for others.
pub async fn newer_game(state: &AppState, user: &User) -> PageResult<String> {
    if !user.admin {
        return Ok(String::new());
    }
    let game = state.game.look().await.ok().filter(crate::host::shape::Game::update_waits);
    match game.and_then(|game| game.latest) {
        Some(latest) => Ok(NewerGame { build: latest.build }.render()?),
        None => Ok(String::new()),
    }
}
