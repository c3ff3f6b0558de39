use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use tokio::time::timeout;

use super::player::{read_reason, read_time};
use super::{answer, count};
use crate::command::Running;
use crate::command::act::Doer;
use crate::command::bans::{InGame, in_game};
use crate::db::{self, bans::Ban, bans::NewBan};
use crate::game::{PlayerName, SteamId};
use crate::live::plain;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::{Field, duration};
use crate::pages::servers::At;
use crate::pages::servers::frame::{Frame, ServerTab};
use crate::pages::{Nav, PageError, PageResult, Shell};

/// How long a page waits for the game to tell its own.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many rows a page has at most.
const ROWS: usize = 1000;

/// Who may not come.
#[derive(Template, WebTemplate)]
#[template(path = "servers/game/bans.html")]
struct BansPage {
    shell: Shell,
    frame: Frame,
    rows: Vec<Row>,
    /// How many are left out.
    more: usize,
    /// Why the bans of the game itself are not among them; empty when they are.
    untold: String,
    account: Field,
    reason: Field,
    time: Field,
    other: Field,
}

struct Row {
    id: SteamId,
    name: String,
    reason: String,
    by: Option<String>,
    made_at: Option<i64>,
    /// Until when; none for good.
    until: Option<i64>,
    /// For how long in all, of one that the game alone knows.
    left: Option<String>,
    /// What is to be known of it besides.
    note: &'static str,
}

/// The page of bans.
pub async fn bans(at: At) -> PageResult {
    Ok(BansPage::load(at).await?.into_response())
}

