//! Servers: made, listed, set, shared, handed over; and what is asked of the host for them.

mod acts;
mod create;
mod list;
mod markup;
mod no_game;
mod rights;
mod settings;

use l4d2web::db;
use l4d2web::db::servers::Server;
use l4d2web::id::ServerId;

use crate::panel::{Browser, Panel};

/// A panel with a user, who has a blueprint.
async fn panel() -> (Panel, Browser) {
    with(&[]).await
}

/// With these variables in its environment.
async fn with(vars: &[(&str, &str)]) -> (Panel, Browser) {
    let panel = Panel::with(vars).await;
    panel.user("zoey").await;
    let mut zoey = panel.login("zoey").await;
    assert_eq!(zoey.post("/blueprints", &[("name", "Versus")]).await.location(), "/blueprints/1");
    (panel, zoey)
}

/// Makes a server of the first blueprint.
async fn make(browser: &mut Browser, name: &str) -> ServerId {
    let reply = browser.post("/servers", &[("name", name), ("blueprint", "1")]).await;
    let id = reply.location().strip_prefix("/servers/").unwrap_or_else(|| panic!("{}", reply.body));
    ServerId(id.parse().unwrap())
}

async fn row(panel: &Panel, id: ServerId) -> Server {
    db::servers::find(&panel.state.db, id).await.unwrap().unwrap()
}
