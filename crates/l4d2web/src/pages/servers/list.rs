//! The list of servers, which is the home page.

use askama::Template;
use askama_web::WebTemplate;
use axum::response::IntoResponse as _;

use crate::pages::{Nav, PageResult, Shell};

#[derive(Template, WebTemplate)]
#[template(path = "servers/list.html")]
struct ListPage {
    shell: Shell,
}

/// Shows it.
pub async fn show(shell: Shell) -> PageResult {
    Ok(ListPage { shell: shell.at(Nav::Servers) }.into_response())
}
