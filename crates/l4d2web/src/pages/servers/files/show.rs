use std::collections::HashMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse as _};

use crate::db;
use crate::host::Of;
use crate::host::shape::Listing;
use crate::pages::servers::frame::{Frame, ServerTab, public_host};
use crate::pages::tree::{Branch, PAGE, Place, TreePath, refused, way};
use crate::pages::{Nav, PageError, PageResult, Shell};
use crate::routes::{ServerAccess, Visitor};
use crate::state::AppState;

#[derive(Template, WebTemplate)]
#[template(path = "servers/files.html")]
struct Page {
    shell: Shell,
    frame: Frame,
    /// The folders on the way, with where they lead; the last is the one that is shown.
    way: Vec<(String, String)>,
    /// None when the server has no files yet.
    tree: Option<String>,
    total: usize,
    layers: Vec<Layer>,
    warnings: Vec<String>,
}

/// A layer of what is shown, the one on top first.
struct Layer {
    name: String,
    note: &'static str,
}

/// The tab, or for a script a page of a folder alone.
pub async fn show(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    Extension(visitor): Extension<Visitor>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    shell: Shell,
) -> PageResult {
    let ServerAccess { server, standing } = access;
    let user = visitor.user().ok_or(PageError::NotFound)?;
    let Place { path, offset } = Place::of_query(&query.unwrap_or_default())?;
    let here = format!("/servers/{}/files", server.id);
    let names: HashMap<_, _> = db::overlays::names(&state.db).await?.into_iter().collect();
    let layer_name = |layer: &str| match layer {
        "upper" => "the server itself".to_owned(),
        "installation" => "the game".to_owned(),
        reference => names.get(reference).cloned().unwrap_or_else(|| reference.to_owned()),
    };
    let listing = match state.host.files(Of::Server(server.id), path.as_os_str(), offset, PAGE).await {
        Ok(listing) => Some(listing),
        // Before the first start, the host does not know the server.
        Err(error) if error.code() == Some(66) && path == TreePath::default() => None,
        Err(error) => return Err(refused(&error, &path)),
    };
    let branch = |listing: &Listing| {
        let branch = Branch::of(&here, &path, listing, layer_name);
        branch.render().map_err(|error| PageError::Internal(error.into()))
    };
    if shell.fragment {
        return Ok(Html(listing.as_ref().map(branch).transpose()?.unwrap_or_default()).into_response());
    }
    let frame = Frame::load(&state, &server, standing, user, ServerTab::Files, &public_host(&state, &headers)).await?;
    let layers = listing.iter().flat_map(|listing| &listing.layers).map(|layer| Layer {
        name: layer_name(&layer.layer),
        note: match layer.layer.as_str() {
            "upper" => "What it wrote. A reset empties this layer.",
            "installation" => "What Steam delivered. It lies below all others.",
            _ => "An overlay of its blueprint.",
        },
    });
    Ok(Page {
        shell: shell.at(Nav::Servers),
        frame,
        way: way(&here, &path),
        layers: layers.collect(),
        tree: listing.as_ref().map(branch).transpose()?,
        total: listing.as_ref().map_or(0, |listing| listing.total),
        warnings: listing.map(|listing| listing.warnings).unwrap_or_default(),
    }
    .into_response())
}
