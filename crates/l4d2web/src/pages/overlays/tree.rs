//! The files that are published of an overlay.

use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse as _};

use crate::db::overlays::Overlay;
use crate::host::Of;
use crate::pages::tree::{self, Branch, PAGE, Place, refused, way};
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// A folder on a page of its own, for browsers without scripts.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/files.html")]
struct FilesPage {
    shell: Shell,
    overlay: Overlay,
    /// The folders on the way, with where they lead; the last is the one that is shown.
    way: Vec<(String, String)>,
    tree: String,
    total: usize,
    warnings: Vec<String>,
}

/// A folder: for a script its entries alone.
pub async fn files(
    State(state): State<AppState>,
    Extension(OverlayAccess { overlay, .. }): Extension<OverlayAccess>,
    RawQuery(query): RawQuery,
    shell: Shell,
) -> PageResult {
    let Place { path, offset } = Place::of_query(&query.unwrap_or_default())?;
    let here = format!("/overlays/{}/files", overlay.id);
    let of = Of::Overlay(overlay.reference.clone());
    let listing = state.host.files(of, path.as_os_str(), offset, PAGE).await.map_err(|error| refused(&error, &path))?;
    // All of it comes from the one overlay: no entry has to say so.
    let branch = Branch::of(&here, &path, &listing, |_| String::new());
    let tree = branch.render().map_err(anyhow::Error::from)?;
    if shell.fragment {
        return Ok(Html(tree).into_response());
    }
    let way = way(&here, &path);
    let page = FilesPage {
        shell: shell.at(Nav::Overlays),
        way,
        tree,
        total: listing.total,
        warnings: listing.warnings,
        overlay,
    };
    Ok(page.into_response())
}

/// A file, streamed.
pub async fn download(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    RawQuery(query): RawQuery,
) -> PageResult {
    let of = Of::Overlay(access.overlay.reference);
    tree::download(&state, me.session.user.id, of, &query.unwrap_or_default()).await
}
