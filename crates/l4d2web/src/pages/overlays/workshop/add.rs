//! Adding items.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::check_kind;
use super::panel::with;
use crate::db::overlay_items::{self, Added};
use crate::db::quotas;
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::{Field, count};
use crate::pages::overlays::show::OverlayPage;
use crate::pages::{PageResult, Shell, go, refuse};
use crate::queue::Work;
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;
use crate::steam::{Item, ItemId, Pasted, Steam, SteamError, Word, parse_paste};
use crate::workshop::{ITEMS_MAX, Outcome};

/// How long Steam may take for all of it, and how many refusals are shown at once.
const PATIENCE: Duration = Duration::from_mins(1);
const REFUSALS: usize = 10;

/// What Steam says of what was pasted.
struct Found {
    /// What can be added.
    items: Vec<(ItemId, Item)>,
    /// What is wrong with what was pasted itself.
    refused: Vec<String>,
    /// What is wrong with what collections hold.
    left_out: Vec<String>,
}

/// Adds what was pasted, all or nothing: what names no item of this game is named. What a collection holds and cannot be had is left out, and
/// told.
pub async fn add(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    check_kind(&access)?;
    let (id, user) = (access.overlay.id, &me.session.user);
    let typed = Field::new("items", Fields(&sent).get("items"));
    let left_out = match take(&state, &access, &typed.value).await? {
        Ok(left_out) => left_out,
        Err(refusal) => {
            let panel = with(&state, &access, &shell, &typed.refused(refusal), &[]).await?;
            let page = OverlayPage::load(&state, shell, &access, user, Some(panel)).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    state.bus.send(Change::Overlay(id));
    state.queue.enqueue(Work::Build(id), Some(user.id)).await.map_err(refuse)?;
    if left_out.is_empty() {
        return Ok(go(&shell, &format!("/overlays/{id}")));
    }
    let panel = with(&state, &access, &shell, &Field::new("items", ""), &left_out).await?;
    Ok(OverlayPage::load(&state, shell, &access, user, Some(panel)).await?.into_response())
}

/// Takes what was pasted; what was left out, or why nothing was taken.
async fn take(state: &AppState, access: &OverlayAccess, text: &str) -> PageResult<Result<Vec<String>, String>> {
    let pasted = match parse_paste(text, ITEMS_MAX) {
        Ok(pasted) => pasted,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let room = quotas::room(&state.db, access.overlay.owner_id).await?;
    if let Err(refusal) = room.for_one(access.overlay.counted()) {
        return Ok(Err(refusal));
    }
    let found = match timeout(PATIENCE, ask(state.workshop.steam(), &pasted)).await {
        Ok(Ok(found)) => found,
        Ok(Err(SteamError::Fetch(error))) => {
            return Ok(Err(format!("Steam gave no answer: {error}. Nothing was added. Try again in a moment.")));
        }
        Ok(Err(error)) => return Ok(Err(format!("Nothing was added: {error}."))),
        Err(_) => return Ok(Err("Steam takes too long. Nothing was added. Try again in a moment.".to_owned())),
    };
    if !found.refused.is_empty() {
        return Ok(Err(shortened(found.refused).join(" ")));
    }
    if found.items.is_empty() {
        return Ok(Err("There is no item in it that could be added.".to_owned()));
    }
    match overlay_items::add(&state.db, access.overlay.id, &found.items, ITEMS_MAX, state.clock.now()).await? {
        Added::New(0) => Ok(Err("All of these are in it already.".to_owned())),
        Added::New(_) => Ok(Ok(shortened(found.left_out))),
        Added::Full { present, new } => Ok(Err(format!(
            "It has {}, and these are {new} more. An overlay takes {ITEMS_MAX} at most. Nothing was added.",
            count(present, "item", "items")
        ))),
    }
}

async fn ask(steam: &Steam, pasted: &[Pasted]) -> Result<Found, SteamError> {
    let never = CancellationToken::new();
    let lines: HashMap<ItemId, usize> = pasted.iter().map(|pasted| (pasted.id, pasted.line)).collect();
    let ids: Vec<ItemId> = pasted.iter().map(|pasted| pasted.id).collect();
    let expanded = steam.expand(&ids, ITEMS_MAX, &never).await?;
    let mut found = Found { items: Vec::new(), refused: Vec::new(), left_out: Vec::new() };
    for batch in expanded.items.chunks(Steam::BATCH) {
        for (id, word) in steam.details(batch, &never).await? {
            let refusal = Outcome::of_refusal(&word);
            match (word, refusal) {
                (Word::Item(item), _) => found.items.push((id, item)),
                (word, Some((_, reason))) => {
                    let named = match title(&word) {
                        "" => id.to_string(),
                        title => format!("“{title}” ({id})"),
                    };
                    match lines.get(&id) {
                        Some(line) => found.refused.push(format!("Line {line}: {named}. {reason}")),
                        None => found.left_out.push(format!("{named}: {reason}")),
                    }
                }
                (_, None) => {}
            }
        }
    }
    Ok(found)
}

fn title(word: &Word) -> &str {
    match word {
        Word::Item(item) => &item.title,
        Word::Banned { title } | Word::OtherApp { title, .. } | Word::NoFile { title } => title,
        Word::Missing | Word::Refused { .. } => "",
    }
}

/// As many as are shown, and how many there are besides.
fn shortened(mut sentences: Vec<String>) -> Vec<String> {
    let more = sentences.len().saturating_sub(REFUSALS);
    sentences.truncate(REFUSALS);
    if more > 0 {
        sentences.push(format!("And {more} more."));
    }
    sentences
}
