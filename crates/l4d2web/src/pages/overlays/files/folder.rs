use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _};
use axum::{Extension, Form};

use super::branch::{Branch, PAGE};
use super::place::{Place, parse, way};
use super::{changed, of_files, page, refused, with_store};
use crate::db::overlays::Overlay;
use crate::files::FilePath;
use crate::pages::fields::{Fields, Sent};
use crate::pages::{Nav, PageError, PageResult, Shell, go};
use crate::routes::OverlayAccess;
use crate::state::AppState;

/// A folder on a page of its own.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/files/folder.html")]
struct FolderPage {
    shell: Shell,
    overlay: Overlay,
    page: String,
    path: FilePath,
    way: Vec<(String, String)>,
    tree: String,
    total: usize,
}

/// A folder of the source: for a script its entries alone.
pub async fn folder(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    RawQuery(query): RawQuery,
    shell: Shell,
) -> PageResult {
    let id = of_files(&access)?;
    let Place { path, offset } = Place::of_query(query.as_deref())?;
    let here = path.clone();
    let listing = with_store(&state, id, move |store| store.list(&here, offset, PAGE)).await?.map_err(refused)?;
    let tree = Branch::of(&page(id), &path, &listing).render().map_err(anyhow::Error::from)?;
    if shell.fragment {
        return Ok(Html(tree).into_response());
    }
    let page = page(id);
    let (shell, way, overlay) = (shell.at(Nav::Overlays), way(&page, &path), access.overlay);
    Ok(FolderPage { shell, overlay, page, path, way, tree, total: listing.total }.into_response())
}

/// Makes a folder, and those on the way to it.
pub async fn make_folder(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let id = of_files(&access)?;
    let path = parse(Fields(&sent).get("path").trim().trim_end_matches('/'))?;
    if path.is_top() {
        return Err(PageError::Unprocessable("Give the folder a name.".to_owned()));
    }
    let own = path.clone();
    with_store(&state, id, move |store| store.make_folder(&own)).await?.map_err(|error| match error {
        crate::files::FilesError::Taken(path) => PageError::Conflict(format!("“{path}” is here already.")),
        error => refused(error),
    })?;
    changed(&state, id).await?;
    if shell.fragment {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(go(&shell, &format!("{}/source?path={}", page(id), path.encoded())))
}
