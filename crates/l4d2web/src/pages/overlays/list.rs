use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::used::UsedBy;
use crate::db;
use crate::db::overlay_list::Listed;
use crate::db::users::User;
use crate::id::UserId;
use crate::live::{Fragment, seen};
use crate::overlays::{Kind, Stand};
use crate::pages::kit::{Field, StatePill, size};
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/list.html")]
pub(super) struct ListPage {
    pub(super) shell: Shell,
    /// The list as HTML.
    listing: String,
    /// What the stream is asked with.
    seen: String,
    pub(super) new: NewOverlay,
}

/// The list, or what to do while it is empty.
#[derive(Template)]
#[template(path = "overlays/listing.html")]
struct Listing {
    rows: Vec<Row>,
}

/// An overlay in the list.
struct Row {
    listed: Listed,
    me: UserId,
    pill: StatePill,
    /// The blueprints that use it: the reader's by name, others counted.
    uses: String,
}

/// The form for a new overlay.
#[derive(Debug, Clone)]
pub(super) struct NewOverlay {
    pub(super) open: bool,
    pub(super) name: Field,
    pub(super) kind: Field,
    /// Where a plain directory is.
    pub(super) reference: Field,
    /// Which collection of maps.
    pub(super) collection: Field,
    /// Whether everybody may use it.
    pub(super) shared: bool,
    /// Whether who makes it is an admin.
    pub(super) admin: bool,
    /// Where plain directories lie.
    pub(super) place: String,
}

impl NewOverlay {
    pub(super) fn empty(state: &AppState, admin: bool) -> Self {
        Self {
            open: false,
            name: Field::new("name", ""),
            kind: Field::new("kind", ""),
            reference: Field::new("reference", ""),
            collection: Field::new("collection", ""),
            shared: false,
            admin,
            place: state.config.root.join("overlays").display().to_string(),
        }
    }

    /// The kinds that can be chosen.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        Kind::ALL.into_iter().filter(|kind| self.admin || !kind.is_for_admins())
    }
}

/// Whether to open the form.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    new: Option<String>,
}

impl Row {
    /// Of which kind it is, and whose.
    fn sort(&self) -> String {
        let kind = self.listed.overlay.kind.title();
        match &self.listed.owner {
            None => format!("{kind}, for everybody"),
            Some(_) if self.listed.overlay.owner_id == Some(self.me) => format!("{kind}, yours alone"),
            Some(owner) => format!("{kind} of {owner}"),
        }
    }

    fn amount(&self) -> String {
        let overlay = &self.listed.overlay;
        if overlay.bytes.is_some() { size(overlay.size()) } else { "–".to_owned() }
    }
}

impl ListPage {
    pub(super) async fn load(state: &AppState, shell: Shell, me: &User) -> PageResult<Self> {
        let listing = listing(state, me).await?;
        let seen = format!("{:016x}", seen(&[fragment(&listing)]));
        Ok(Self { shell: shell.at(Nav::Overlays), listing, seen, new: NewOverlay::empty(state, me.admin) })
    }
}

/// The list that a reader sees, as HTML.
pub(super) async fn listing(state: &AppState, me: &User) -> PageResult<String> {
    let uses = db::overlays::uses(&state.db).await?;
    let listed = db::overlay_list::list(&state.db, me.id, me.admin).await?;
    let row = |listed: Listed| Row {
        pill: Stand::of(&listed.overlay, listed.build.as_ref()).pill(),
        uses: UsedBy::of(&uses, listed.overlay.id, me.id).words(),
        me: me.id,
        listed,
    };
    let listing = Listing { rows: listed.into_iter().map(row).collect() };
    Ok(listing.render()?)
}

/// The list as the stream brings it.
pub(super) fn fragment(listing: &str) -> Fragment {
    Fragment::new("list", listing.to_owned())
}

/// Shows the overlays that the reader may use; all of them to an admin.
pub async fn list(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Query(wish): Query<Wish>,
) -> PageResult<Response> {
    let mut page = ListPage::load(&state, shell, &me.session.user).await?;
    page.new.open = wish.new.is_some();
    Ok(page.into_response())
}
