use axum::Form;

use super::{answer, count};
use crate::command::act::Doer;
use crate::pages::fields::{Fields, Sent};
use crate::pages::servers::At;
use crate::pages::{PageError, PageResult};

/// The longest that all players can read, in characters.
const LONGEST: usize = 120;

/// Says something to all who play.
pub async fn say(at: At, Form(sent): Form<Sent>) -> PageResult {
    count(&at)?;
    let text = Fields(&sent).get("text").trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(PageError::Unprocessable(format!("Say something of at most {LONGEST} characters.")));
    }
    let doer = Doer { state: &at.state, server: &at.server, user: at.user.id };
    let outcome = doer.say(text).await?;
    answer(&at, &format!("/servers/{}/players", at.server.id), outcome)
}
