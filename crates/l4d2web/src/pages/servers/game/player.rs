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
    other: Field,
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
    let (reason, until) = match (read_reason(Fields(&sent).get("reason")), read_time(&at, Fields(&sent))) {
        (Ok(reason), Ok(until)) => (reason, until),
        (Err(refusal), _) => return refuse(at, who, &sent, refusal).await,
        (_, Err(refusal)) => {
            let mut page = PlayerPage::load(at, who).await?.with(&sent);
            page.other.error = Some(refusal);
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
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

/// Until when; none for good. What is written counts before what is chosen.
pub(super) fn read_time(at: &At, fields: Fields<'_>) -> Result<Option<i64>, String> {
    let other = fields.get("other").trim();
    let seconds = if other.is_empty() {
        let found = TIMES.into_iter().find(|(known, ..)| *known == fields.get("time"));
        found.ok_or("A ban is for one of the times that are listed, or for another.")?.2
    } else {
        Some(
            read_span(other)
                .ok_or("A time is a number of minutes, hours or days, up to 3650 d: “45 min”, “6 h”, “3 d”.")?,
        )
    };
    Ok(seconds.map(|seconds| at.state.clock.now() + seconds))
}

/// Seconds of `45 min`, `6 hours`, `3d`; up to ten years.
fn read_span(text: &str) -> Option<i64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "m" | "min" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        _ => return None,
    };
    let seconds = text[..end].parse::<i64>().ok()?.checked_mul(unit)?;
    (60..=3650 * 86_400).contains(&seconds).then_some(seconds)
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
    let mut page = PlayerPage::load(at, who).await?.with(sent);
    page.reason.error = Some(refusal);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

impl PlayerPage {
    /// The same with what was typed.
    fn with(mut self, sent: &Sent) -> Self {
        for field in [&mut self.reason, &mut self.time, &mut self.other] {
            Fields(sent).get(field.name).clone_into(&mut field.value);
        }
        self
    }

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
            other: Field::new("other", ""),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_minutes_hours_and_days_is_a_time() {
        for (text, seconds) in [
            ("45 min", 2700),
            ("45m", 2700),
            ("1 minute", 60),
            ("6 H", 21_600),
            ("3 days", 259_200),
            ("3650d", 315_360_000),
        ] {
            assert_eq!(read_span(text), Some(seconds), "{text}");
        }
        for text in [
            "",
            "45",
            "min",
            "0 min",
            "-1 h",
            "1.5 h",
            "3651 d",
            "99999999999999999999 d",
            "1 month",
            "1 h 5 min",
            "١ h",
        ] {
            assert_eq!(read_span(text), None, "{text}");
        }
    }
}