/// Bans somebody by the account, who need never have been here.
pub async fn add_ban(at: At, Form(sent): Form<Sent>) -> PageResult {
    count(&at)?;
    let fields = Fields(&sent);
    let id = read_account(fields.get("id"));
    let reason = read_reason(fields.get("reason"));
    let until = read_time(&at, fields);
    let (Some(id), Ok(reason), Ok(until)) = (id, reason.clone(), until.clone()) else {
        let mut page = BansPage::load(at).await?;
        page.account = Field::new("id", fields.get("id"));
        page.reason = Field::new("reason", fields.get("reason"));
        page.time = Field::new("time", fields.get("time"));
        page.other = Field::new("other", fields.get("other"));
        if id.is_none() {
            let taken = "That is no Steam account. STEAM_1:Y:Z, [U:1:N], 17 figures, or the address of a profile with them is taken.";
            page.account.error = Some(taken.to_owned());
        }
        page.reason.error = reason.err();
        page.other.error = until.err();
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let name = db::player_sessions::name(&at.state.db, at.server.id, id).await?.unwrap_or_default();
    let name = if name.is_empty() { name } else { PlayerName::new(name.as_bytes()).to_string() };
    let doer = Doer { state: &at.state, server: &at.server, user: at.user.id };
    let outcome = doer.ban(NewBan { steam_id: id.to_i64(), name, reason, until }).await?;
    answer(&at, &format!("/servers/{}/bans", at.server.id), outcome)
}

/// Lets somebody come again.
pub async fn lift(at: At, Path((_, id)): Path<(i64, String)>) -> PageResult {
    count(&at)?;
    let id = id.parse().ok().and_then(SteamId::from_u64).ok_or(PageError::NotFound)?;
    let bans = db::bans::of(&at.state.db, at.server.id, at.state.clock.now()).await?;
    let name = bans.into_iter().find(|ban| ban.steam_id == id.to_i64()).map(|ban| ban.name).unwrap_or_default();
    let doer = Doer { state: &at.state, server: &at.server, user: at.user.id };
    let outcome = doer.lift(id, &name).await?;
    answer(&at, &format!("/servers/{}/bans", at.server.id), outcome)
}

fn read_account(text: &str) -> Option<SteamId> {
    let text = text.trim().trim_end_matches('/');
    let profile = text.strip_prefix("https://steamcommunity.com/profiles/");
    SteamId::parse(profile.unwrap_or(text)).ok()
}

impl BansPage {
    async fn load(at: At) -> PageResult<Self> {
        let frame = at.frame(ServerTab::Players).await?;
        let wished = db::bans::of(&at.state.db, at.server.id, at.state.clock.now()).await?;
        let (has, untold) = match timeout(PATIENCE, in_game(&at.state, at.server.id)).await {
            Ok(Ok(has)) => (Some(has), String::new()),
            Ok(Err(error)) => (None, error.sentence(&at.server.name)),
            Err(_) => (None, format!("“{}” does not answer just now.", at.server.name)),
        };
        let running = Running::of(&at.state.db, at.server.id).await.ok();
        let start = running.map(|running| running.started_at.unwrap_or(0));
        let mut rows = rows(wished, has.as_deref(), start, at.state.clock.now());
        let more = rows.len().saturating_sub(ROWS);
        rows.truncate(ROWS);
        Ok(Self {
            shell: at.shell.at(Nav::Servers),
            frame,
            rows,
            more,
            untold,
            account: Field::new("id", ""),
            reason: Field::new("reason", ""),
            time: Field::new("time", "good"),
            other: Field::new("other", ""),
        })
    }
}

/// What was wished here, then what the game has besides. `has` is none when it does not tell, `start` when it does not run.
fn rows(wished: Vec<Ban>, has: Option<&[InGame]>, start: Option<i64>, now: i64) -> Vec<Row> {
    let in_game = |id: SteamId| has.is_some_and(|has| has.iter().any(|found| found.id == id));
    let known: Vec<i64> = wished.iter().map(|ban| ban.steam_id).collect();
    let mut rows: Vec<Row> = Vec::new();
    for ban in wished {
        let Some(id) = SteamId::from_i64(ban.steam_id) else { continue };
        let told = start.is_some() && ban.told_start == start;
        let note = match (ban.lifted, has.is_some(), in_game(id)) {
            // It is gone from the game already, or was never heard of.
            (true, true, false) => continue,
            (true, ..) if ban.until_at.is_some_and(|until| until <= now) => "Over; the game is told when it answers",
            (true, ..) => "Lifted; the game is told when it answers",
            (false, true, false) if told => "Lifted in the game itself; it is told again at the next start",
            (false, ..) if start.is_some() && !told => "Waits: the game is told when it answers",
            (false, ..) => "",
        };
        rows.push(Row {
            id,
            name: ban.name,
            reason: plain(&ban.reason).into_owned(),
            by: ban.by,
            made_at: Some(ban.made_at),
            until: ban.until_at,
            left: None,
            note,
        });
    }
    let others = has.unwrap_or_default().iter().filter(|found| !known.contains(&found.id.to_i64()));
    rows.extend(others.map(|found| Row {
        id: found.id,
        name: String::new(),
        reason: String::new(),
        by: None,
        made_at: None,
        until: None,
        left: found.minutes.map(minutes),
        note: "Made in the game",
    }));
    rows
}

#[expect(clippy::cast_possible_truncation, reason = "a time in words")]
fn minutes(minutes: f64) -> String {
    duration((minutes * 60.0).clamp(0.0, 1e12) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ban(account: &str, lifted: bool, until_at: Option<i64>, told_start: Option<i64>) -> Ban {
        let steam_id = SteamId::parse(account).unwrap().to_i64();
        let (name, reason) = ("Mal".to_owned(), "griefing".to_owned());
        Ban { steam_id, name, reason, by: Some("zoey".to_owned()), made_at: 1, until_at, lifted, told_start }
    }

    #[test]
    fn bans_of_both_sides_are_listed_once() {
        let has = |account: &str, minutes| {
            let id = SteamId::parse(account).unwrap();
            InGame { id, text: id.to_string(), minutes }
        };
        let has = [has("[U:1:1]", None), has("[U:1:3]", Some(2.5)), has("[U:1:4]", None), has("[U:1:7]", None)];
        let wished = || {
            vec![
                ban("[U:1:1]", false, None, Some(5)),
                ban("[U:1:2]", false, None, Some(5)),
                ban("[U:1:4]", true, None, None),
                ban("[U:1:5]", true, None, None),
                ban("[U:1:6]", false, None, Some(4)),
                ban("[U:1:7]", true, Some(9), None),
            ]
        };
        let notes = |has: Option<&[InGame]>, start| {
            let rows = rows(wished(), has, start, 10);
            rows.into_iter().map(|row| format!("{} {}", row.id.steam3(), row.note)).collect::<Vec<_>>()
        };
        assert_eq!(
            notes(Some(&has), Some(5)),
            [
                "[U:1:1] ",
                "[U:1:2] Lifted in the game itself; it is told again at the next start",
                "[U:1:4] Lifted; the game is told when it answers",
                "[U:1:6] Waits: the game is told when it answers",
                "[U:1:7] Over; the game is told when it answers",
                "[U:1:3] Made in the game",
            ]
        );
        assert_eq!(rows(wished(), Some(&has), Some(5), 10)[5].left.as_deref(), Some("2 min 30 s"));
        let down = notes(None, None);
        assert_eq!((down.len(), down[0].as_str(), down[4].as_str()), (6, "[U:1:1] ", "[U:1:6] "));
    }

    #[test]
    fn accounts_are_taken_in_every_form() {
        for text in
            ["STEAM_1:1:35074132", " 76561198030413993 ", "https://steamcommunity.com/profiles/76561198030413993/"]
        {
            assert_eq!(read_account(text).unwrap().to_u64(), 76_561_198_030_413_993);
        }
        for text in ["", "Mal", "https://steamcommunity.com/id/mal", "https://example.test/76561198030413993"] {
            assert_eq!(read_account(text), None, "{text}");
        }
    }
}
