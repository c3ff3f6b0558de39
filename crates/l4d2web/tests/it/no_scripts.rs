//! What asks first, in browsers that run no scripts: each button that opens a dialog is a link to a page that begins with it, and the form in it
//! works as it is.

use axum::http::StatusCode;
use rstest::rstest;
use scraper::{Html, Selector};

use crate::cast::{Cast, Who};
use crate::panel::{Browser, Reply};

/// The values of an attribute of what a selector finds.
fn attributes(page: &Reply, selector: &str, name: &str) -> Vec<String> {
    let html = Html::parse_document(&page.body);
    let selector = Selector::parse(selector).unwrap();
    html.select(&selector).filter_map(|element| element.attr(name)).map(str::to_owned).collect()
}

/// Follows the link that opens a dialog on a page, and gives back the page that begins with the dialog.
async fn follow(browser: &mut Browser, path: &str, dialog: &str) -> Reply {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    assert!(attributes(&page, "dialog[open]", "id").is_empty(), "{path} begins with nothing open");
    let links = attributes(&page, &format!("a[data-opens={dialog}]"), "href");
    assert!(!links.is_empty(), "{path} has no link that opens {dialog}");
    let page = browser.get(&links[0]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", links[0]);
    assert_eq!(attributes(&page, "dialog[open]", "id"), [dialog], "{}", links[0]);
    page
}

#[rstest]
#[case("/servers/1", "reset", &[], "/servers/1")]
#[case("/servers/1", "hand-over", &[("user", "ulla")], "/servers")]
#[case("/servers/1", "delete", &[("name", "Friday Versus")], "/servers")]
#[case("/servers/1/settings", "reset", &[], "/servers/1")]
#[case("/servers/1/jobs", "delete", &[("name", "Friday Versus")], "/servers")]
#[case("/jobs/3", "cancel", &[], "/jobs/3")]
#[case("/blueprints/2", "del", &[], "/blueprints")]
#[case("/blueprints/2", "hand-over", &[("user", "ulla")], "/blueprints")]
#[case("/servers", "new-server", &[("name", "Sunday"), ("blueprint", "1")], "/servers/3")]
#[case("/blueprints", "new-blueprint", &[("name", "Sunday")], "/blueprints/4")]
#[case("/overlays", "new-overlay", &[("name", "Our maps"), ("kind", "directory"), ("reference", "maps")], "/overlays/7")]
#[case("/overlays/5", "new-folder", &[("path", "left4dead2/cfg")], "/overlays/5/source?path=left4dead2%2Fcfg")]
#[case("/admin", "install", &[], "/jobs/8")]
#[case("/admin/users", "new-user", &[("name", "nick"), ("password", "correct horse")], "/admin/users")]
#[tokio::test]
async fn what_asks_first_is_done_without_scripts(
    #[case] path: &str,
    #[case] dialog: &str,
    #[case] typed: &[(&str, &str)],
    #[case] to: &str,
) {
    let cast = Cast::new().await;
    cast.panel.directory("maps");
    let who = if path.starts_with("/admin") || path == "/overlays" { Who::Admin } else { Who::Owner };
    let mut browser = cast.browser(who, &cast.panel);
    let page = follow(&mut browser, path, dialog).await;
    let action = attributes(&page, "dialog[open] form", "action").remove(0);
    let token = attributes(&page, "dialog[open] input[name=form_token]", "value").remove(0);
    // Nothing says where it comes from but the form's token, as from an old browser.
    let fields = [&[("form_token", token.as_str())], typed].concat();
    let reply = browser.send(Browser::form(&action, &fields).body(Browser::encode(&fields)).unwrap()).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, to), "{}", reply.body);
}

/// Its form is sent in parts, as `files/uploads.rs` does.
#[tokio::test]
async fn the_form_of_an_upload_is_opened_without_scripts() {
    let cast = Cast::new().await;
    let mut owner = cast.browser(Who::Owner, &cast.panel);
    let page = follow(&mut owner, "/overlays/5", "upload").await;
    assert_eq!(attributes(&page, "dialog[open] form", "enctype"), ["multipart/form-data"]);
    assert_eq!(attributes(&page, "dialog[open] a[data-closes]", "href"), ["/overlays/5", "/overlays/5"]);
    assert!(attributes(&owner.get("/overlays/5?ask=taken").await, "dialog[open]", "id").is_empty());
}

/// Who gets at the files by the machine itself is told what the panel does not see.
#[tokio::test]
async fn edits_by_hand_are_for_admins() {
    let cast = Cast::new().await;
    let mut admin = cast.browser(Who::Admin, &cast.panel);
    admin.post("/overlays", &[("name", "Our settings"), ("kind", "files")]).await;
    let page = admin.get("/overlays/7").await;
    assert!(page.body.contains("changed by hand in files/7 on the machine"), "{}", page.body);
    let page = cast.browser(Who::Owner, &cast.panel).get("/overlays/5").await;
    assert!(page.body.contains("Files to build of") && !page.body.contains("changed by hand"));
}

#[tokio::test]
async fn a_blueprint_in_use_says_so_in_place_of_asking() {
    let cast = Cast::new().await;
    let page = follow(&mut cast.browser(Who::Owner, &cast.panel), "/blueprints/1", "del").await;
    assert!(page.text("dialog[open] h2").contains("Versus is in use"));
    assert_eq!(attributes(&page, "dialog[open] form", "method"), ["dialog"]);
}

/// What leads out of a dialog leads to a page.
#[tokio::test]
async fn who_thinks_better_of_it_gets_back() {
    let cast = Cast::new().await;
    let mut owner = cast.browser(Who::Owner, &cast.panel);
    let page = follow(&mut owner, "/servers/1", "reset").await;
    assert_eq!(attributes(&page, "dialog[open] a[data-closes]", "href"), ["?", "?"]);
    let mut admin = cast.browser(Who::Admin, &cast.panel);
    let refused = admin.post("/admin/users/7/delete", &[("name", "x")]).await;
    assert_eq!(attributes(&refused, "dialog[open] a[data-closes]", "href"), ["/admin/users", "/admin/users"]);
}

/// A dialog that is not the reader's to use is not there, whatever the address asks for.
#[tokio::test]
async fn an_address_opens_no_more_than_its_reader_may() {
    let cast = Cast::new().await;
    let mut operator = cast.browser(Who::Operator, &cast.panel);
    for ask in ["reset", "delete", "hand-over", "%3Cscript%3E"] {
        let page = operator.get(&format!("/servers/1?ask={ask}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(attributes(&page, "dialog", "id").is_empty() && !page.body.contains("<script>"));
    }
}
