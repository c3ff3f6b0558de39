use axum::http::StatusCode;
use l4d2web::db;
use l4d2web::id::{BlueprintId, ServerId};
use rstest::rstest;

use super::{make, panel, row};

#[tokio::test]
async fn settings_are_saved_and_say_when_they_are_taken() {
    let (panel, mut zoey) = panel().await;
    let id = make(&mut zoey, "Alpha").await;
    zoey.post("/blueprints", &[("name", "Coop")]).await;
    let page = zoey.get("/servers/1/settings").await.body;
    assert!(page.contains("reach the game at the next start."), "{page}");
    let fields = [("name", "Bravo"), ("hostname", "Beer"), ("port", "27020"), ("blueprint", "2")];
    let reply = zoey.post("/servers/1/settings", &fields).await;
    assert_eq!(
        (reply.status, reply.location()),
        (StatusCode::SEE_OTHER, "/servers/1/settings?saved=1"),
        "{}",
        reply.body
    );
    let server = row(&panel, id).await;
    assert_eq!(
        (server.name.as_str(), server.hostname.as_str(), server.port, server.blueprint_id.0),
        ("Bravo", "Beer", 27020, 2)
    );
    super::acts::put(&panel, 1, "running", "running").await;
    assert!(zoey.get("/servers/1/settings").await.body.contains("reach the game at the next restart."));
}

#[rstest]
#[case("port", "80", 422, "80 is outside 27015 to 27115. The next free port is 27017.")]
#[case("port", "27016", 422, "27016 belongs to another server. The next free port is 27017.")]
#[case("name", "Other", 422, "You have a server named “Other” already. Take another name.")]
#[case("name", " ", 422, "It needs a name.")]
#[case("hostname", "\"", 422, "A hostname cannot have a quote mark")]
#[case("blueprint", "9", 422, "Choose one of these.")]
#[tokio::test]
async fn a_refusal_keeps_what_was_typed(
    #[case] field: &str,
    #[case] value: &str,
    #[case] status: u16,
    #[case] sentence: &str,
) {
    let (panel, mut zoey) = panel().await;
    let id = make(&mut zoey, "Alpha").await;
    make(&mut zoey, "Other").await;
    let mut fields = vec![("name", "Kept"), ("hostname", "Host kept"), ("port", "27015"), ("blueprint", "1")];
    fields.retain(|(name, _)| *name != field);
    fields.push((field, value));
    let reply = zoey.post("/servers/1/settings", &fields).await;
    assert_eq!(reply.status.as_u16(), status);
    assert!(reply.body.contains(sentence), "{}", reply.body);
    for (name, kept) in [("name", "Kept"), ("hostname", "Host kept")] {
        assert!(name == field || reply.body.contains(&format!("value=\"{kept}\"")), "{}", reply.body);
    }
    assert_eq!(row(&panel, id).await.name, "Alpha");
}

