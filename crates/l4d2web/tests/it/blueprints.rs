//! Blueprints: made, changed, shared and refused.

use axum::http::StatusCode;
use l4d2web::db;
use l4d2web::id::{BlueprintId, OverlayId};
use rstest::rstest;

use crate::panel::{Browser, NOW, Panel};

/// What the forms of a fresh panel carry as the time of the last save.
const SEEN: &str = "1793620800";

async fn panel_with_overlays() -> (Panel, Browser) {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    for (name, reference) in [("Base", "base"), ("Maps", "maps"), ("Inner", "maps/inner")] {
        db::overlays::insert_directory(&panel.state.db, name, reference, NOW).await.unwrap();
    }
    let mut zoey = panel.login("zoey").await;
    let reply = zoey.post("/blueprints", &[("name", "Versus")]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/blueprints/1"));
    (panel, zoey)
}

async fn stored(panel: &Panel) -> (String, String, Vec<(i64, bool)>) {
    let id = BlueprintId(1);
    let blueprint = db::blueprints::find(&panel.state.db, id).await.unwrap().unwrap();
    let overlays = db::blueprints::overlays(&panel.state.db, id).await.unwrap();
    (blueprint.arguments, blueprint.config, overlays.iter().map(|overlay| (overlay.id.0, overlay.expose)).collect())
}

#[tokio::test]
async fn a_blueprint_is_saved_as_it_was_typed() {
    let (panel, mut zoey) = panel_with_overlays().await;
    let fields = [
        ("seen", SEEN),
        ("name", "Versus 4v4"),
        ("overlay", "2"),
        ("overlay", "1"),
        ("expose", "1"),
        ("arguments", "-tickrate 100\r\n+map c2m1_highway\r\n"),
        ("config", "// all\r\nmp_gamemode versus"),
    ];
    let reply = zoey.post("/blueprints/1", &fields).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/blueprints/1?saved=1"), "{}", reply.body);
    let expected = ("-tickrate 100\n+map c2m1_highway".to_owned(), "// all\nmp_gamemode versus".to_owned());
    let (arguments, config, overlays) = stored(&panel).await;
    assert_eq!(((arguments, config), overlays), (expected, vec![(2, false), (1, true)]));
    let page = zoey.get("/blueprints/1?saved=1").await.body;
    assert!(page.contains("exec server_overlay_1 <span>// Base</span>"), "{page}");
    assert!(page.contains("No server uses it yet."));
}

#[rstest]
#[case("move", "2:up", "2 1")]
#[case("move", "1:down", "2 1")]
#[case("drop", "1", "2")]
#[tokio::test]
async fn the_buttons_work_without_scripts_and_save_nothing(
    #[case] button: &str,
    #[case] value: &str,
    #[case] order: &str,
) {
    let (panel, mut zoey) = panel_with_overlays().await;
    let fields = [
        ("seen", SEEN),
        ("name", "Typed <b>"),
        ("overlay", "1"),
        ("overlay", "2"),
        ("arguments", "-typed"),
        (button, value),
    ];
    let reply = zoey.post("/blueprints/1", &fields).await;
    assert_eq!(reply.status, StatusCode::OK);
    let shown: Vec<_> =
        reply.body.split("name=\"overlay\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(shown.join(" "), order);
    assert!(reply.body.contains("value=\"Typed &#60;b&#62;\"") && reply.body.contains("-typed"), "{}", reply.body);
    assert!(reply.body.contains("Not saved yet."));
    assert!(stored(&panel).await.2.is_empty());
}

#[tokio::test]
async fn an_overlay_is_added_on_top() {
    let (_panel, mut zoey) = panel_with_overlays().await;
    let fields = [("seen", SEEN), ("name", "V"), ("overlay", "1"), ("new", "2"), ("add", "1")];
    let page = zoey.post("/blueprints/1", &fields).await.body;
    let (first, second) = (page.find("value=\"2:up\"").unwrap(), page.find("value=\"1:up\"").unwrap());
    assert!(first < second);
}

#[rstest]
#[case(
    "arguments",
    "-a\n+port 1",
    "Line 2: the port belongs to the server, so “+port” is not taken here. Remove the line, and set the port in the server&#39;s settings."
)]
#[case("config", "a\n\u{1b}[2J", "Line 2: it has a control character in it.")]
#[case("name", "", "It needs a name.")]
#[case("overlay", "77", "One of the overlays is gone.")]
#[tokio::test]
async fn a_refusal_stands_beside_its_field_and_keeps_the_rest(
    #[case] field: &str,
    #[case] value: &str,
    #[case] sentence: &str,
) {
    let (panel, mut zoey) = panel_with_overlays().await;
    let mut fields =
        vec![("seen", SEEN), ("name", "Kept"), ("arguments", "-kept"), ("config", "kept 1"), ("overlay", "2")];
    fields.retain(|(name, _)| *name != field || *name == "overlay");
    fields.push((field, value));
    let reply = zoey.post("/blueprints/1", &fields).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.body);
    assert!(reply.body.contains(sentence), "{}", reply.body);
    for (name, kept) in [("name", "Kept"), ("arguments", "-kept"), ("config", "kept 1")] {
        assert!(name == field || reply.body.contains(kept), "{name}: {}", reply.body);
    }
    assert!(reply.body.contains("name=\"overlay\" value=\"2\""));
    assert_eq!(stored(&panel).await.0, "");
}

#[tokio::test]
async fn overlays_that_lie_inside_one_another_are_refused() {
    let (_panel, mut zoey) = panel_with_overlays().await;
    let fields = [("seen", SEEN), ("name", "V"), ("overlay", "2"), ("overlay", "3")];
    let reply = zoey.post("/blueprints/1", &fields).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        reply.body.contains("“Maps” and “Inner” lie one inside the other (maps and maps/inner). Keep one of them."),
        "{}",
        reply.body
    );
}

