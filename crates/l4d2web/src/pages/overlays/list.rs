use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::db;
use crate::db::overlays::Overlay;
use crate::id::{OverlayId, UserId};
use crate::pages::kit::{Field, count};
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/list.html")]
pub(super) struct ListPage {
    pub(super) shell: Shell,
    pub(super) admin: bool,
    /// Where plain directories lie.
    pub(super) place: String,
    pub(super) rows: Vec<Row>,
    pub(super) new: NewDirectory,
}

/// An overlay in the list.
pub(super) struct Row {
    pub(super) overlay: Overlay,
    /// The blueprints that use it: the reader's by name, others counted.
    pub(super) uses: Option<String>,
}

/// The form for a plain directory.
#[derive(Debug, Clone)]
pub(super) struct NewDirectory {
    pub(super) open: bool,
    pub(super) name: Field,
    pub(super) reference: Field,
}

impl NewDirectory {
    pub(super) fn empty() -> Self {
        Self { open: false, name: Field::new("name", ""), reference: Field::new("reference", "") }
    }
}

/// Whether to open the form.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    new: Option<String>,
}

impl ListPage {
    pub(super) async fn load(state: &AppState, shell: Shell, me: UserId) -> PageResult<Self> {
        let uses = db::overlays::uses(&state.db).await?;
        let overlays = db::overlays::visible(&state.db, me).await?;
        let rows = overlays.into_iter().map(|overlay| Row { uses: words(&uses, overlay.id, me), overlay }).collect();
        let admin = shell.user.as_ref().is_some_and(|user| user.admin);
        let place = state.config.root.join("overlays").display().to_string();
        Ok(Self { shell: shell.at(Nav::Overlays), admin, place, rows, new: NewDirectory::empty() })
    }
}

/// `“Versus”, “Practice”, 2 blueprints of others`; none when nothing uses it.
pub(super) fn words(uses: &[db::overlays::Use], overlay: OverlayId, me: UserId) -> Option<String> {
    let (own, others): (Vec<_>, Vec<_>) =
        uses.iter().filter(|usage| usage.overlay_id == overlay).partition(|usage| usage.owner_id == me);
    let mut words: Vec<String> = own.iter().map(|usage| format!("“{}”", usage.blueprint)).collect();
    if !others.is_empty() {
        words.push(count(others.len(), "blueprint of somebody else", "blueprints of others"));
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// Shows the overlays that the reader may use.
pub async fn list(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Query(wish): Query<Wish>,
) -> PageResult<Response> {
    let mut page = ListPage::load(&state, shell, me.session.user.id).await?;
    page.new.open = page.admin && wish.new.is_some();
    Ok(page.into_response())
}
