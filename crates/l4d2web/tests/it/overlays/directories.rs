//! Plain directories as overlays.

use axum::http::StatusCode;
use l4d2web::db;
use rstest::rstest;

use crate::panel::Panel;

#[tokio::test]
async fn an_admin_registers_a_directory_and_everybody_can_choose_it() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    panel.user("zoey").await;
    let (mut bill, mut zoey) = (panel.login("bill").await, panel.login("zoey").await);
    assert!(bill.get("/overlays").await.body.contains("No overlays yet"));
    let fields = [("name", "Competitive base"), ("kind", "directory"), ("reference", "competitive/base")];
    assert_eq!(zoey.post("/overlays", &fields).await.status, StatusCode::FORBIDDEN);
    let reply = bill.post("/overlays", &fields).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/overlays/1"));
    let page = zoey.get("/overlays").await.body;
    assert!(page.contains("Competitive base") && page.contains("Directory, for everybody"));
    assert!(!page.contains("value=\"directory\""), "who is no admin is not asked for one");
    let page = zoey.get("/overlays/1").await.body;
    assert!(!page.contains("competitive/base"), "where it lies on the machine is for admins");
    assert!(!page.contains("Delete…") && !page.contains("Rename…"));
    let page = bill.get("/overlays/1").await.body;
    assert!(page.contains("overlays/competitive/base") && page.contains("Delete…"));
    let name = [("name", "Competitive base")];
    assert_eq!(zoey.post("/overlays/1/delete", &name).await.status, StatusCode::FORBIDDEN);
    assert_eq!(bill.post("/overlays/1/delete", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(bill.post("/overlays/1/delete", &name).await.location(), "/overlays");
    assert_eq!(bill.post("/overlays/1/delete", &name).await.status, StatusCode::NOT_FOUND);
}

#[rstest]
#[case("Other", "../etc", "“../etc” is not a directory that can be used. Take names of 1 to 25 characters")]
#[case("Other", "maps", "“maps” is registered already, as “Maps”.")]
#[case("Maps", "other", "There is an overlay for everybody named “Maps” already. Take another name.")]
#[case(" ", "other", "It needs a name.")]
#[tokio::test]
async fn a_refusal_keeps_what_was_typed(#[case] name: &str, #[case] reference: &str, #[case] sentence: &str) {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    let mut bill = panel.login("bill").await;
    bill.post("/overlays", &[("name", "Maps"), ("kind", "directory"), ("reference", "maps")]).await;
    let reply = bill.post("/overlays", &[("name", name), ("kind", "directory"), ("reference", reference)]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains(sentence), "{}", reply.body);
    for typed in [name, reference] {
        assert!(reply.body.contains(&format!("value=\"{typed}\"")), "{}", reply.body);
    }
    assert_eq!(db::overlays::names(&panel.state.db).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_blueprint_uses_stays() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    panel.user("zoey").await;
    let (mut bill, mut zoey) = (panel.login("bill").await, panel.login("zoey").await);
    bill.post("/overlays", &[("name", "Maps"), ("kind", "directory"), ("reference", "maps")]).await;
    for browser in [&mut bill, &mut zoey] {
        let made = browser.post("/blueprints", &[("name", "Versus")]).await;
        let path = made.location().to_owned();
        let fields = [("seen", "1793620800"), ("name", "Versus"), ("overlay", "1")];
        let reply = browser.post(&path, &fields).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    }
    let reply = bill.post("/overlays/1/delete", &[("name", "Maps")]).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    let sentence = "“Maps” is in use by “Versus”, 1 blueprint of somebody else. Take it out there first.";
    assert!(reply.body.contains(sentence), "{}", reply.body);
}
