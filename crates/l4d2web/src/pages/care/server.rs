//! The Care tab of a server's page.

use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::{FromRequestParts as _, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::rows::CareLists;
use super::schedules::{CareForms, Edited};
use super::scope::Scope;
use crate::db::server_care::{self, Wishes};
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::servers::At;
use crate::pages::servers::frame::{Frame, ServerTab};
use crate::pages::{Nav, PageResult, Shell, go};
use crate::state::AppState;

/// The most hours.
const MOST_HOURS: i64 = 720;

#[derive(Template, WebTemplate)]
#[template(path = "care/server.html")]
struct CarePage {
    shell: Shell,
    frame: Frame,
    wishes: Wishes,
    hours: Field,
    forms: CareForms,
    lists: CareLists,
    said: bool,
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    saved: Option<String>,
}

impl CarePage {
    async fn load(at: &At, forms: CareForms) -> PageResult<Self> {
        let wishes = server_care::wishes(&at.state.db, at.server.id).await?;
        let hours = wishes.uptime_hours.map(|hours| hours.to_string()).unwrap_or_default();
        Ok(Self {
            shell: at.shell.clone().at(Nav::Servers),
            frame: at.frame(ServerTab::Care).await?,
            wishes,
            hours: Field::new("hours", hours),
            forms,
            lists: CareLists::load(&at.state, Scope(Some(at.server.id))).await?,
            said: false,
        })
    }
}

/// Shows it.
pub async fn care(at: At, Query(done): Query<Done>, Query(edited): Query<Edited>) -> PageResult {
    let forms = CareForms::load(&at.state, Scope(Some(at.server.id)), edited).await?;
    let mut page = CarePage::load(&at, forms).await?;
    page.said = done.saved.is_some();
    Ok(page.into_response())
}

/// Saves what is wished for.
pub async fn save_care(at: At, Form(sent): Form<Sent>) -> PageResult {
    let (fields, id) = (Fields(&sent), at.server.id);
    let typed = fields.get("hours").trim();
    let hours = match typed {
        "" => Ok(None),
        typed => typed.parse().ok().filter(|hours| (1..=MOST_HOURS).contains(hours)).map(Some).ok_or(()),
    };
    let wishes = |uptime_hours| Wishes {
        after_update: fields.has("after_update"),
        uptime_hours,
        hang_restart: fields.has("hang_restart"),
    };
    let Ok(hours) = hours else {
        let forms = CareForms::load(&at.state, Scope(Some(id)), Edited::default()).await?;
        let mut page = CarePage::load(&at, forms).await?;
        page.wishes = wishes(None);
        let refusal = format!("That is no number of hours. A whole one from 1 to {MOST_HOURS} is taken, or nothing.");
        page.hours = Field::new("hours", typed).refused(refusal);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    server_care::set(&at.state.db, id, wishes(hours)).await?;
    at.state.bus.send(Change::Server(id));
    Ok(go(&at.shell, &format!("/servers/{id}/care?saved=1")))
}

/// The page once more, with what was typed.
pub(super) async fn again(parts: &mut Parts, state: &AppState, forms: CareForms) -> PageResult<Response> {
    let at = At::from_request_parts(parts, state).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, CarePage::load(&at, forms).await?).into_response())
}
