//! Overlays: their pages, what is refused, builds, quotas and seeds.

mod directories;
mod files;
mod page;
mod quotas;
mod script;
mod seeds;
mod starts;
mod workshop;

use crate::panel::Browser;
use crate::working::Working;

/// A working panel with the admin bill (1) and the users zoey (2) and louis (3), logged in.
struct Stage {
    working: Working,
    bill: Browser,
    zoey: Browser,
    louis: Browser,
}

impl Stage {
    async fn new(orders: &str) -> Self {
        let working = Working::new(orders).await;
        working.panel.admin("bill").await;
        working.panel.user("zoey").await;
        working.panel.user("louis").await;
        let (bill, zoey) = (working.panel.login("bill").await, working.panel.login("zoey").await);
        let louis = working.panel.login("louis").await;
        Self { working, bill, zoey, louis }
    }
}

/// Makes an overlay; its page.
async fn make(browser: &mut Browser, name: &str, kind: &str, shared: bool) -> String {
    let mut fields = vec![("name", name), ("kind", kind)];
    if shared {
        fields.push(("shared", "yes"));
    }
    let reply = browser.post("/overlays", &fields).await;
    assert_eq!(reply.status, axum::http::StatusCode::SEE_OTHER, "{}", reply.body);
    reply.location().to_owned()
}

/// What the form of a script says that it has seen.
async fn seen(browser: &mut Browser, page: &str) -> String {
    let body = browser.get(page).await.body;
    let document = scraper::Html::parse_document(&body);
    let field = scraper::Selector::parse("form[action$='/script'] [name=seen]").unwrap();
    document.select(&field).next().expect(&body).attr("value").unwrap().to_owned()
}

/// Saves a script; the answer.
async fn save(browser: &mut Browser, page: &str, script: &str, reset: bool) -> crate::panel::Reply {
    let seen = seen(browser, page).await;
    let mut fields = vec![("script", script), ("seen", seen.as_str())];
    if reset {
        fields.push(("reset", "yes"));
    }
    browser.post(&format!("{page}/script"), &fields).await
}

/// The names in a folder of the built tree.
async fn names(browser: &mut Browser, page: &str, path: &str) -> Vec<String> {
    browser.get(&format!("{page}/files?path={path}")).await.texts(".node > :first-child > .cut")
}