#[tokio::test]
async fn of_two_who_save_the_second_sees_both_texts() {
    let (panel, mut zoey) = panel_with_overlays().await;
    let mut other = panel.login("zoey").await;
    let first = [("seen", SEEN), ("name", "Versus"), ("config", "first 1"), ("overlay", "1")];
    assert_eq!(other.post("/blueprints/1", &first).await.status, StatusCode::SEE_OTHER);
    let second = [("seen", SEEN), ("name", "Versus"), ("config", "second 2")];
    let reply = zoey.post("/blueprints/1", &second).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    for text in ["first 1", "second 2", "Base", "Somebody saved this blueprint while you changed it"] {
        assert!(reply.body.contains(text), "{text}: {}", reply.body);
    }
    assert_eq!(stored(&panel).await.1, "first 1");
    let seen = reply.body.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let again = [("seen", seen), ("name", "Versus"), ("config", "second 2")];
    assert_eq!(zoey.post("/blueprints/1", &again).await.status, StatusCode::SEE_OTHER);
    assert_eq!(stored(&panel).await.1, "second 2");
}

#[tokio::test]
async fn a_blueprint_is_private_until_it_is_shared_and_then_only_read() {
    let (panel, mut zoey) = panel_with_overlays().await;
    panel.user("louis").await;
    let mut louis = panel.login("louis").await;
    assert_eq!(louis.get("/blueprints/1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(zoey.post("/blueprints/1/share", &[("shared", "yes")]).await.status, StatusCode::SEE_OTHER);
    let page = louis.get("/blueprints/1").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Of zoey, shared with everybody") && !page.body.contains("Save blueprint"));
    assert!(louis.get("/blueprints").await.body.contains("of zoey"));
    assert_eq!(louis.post("/blueprints/1", &[("name", "Mine")]).await.status, StatusCode::FORBIDDEN);
    let reply = louis.post("/blueprints/1/clone", &[]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/blueprints/2"));
    assert!(louis.get("/blueprints/2").await.body.contains("Versus, copy"));
    zoey.post("/blueprints/1/share", &[("shared", "no")]).await;
    assert_eq!(louis.get("/blueprints/1").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_blueprint_is_handed_over() {
    let (panel, mut zoey) = panel_with_overlays().await;
    panel.user("louis").await;
    for (typed, sentence) in [
        ("", "Type the name of somebody who can log in here."),
        ("francis", "Nobody named “francis” can log in here. An admin can add them."),
        ("zoey", "That is you. Type somebody else&#39;s name."),
    ] {
        let reply = zoey.post("/blueprints/1/hand-over", &[("user", typed)]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.body.contains(sentence), "{}", reply.body);
    }
    let mut louis = panel.login("louis").await;
    louis.post("/blueprints", &[("name", "Versus")]).await;
    let reply = zoey.post("/blueprints/1/hand-over", &[("user", "louis")]).await;
    assert!(reply.body.contains("louis has a blueprint named “Versus” already. Rename this one first."));
    louis.post("/blueprints/2/delete", &[]).await;
    assert_eq!(zoey.post("/blueprints/1/hand-over", &[("user", "louis")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(zoey.get("/blueprints/1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(louis.get("/blueprints/1").await.status, StatusCode::OK);
}

#[tokio::test]
async fn names_are_told_apart_by_owner() {
    let (_panel, mut zoey) = panel_with_overlays().await;
    let reply = zoey.post("/blueprints", &[("name", "Versus")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains("You have a blueprint named “Versus” already. Take another name."));
    zoey.post("/blueprints", &[("name", "Coop")]).await;
    let reply = zoey.post("/blueprints/2", &[("seen", SEEN), ("name", "Versus")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains("You have a blueprint named “Versus” already."));
}

#[tokio::test]
async fn a_place_in_the_stack_is_never_taken_twice() {
    let (panel, mut zoey) = panel_with_overlays().await;
    let fields = [("seen", SEEN), ("name", "V"), ("overlay", "1"), ("overlay", "1")];
    assert_eq!(zoey.post("/blueprints/1", &fields).await.status, StatusCode::SEE_OTHER);
    let overlays = db::blueprints::overlays(&panel.state.db, BlueprintId(1)).await.unwrap();
    assert_eq!(overlays.iter().map(|overlay| overlay.id).collect::<Vec<_>>(), [OverlayId(1)]);
}

/// 40 KiB of text of which each byte is written as three.
#[tokio::test]
async fn the_longest_config_fits_and_more_than_a_form_is_refused() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut zoey = panel.login("zoey").await;
    zoey.post("/blueprints", &[("name", "Versus")]).await;
    let longest = "ü".repeat(20 * 1024);
    let reply = zoey.post("/blueprints/1", &[("seen", "0"), ("name", ""), ("config", &longest)]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains(&longest), "the form comes back with all that was typed");
    let reply = zoey.post("/blueprints/1", &[("config", &"x".repeat(256 * 1024))]).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(reply.body.contains("A form of this panel takes 256 KiB at most."), "{}", reply.body);
}

#[tokio::test]
async fn a_form_of_too_many_overlays_is_refused() {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut zoey = panel.login("zoey").await;
    zoey.post("/blueprints", &[("name", "Versus")]).await;
    for (name, times) in [("overlay", 600), ("expose", 600), ("overlay", 5000)] {
        let reply = zoey.post("/blueprints/1", &vec![(name, "7"); times]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{times} × {name}");
        assert!(reply.body.contains("499 overlays") || reply.body.contains("is not what it must be"), "{}", reply.body);
    }
}
