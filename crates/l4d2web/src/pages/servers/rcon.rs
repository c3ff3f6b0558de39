//! The RCON password of a server, for those who may use its console: shown when they ask for it, and another one in its place.

use axum::http::{HeaderValue, header};
use axum::response::IntoResponse as _;

use super::at::At;
use super::settings::SettingsPage;
use crate::db::played_servers;
use crate::live::Change;
use crate::pages::{PageResult, go};
use crate::servers::rcon_password;
use crate::servers::spec::Spec;

/// The passwords of a server.
#[derive(Debug)]
pub(super) struct Passwords {
    /// The one that it runs with, when that is another.
    pub(super) running: Option<String>,
    /// The one that it starts with.
    pub(super) next: String,
}

/// Shows it, in the answer to a POST: no address leads there, and nothing keeps it.
pub async fn reveal(at: At) -> PageResult {
    let mut page = SettingsPage::load(&at).await?;
    let up = at.view().await?.stand.is_up();
    let running = at.server.started_spec.as_deref().filter(|_| up).and_then(Spec::parse);
    let running = running.map(|spec| spec.rcon_password).filter(|password| *password != at.server.rcon_password);
    page.passwords = Some(Passwords { running, next: at.server.rcon_password.clone() });
    tracing::info!(server = %at.server.id, user = %at.user.name, "the RCON password of a server was shown");
    let mut answer = page.into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// Gives it another, which it takes when it is started again.
pub async fn rotate(at: At) -> PageResult {
    let (state, id) = (&at.state, at.server.id);
    played_servers::set_rcon_password(&state.db, id, &rcon_password(), state.clock.now()).await?;
    tracing::info!(server = %id, user = %at.user.name, "a server gets another RCON password");
    state.bus.send(Change::Server(id));
    Ok(go(&at.shell, &format!("/servers/{id}/settings?rotated=1#rcon")))
}
