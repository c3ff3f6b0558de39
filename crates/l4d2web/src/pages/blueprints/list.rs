use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::db;
use crate::db::blueprints::Listed;
use crate::id::UserId;
use crate::pages::kit::{Field, count};
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "blueprints/list.html")]
pub(super) struct ListPage {
    pub(super) shell: Shell,
    pub(super) me: UserId,
    pub(super) rows: Vec<Listed>,
    pub(super) new: NewBlueprint,
}

/// The form for a new blueprint.
#[derive(Debug, Clone)]
pub(super) struct NewBlueprint {
    pub(super) open: bool,
    pub(super) name: Field,
}

/// Whether to open the form.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    new: Option<String>,
}

impl ListPage {
    pub(super) async fn load(state: &AppState, shell: Shell, me: UserId) -> PageResult<Self> {
        let admin = shell.user.as_ref().is_some_and(|user| user.admin);
        let rows = db::blueprints::usable(&state.db, me, admin).await?;
        let new = NewBlueprint { open: false, name: Field::new("name", "") };
        Ok(Self { shell: shell.at(Nav::Blueprints), me, rows, new })
    }

    fn facts(row: &Listed) -> String {
        let overlays = usize::try_from(row.overlays).unwrap_or_default();
        count(overlays, "overlay", "overlays")
    }

    fn users(row: &Listed) -> String {
        match usize::try_from(row.servers).unwrap_or_default() {
            0 => "no server".to_owned(),
            servers => count(servers, "server", "servers"),
        }
    }
}

/// Shows the blueprints that the reader may use; all to an admin.
pub async fn list(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Query(wish): Query<Wish>,
) -> PageResult<Response> {
    let mut page = ListPage::load(&state, shell, me.session.user.id).await?;
    page.new.open = wish.new.is_some();
    Ok(page.into_response())
}
