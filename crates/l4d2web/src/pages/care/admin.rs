//! Care for all servers: a page for admins.

use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::{FromRequestParts as _, Query, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use super::rows::CareLists;
use super::schedules::{CareForms, Edited};
use super::scope::Scope;
use crate::db;
use crate::db::users::User;
use crate::live::{After, Change, Fragment, Live, open, seen};
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::Visitor;
use crate::state::AppState;

#[derive(Template, WebTemplate)]
#[template(path = "care/admin.html")]
struct AdminCare {
    shell: Shell,
    events: String,
    forms: CareForms,
    lists: CareLists,
}

impl AdminCare {
    async fn load(state: &AppState, shell: Shell, forms: CareForms) -> PageResult<Self> {
        let lists = CareLists::load(state, Scope(None)).await?;
        let shown = seen(&CareLists::load(state, Scope(None)).await?.fragments());
        Ok(Self { shell: shell.at(Nav::Admin), events: format!("/admin/care/events?after={shown:016x}"), forms, lists })
    }
}

/// Shows it.
pub async fn admin(State(state): State<AppState>, shell: Shell, Query(edited): Query<Edited>) -> PageResult {
    let forms = CareForms::load(&state, Scope(None), edited).await?;
    Ok(AdminCare::load(&state, shell, forms).await?.into_response())
}

/// Its stream.
pub async fn admin_events(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    After(after): After,
) -> PageResult {
    open(&state, &visitor, after.as_deref(), CareLive { state: state.clone() })
}

struct CareLive {
    state: AppState,
}

impl Live for CareLive {
    fn concerns(&self, change: Change) -> bool {
        change == Change::Host
    }

    async fn allows(&self, user: &User) -> db::Result<bool> {
        Ok(user.admin)
    }

    async fn fragments(&self, _: &User) -> PageResult<Option<Vec<Fragment>>> {
        Ok(Some(CareLists::load(&self.state, Scope(None)).await?.fragments()))
    }
}

/// The page once more, with what was typed.
pub(super) async fn again(parts: &mut Parts, state: &AppState, forms: CareForms) -> PageResult<Response> {
    let Ok(shell) = Shell::from_request_parts(parts, state).await;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, AdminCare::load(state, shell, forms).await?).into_response())
}