#[tokio::test]
async fn roles_are_given_changed_and_taken_away() {
    let (panel, mut zoey) = panel().await;
    make(&mut zoey, "Alpha").await;
    panel.user("louis").await;
    let mut louis = panel.login("louis").await;
    for (user, role, status, sentence) in [
        ("nobody", "operate", 422, "Nobody named “nobody” can log in here."),
        ("zoey", "operate", 422, "That is you."),
        ("louis", "own", 422, "A role is “operate” or “manage”."),
    ] {
        let reply = zoey.post("/servers/1/share", &[("user", user), ("role", role)]).await;
        assert_eq!(reply.status.as_u16(), status);
        assert!(reply.body.contains(sentence), "{}", reply.body);
    }
    zoey.post("/servers/1/share", &[("user", "louis"), ("role", "operate")]).await;
    assert_eq!(louis.get("/servers/1/settings").await.status, StatusCode::FORBIDDEN);
    assert!(zoey.get("/servers/1/settings").await.body.contains("<strong>louis</strong>"));
    zoey.post("/servers/1/share", &[("user", "LOUIS"), ("role", "manage")]).await;
    let page = louis.get("/servers/1/settings").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("Let somebody in"));
    assert_eq!(
        louis.post("/servers/1/share", &[("user", "zoey"), ("role", "manage")]).await.status,
        StatusCode::FORBIDDEN
    );
    zoey.post("/servers/1/share/2/remove", &[]).await;
    assert_eq!(louis.get("/servers/1/settings").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_manager_keeps_the_blueprint_that_they_may_not_open() {
    let (panel, mut zoey) = panel().await;
    let id = make(&mut zoey, "Alpha").await;
    let louis = panel.user("louis").await;
    panel.grant(id, louis, "manage").await;
    let mut louis = panel.login("louis").await;
    let page = louis.get("/servers/1/settings").await.body;
    assert!(page.contains("<option value=\"1\" selected>Versus</option>"), "{page}");
    assert!(!page.contains("href=\"/blueprints/1\""));
    let fields = [("name", "Bravo"), ("hostname", ""), ("port", "27015"), ("blueprint", "1")];
    assert_eq!(louis.post("/servers/1/settings", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(row(&panel, id).await.name, "Bravo");
}

#[tokio::test]
async fn a_server_is_handed_over_by_its_owner_or_an_admin() {
    let (panel, mut zoey) = panel().await;
    let id = make(&mut zoey, "Alpha").await;
    let louis = panel.user("louis").await;
    let bill = panel.admin("bill").await;
    panel.grant(id, louis, "operate").await;
    let reply = zoey.post("/servers/1/hand-over", &[("user", "nobody")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains("Nobody named “nobody” can log in here.") && reply.body.contains("value=\"nobody\""));
    assert_eq!(zoey.post("/servers/1/hand-over", &[("user", "louis")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(row(&panel, id).await.owner_id, louis);
    assert_eq!(zoey.get("/servers/1/settings").await.status, StatusCode::NOT_FOUND);
    let mut admin = panel.login("bill").await;
    panel.server(bill, "Alpha").await;
    let reply = admin.post("/servers/1/hand-over", &[("user", "bill")]).await;
    assert!(reply.body.contains("bill has a server named “Alpha” already. Rename this one first."), "{}", reply.body);
    assert_eq!(admin.post("/servers/1/hand-over", &[("user", "zoey")]).await.status, StatusCode::SEE_OTHER);
    assert_ne!(row(&panel, ServerId(1)).await.owner_id, louis);
}

#[tokio::test]
async fn a_manager_chooses_among_what_is_shared_and_what_it_has() {
    let (panel, mut zoey) = panel().await;
    let id = make(&mut zoey, "Alpha").await;
    let louis = panel.user("louis").await;
    panel.grant(id, louis, "manage").await;
    let mut louis = panel.login("louis").await;
    for name in ["Mine alone", "Mine for all"] {
        louis.post("/blueprints", &[("name", name)]).await;
    }
    louis.post("/blueprints/3/share", &[("shared", "yes")]).await;
    let page = louis.get("/servers/1/settings").await.body;
    assert!(page.contains("Versus</option>") && page.contains("Mine for all</option>"), "{page}");
    assert!(!page.contains("Mine alone"), "{page}");
    for (blueprint, status) in [("2", 422), ("3", 303), ("2", 422)] {
        let fields = [("name", "Alpha"), ("hostname", ""), ("port", "27015"), ("blueprint", blueprint)];
        let reply = louis.post("/servers/1/settings", &fields).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.body);
        assert_ne!(row(&panel, id).await.blueprint_id, BlueprintId(2));
    }
}

#[tokio::test]
async fn who_manages_no_longer_knows_the_rcon_password_no_longer() {
    let (panel, mut zoey) = panel().await;
    let id = make(&mut zoey, "Alpha").await;
    panel.user("louis").await;
    let mut last = row(&panel, id).await.rcon_password;
    for (path, role, changed) in [
        ("share", "operate", false),
        ("share", "manage", false),
        ("share", "manage", false),
        ("share", "operate", true),
        ("share/2/remove", "", false),
        ("share", "manage", false),
        ("share/2/remove", "", true),
        ("share/2/remove", "", false),
    ] {
        let reply = zoey.post(&format!("/servers/1/{path}"), &[("user", "louis"), ("role", role)]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        let now = row(&panel, id).await.rcon_password;
        assert_eq!(now != last, changed, "{path} {role}");
        last = now;
    }
}

#[tokio::test]
async fn a_server_that_is_handed_over_takes_no_way_in_with_it() {
    let (panel, mut zoey) = panel().await;
    let id = make(&mut zoey, "Alpha").await;
    panel.admin("bill").await;
    let louis = panel.user("louis").await;
    let mut bill = panel.login("bill").await;
    for (name, reference) in [("Base", "base"), ("Top", "top")] {
        std::fs::create_dir_all(panel.root.path().join("overlays").join(reference)).unwrap();
        let reply = bill.post("/overlays", &[("name", name), ("kind", "directory"), ("reference", reference)]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    }
    let seen = panel.state.clock.now().to_string();
    let fields = [
        ("name", "Versus"),
        ("seen", &seen),
        ("overlay", "2"),
        ("overlay", "1"),
        ("expose", "1"),
        ("arguments", "-tickrate 100"),
        ("config", "sv_cheats 0"),
    ];
    let reply = zoey.post("/blueprints/1", &fields).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    let mut theirs = panel.login("louis").await;
    theirs.post("/blueprints", &[("name", "Versus")]).await;
    let before = row(&panel, id).await;
    assert!(zoey.get("/servers/1").await.body.contains("is copied into one of theirs"));
    assert_eq!(zoey.post("/servers/1/hand-over", &[("user", "louis")]).await.status, StatusCode::SEE_OTHER);
    let after = row(&panel, id).await;
    assert_eq!((after.owner_id, after.blueprint_id), (louis, BlueprintId(3)));
    assert_ne!(after.rcon_password, before.rcon_password);
    let copy = db::blueprints::find(&panel.state.db, BlueprintId(3)).await.unwrap().unwrap();
    assert_eq!((copy.owner_id, copy.name.as_str(), copy.shared), (louis, "Versus, copy", false));
    assert_eq!((copy.arguments.as_str(), copy.config.as_str()), ("-tickrate 100", "sv_cheats 0"));
    let overlays = db::blueprints::overlays(&panel.state.db, BlueprintId(3)).await.unwrap();
    assert_eq!(overlays, db::blueprints::overlays(&panel.state.db, BlueprintId(1)).await.unwrap());
    assert_eq!(overlays.len(), 2);
    // What is shared, and what is the new owner's already, stays.
    theirs.post("/blueprints/3/share", &[("shared", "yes")]).await;
    for name in ["zoey", "louis"] {
        let reply = bill.post("/servers/1/hand-over", &[("user", name)]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        assert_eq!(row(&panel, id).await.blueprint_id, BlueprintId(3));
    }
}

#[tokio::test]
async fn a_port_that_a_server_still_runs_with_is_joined_and_stays_taken() {
    let (panel, mut zoey) = panel().await;
    make(&mut zoey, "Alpha").await;
    super::acts::put(&panel, 1, "running", "running").await;
    crate::cast::run(&panel, "UPDATE servers SET status = json_set(status, '$.running_port', 27015)").await;
    let save = |port| [("name", "Alpha"), ("hostname", ""), ("port", port), ("blueprint", "1")];
    assert_eq!(zoey.post("/servers/1/settings", &save("27016")).await.status, StatusCode::SEE_OTHER);
    for path in ["/servers/1", "/servers"] {
        let page = zoey.get(path).await.body;
        assert!(page.contains(":27015") && !page.contains(":27016"), "{path}: {page}");
    }
    assert_eq!(db::servers::ports(&panel.state.db, None).await.unwrap(), [27015, 27016]);
    let second = make(&mut zoey, "Bravo").await;
    assert_eq!(row(&panel, second).await.port, 27017);
    let taken = [("name", "Bravo"), ("hostname", ""), ("port", "27015"), ("blueprint", "1")];
    let reply = zoey.post("/servers/2/settings", &taken).await;
    assert!(reply.body.contains("27015 belongs to another server. The next free port is 27018."), "{}", reply.body);
    assert_eq!(zoey.post("/servers/1/settings", &save("27015")).await.status, StatusCode::SEE_OTHER, "its own");
    assert_eq!(zoey.post("/servers/1/settings", &save("27016")).await.status, StatusCode::SEE_OTHER);
    super::acts::put(&panel, 1, "stopped", "stopped").await;
    assert!(zoey.get("/servers/1").await.body.contains(":27016"));
    assert_eq!(zoey.post("/servers/2/settings", &taken).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_admin_who_names_the_owner_is_told_so() {
    let (panel, mut zoey) = panel().await;
    make(&mut zoey, "Alpha").await;
    panel.admin("bill").await;
    let mut bill = panel.login("bill").await;
    for path in ["/servers/1/hand-over", "/blueprints/1/hand-over"] {
        let reply = bill.post(path, &[("user", "Zoey")]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(reply.body.contains("It is zoey&#39;s already. Type somebody else&#39;s name."), "{}", reply.body);
        let reply = zoey.post(path, &[("user", "zoey")]).await;
        assert!(reply.body.contains("That is you."), "{}", reply.body);
    }
}
