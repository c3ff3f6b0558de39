use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::{answer, count};
use crate::command::Who;
use crate::command::act::Doer;
use crate::db::{self, bans::NewBan};
use crate::game::PlayerName;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::servers::At;
use crate::pages::servers::frame::{Frame, ServerTab};
use crate::pages::{Nav, PageError, PageResult, Shell};
use crate::rights::ServerRight;

/// The longest reason, in characters: it is shown to whom it concerns.
const LONGEST: usize = 120;

/// For how long somebody is banned: value, word, seconds; none for good.
pub(super) const TIMES: [(&str, &str, Option<i64>); 5] = [
    ("10m", "10 minutes", Some(600)),
    ("1h", "1 hour", Some(3600)),
    ("1d", "1 day", Some(86_400)),
    ("1w", "1 week", Some(604_800)),
    ("good", "For good", None),
];

/// Somebody, as they can be kicked and banned.
#[derive(Template, WebTemplate)]
#[template(path = "servers/game/player.html")]
struct PlayerPage {
    shell: Shell,
    frame: Frame,
    who: Who,
    name: String,
    profile: Option<String>,
    /// Whether they are on the server now.
    here: bool,
    /// Whether the reader may ban.
    may_ban: bool,
    banned: bool,
    reason: Field,
    time: Field,
}

/// The page of somebody who plays or played.
pub async fn player(at: At, Path((_, who)): Path<(i64, String)>) -> PageResult {
    let who = Who::parse(&who).ok_or(PageError::NotFound)?;
    let page = PlayerPage::load(at, who).await?;
    Ok(page.into_response())
}

/// Throws somebody out.
pub async fn kick(at: At, Path((_, who)): Path<(i64, String)>, Form(sent): Form<Sent>) -> PageResult {
    count(&at)?;
    let who = Who::parse(&who).ok_or(PageError::NotFound)?;
    let reason = match read_reason(Fields(&sent).get("reason")) {
        Ok(reason) => reason,
        Err(refusal) => return refuse(at, who, &sent, refusal).await,
    };
    let (name, _) = name(&at, who).await?;
    let doer = Doer { state: &at.state, server: &at.server, user: at.user.id };
    let outcome = doer.kick(who, &name, &reason).await?;
    answer(&at, &format!("/servers/{}/players", at.server.id), outcome)
}

/// Bans somebody, and throws them out.
pub async fn ban(at: At, Path((_, who)): Path<(i64, String)>, Form(sent): Form<Sent>) -> PageResult {
    count(&at)?;
    let who = Who::parse(&who).ok_or(PageError::NotFound)?;
    let Who::Account(id) = who else {
        return Err(PageError::Conflict("Steam has not told who that is yet. Kick them, or wait a moment.".to_owned()));
    };
    let (reason, until) = match (read_reason(Fields(&sent).get("reason")), read_time(&at, Fields(&sent).get("time"))) {
        (Ok(reason), Ok(until)) => (reason, until),
        (Err(refusal), _) => return refuse(at, who, &sent, refusal).await,
        (_, Err(refusal)) => return Err(PageError::Unprocessable(refusal)),
    };
    let (name, _) = name(&at, who).await?;
    let doer = Doer { state: &at.state, server: &at.server, user: at.user.id };
    let outcome = doer.ban(NewBan { steam_id: id.to_i64(), name, reason, until }).await?;
    answer(&at, &format!("/servers/{}/bans", at.server.id), outcome)
}

/// A reason as it is kept: one line.
pub(super) fn read_reason(text: &str) -> Result<String, String> {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let plain = plain.trim().to_owned();
    if plain.chars().count() > LONGEST {
        return Err(format!("A reason has at most {LONGEST} characters."));
    }
    Ok(plain)
}

/// Until when; none for good.
pub(super) fn read_time(at: &At, value: &str) -> Result<Option<i64>, String> {
    let found = TIMES.into_iter().find(|(known, ..)| *known == value);
    let (_, _, seconds) = found.ok_or("A ban is for one of the times that are listed.")?;
    Ok(seconds.map(|seconds| at.state.clock.now() + seconds))
}

/// What somebody is called, and whether they are on the server. 404 for whom the panel has never seen here.
pub(super) async fn name(at: &At, who: Who) -> PageResult<(String, bool)> {
    let seen = at.state.play.seen(at.server.id);
    let here = seen.as_deref().and_then(|seen| seen.people.iter().find(|here| who.is(&here.player)));
    if let Some(here) = here {
        return Ok((here.player.name.to_string(), true));
    }
    let Who::Account(id) = who else { return Err(PageError::NotFound) };
    let name = db::player_sessions::name(&at.state.db, at.server.id, id).await?.ok_or(PageError::NotFound)?;
    Ok((PlayerName::new(name.as_bytes()).to_string(), false))
}

async fn refuse(at: At, who: Who, sent: &Sent, refusal: String) -> PageResult {
    let mut page = PlayerPage::load(at, who).await?;
    page.reason = Field::new("reason", Fields(sent).get("reason")).refused(refusal);
    page.time = Field::new("time", Fields(sent).get("time"));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

impl PlayerPage {
    async fn load(at: At, who: Who) -> PageResult<Self> {
        let (name, here) = name(&at, who).await?;
        let frame = at.frame(ServerTab::Players).await?;
        let profile = match who {
            Who::Account(id) => Some(id.profile()),
            Who::Number(_) => None,
        };
        let bans = db::bans::of(&at.state.db, at.server.id, at.state.clock.now()).await?;
        let banned =
            matches!(who, Who::Account(id) if bans.iter().any(|ban| ban.steam_id == id.to_i64() && !ban.lifted));
        Ok(Self {
            may_ban: at.standing.may(ServerRight::Ban) && profile.is_some(),
            shell: at.shell.at(Nav::Servers),
            frame,
            who,
            name,
            profile,
            here,
            banned,
            reason: Field::new("reason", ""),
            time: Field::new("time", "1d"),
        })
    }
}
