use std::collections::HashMap;

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::RawQuery;
use axum::response::{Html, IntoResponse as _};

use super::branch::{Branch, PAGE};
use super::path::TreePath;
use super::refused;
use crate::db;
use crate::host::Of;
use crate::host::shape::Listing;
use crate::pages::servers::At;
use crate::pages::servers::frame::{Frame, ServerTab};
use crate::pages::{Nav, PageError, PageResult, Shell};

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
pub async fn show(at: At, RawQuery(query): RawQuery) -> PageResult {
    let (state, server) = (&at.state, &at.server);
    let query = query.unwrap_or_default();
    let path = TreePath::of_query(&query).map_err(|error| PageError::Unprocessable(error.to_string()))?;
    let offset = offset(&query)?;
    let names: HashMap<_, _> = db::overlays::names(&state.db).await?.into_iter().collect();
    let layer_name = |layer: &str| match layer {
        "upper" => "the server itself".to_owned(),
        "installation" => "the game".to_owned(),
        reference => names.get(reference).cloned().unwrap_or_else(|| reference.to_owned()),
    };
    let listing =
        match state.host.asked_by(at.user.id).files(Of::Server(server.id), path.as_os_str(), offset, PAGE).await {
            Ok(listing) => Some(listing),
            // Before the first start, the host does not know the server.
            Err(error) if error.code() == Some(66) && path == TreePath::default() => None,
            Err(error) => return Err(refused(&error, &path)),
        };
    let branch = |listing: &Listing| {
        let branch = Branch::of(server.id, &path, listing, layer_name);
        branch.render().map_err(PageError::from)
    };
    if at.shell.fragment {
        return Ok(Html(listing.as_ref().map(branch).transpose()?.unwrap_or_default()).into_response());
    }
    let frame = at.frame(ServerTab::Files).await?;
    let layers = listing.iter().flat_map(|listing| &listing.layers).map(|layer| Layer {
        name: layer_name(&layer.layer),
        note: match layer.layer.as_str() {
            "upper" => "What it wrote. A reset empties this layer.",
            "installation" => "What Steam delivered. It lies below all others.",
            _ => "An overlay of its blueprint.",
        },
    });
    Ok(Page {
        shell: at.shell.at(Nav::Servers),
        frame,
        way: way(&format!("/servers/{}/files", server.id), &path),
        layers: layers.collect(),
        tree: listing.as_ref().map(branch).transpose()?,
        total: listing.as_ref().map_or(0, |listing| listing.total),
        warnings: listing.map(|listing| listing.warnings).unwrap_or_default(),
    }
    .into_response())
}

fn offset(query: &str) -> PageResult<usize> {
    let given = query.split('&').find_map(|pair| pair.strip_prefix("offset="));
    let refused = || PageError::Unprocessable("“offset” is not a number: take the links of the tree.".to_owned());
    given.map_or(Ok(0), |offset| offset.parse().map_err(|_| refused()))
}

/// The folders from the top to `path`.
fn way(page: &str, path: &TreePath) -> Vec<(String, String)> {
    let mut way = vec![("Files".to_owned(), page.to_owned())];
    let mut here = TreePath::default();
    for name in path.names() {
        here = here.child(name);
        way.push((name.to_string_lossy().into_owned(), format!("{page}?path={}", here.encoded())));
    }
    way
}
