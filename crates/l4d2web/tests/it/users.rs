//! What admins do with users.

use axum::http::{StatusCode, header};
use l4d2web::db;
use l4d2web::id::UserId;
use l4d2web::live::Change;
use rstest::rstest;

use crate::cast::run;
use crate::panel::{Browser, NOW, PASSWORD, Panel, Reply};

/// A panel with the admin bill, who has the key 1, and the user zoey, who has 2.
async fn panel() -> (Panel, Browser) {
    let panel = Panel::new().await;
    assert_eq!((panel.admin("bill").await, panel.user("zoey").await), (UserId(1), UserId(2)));
    let bill = panel.login("bill").await;
    (panel, bill)
}

async fn find(panel: &Panel, name: &str) -> Option<db::users::User> {
    db::users::find_by_name(&panel.state.db, name).await.unwrap()
}

/// As a dialog sends its form.
async fn by_script(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Reply {
    let request = Browser::form(path, fields).header("sec-fetch-site", "same-origin").header("hx-request", "true");
    browser.send(request.body(Browser::encode(fields)).unwrap()).await
}

fn refused(reply: &Reply, sentence: &str) {
    assert_eq!(reply.status, StatusCode::CONFLICT, "{}", reply.body);
    assert!(reply.text("main").contains(sentence), "{}", reply.text("main"));
}

#[tokio::test]
async fn the_list_says_who_there_is() {
    let (panel, mut bill) = panel().await;
    run(
        &panel,
        "INSERT INTO blueprints (id, owner_id, name, created_at, updated_at) VALUES (1, 2, 'Versus', 0, 0);
         INSERT INTO servers (owner_id, blueprint_id, name, port, rcon_password, created_at, updated_at) VALUES
            (2, 1, 'Friday', 27015, '', 0, 0), (2, 1, 'Sunday', 27016, '', 0, 0);
         UPDATE users SET active = 0 WHERE id = 2",
    )
    .await;
    let page = bill.get("/admin/users").await;
    assert_eq!(page.texts("#user-1 td:nth-child(-n+4)"), ["bill admin", "Active", "owns nothing", "now"]);
    assert_eq!(
        page.texts("#user-2 td:nth-child(-n+4)"),
        ["zoey", "Inactive", "2 servers and 1 blueprint", "not logged in"]
    );
    assert_eq!(
        page.texts("#user-2 .tip"),
        [
            "zoey owns 2 servers and 1 blueprint. Give them to someone else or delete them first: see Servers, Blueprints."
        ]
    );
}

#[tokio::test]
async fn a_user_is_made() {
    let (panel, mut bill) = panel().await;
    let mut changes = panel.state.bus.listen();
    let reply = bill.post("/admin/users", &[("name", "nick"), ("password", PASSWORD)]).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/admin/users"));
    assert_eq!(changes.try_recv().unwrap(), Change::User(UserId(3)));
    assert!(!find(&panel, "nick").await.unwrap().admin);
    let fields = [("name", "louis"), ("password", PASSWORD), ("admin", "yes")];
    let reply = by_script(&mut bill, "/admin/users", &fields).await;
    assert_eq!(
        (reply.status, reply.headers["hx-redirect"].as_bytes()),
        (StatusCode::NO_CONTENT, b"/admin/users".as_slice())
    );
    assert!(find(&panel, "louis").await.unwrap().admin);
    panel.login("nick").await;
}

#[rstest]
#[case::taken("zoey", PASSWORD, "#nu-name-e", "There is a user “zoey” already. Take another name.")]
#[case::capital(
    "Zoey",
    PASSWORD,
    "#nu-name-e",
    "A name has small letters, digits, “-” and “_”, begins with a letter or digit, and has 1 to 32 of them. “mara_b” would do."
)]
#[case::short("nick", "short", "#nu-password-e", "The password needs at least 8 characters.")]
#[tokio::test]
async fn a_wrong_form_comes_back(
    #[case] name: &str,
    #[case] password: &str,
    #[case] field: &str,
    #[case] sentence: &str,
    #[values(true, false)] script: bool,
) {
    let (panel, mut bill) = panel().await;
    let fields = [("name", name), ("password", password), ("admin", "yes")];
    let reply = if script {
        by_script(&mut bill, "/admin/users", &fields).await
    } else {
        bill.post("/admin/users", &fields).await
    };
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.text(field), sentence);
    assert!(
        reply.body.contains(&format!("value=\"{name}\"")) && reply.body.contains("checked"),
        "what was typed stays"
    );
    assert!(!reply.body.contains("horse"), "but for the password");
    assert_eq!(reply.body.contains("<html"), !script, "a script gets the form alone");
    assert_eq!(reply.body.contains("<dialog id=\"new-user\" aria-labelledby=\"new-user-h\" open"), !script);
    assert_eq!(db::users::count(&panel.state.db).await.unwrap(), 2);
}

#[rstest]
#[case("deactivate", &[], "You cannot deactivate yourself.")]
#[case("delete", &[("name", "bill")], "You cannot delete yourself.")]
#[case("admin", &[("admin", "no")], "You cannot make yourself less than an admin.")]
#[case("password", &[("password", "battery staple")], "Your own password is changed on your profile")]
#[tokio::test]
async fn nobody_does_that_to_themselves(
    #[case] verb: &str,
    #[case] fields: &[(&str, &str)],
    #[case] sentence: &str,
    #[values(true, false)] alone: bool,
) {
    let (panel, mut bill) = panel().await;
    if !alone {
        panel.admin("louis").await;
    }
    refused(&bill.post(&format!("/admin/users/1/{verb}"), fields).await, sentence);
    let reply = by_script(&mut bill, &format!("/admin/users/1/{verb}"), fields).await;
    assert!(reply.body.starts_with(sentence) && !reply.body.contains('<'), "a script gets the sentence alone");
    let bill = find(&panel, "bill").await.unwrap();
    assert!(bill.admin && bill.active);
    panel.login("bill").await;
}

/// The page asks first; whoever comes at the same moment is stopped by the database.
#[rstest]
#[case("deactivate", &[])]
#[case("delete", &[])]
#[case("admin", &[("admin", "no")])]
#[tokio::test]
async fn of_two_admins_who_act_at_each_other_one_stays(#[case] verb: &str, #[case] fields: &[(&str, &str)]) {
    for _ in 0..10 {
        let (panel, mut bill) = panel().await;
        panel.admin("louis").await;
        let mut louis = panel.login("louis").await;
        let with = |name: &'static str| [fields, &[("name", name)]].concat();
        let (at_louis, at_bill) = (with("louis"), with("bill"));
        let paths = [format!("/admin/users/3/{verb}"), format!("/admin/users/1/{verb}")];
        tokio::join!(bill.post(&paths[0], &at_louis), louis.post(&paths[1], &at_bill));
        let users = db::users::list(&panel.state.db).await.unwrap();
        assert_eq!(users.iter().filter(|user| user.admin && user.active).count(), 1);
    }
}

/// The statements refuse by themselves.
#[tokio::test]
async fn the_database_keeps_the_last_admin() {
    let (panel, _) = panel().await;
    let db = &panel.state.db;
    let bill = UserId(1);
    assert!(!db::users::deactivate(db, bill).await.unwrap());
    assert!(!db::users::withdraw_admin(db, bill).await.unwrap());
    assert_eq!(db::users::delete(db, bill, NOW).await.unwrap(), None);
    assert!(db::users::grant_admin(db, UserId(2)).await.unwrap());
    run(&panel, "UPDATE users SET active = 0 WHERE id = 2").await;
    assert!(!db::users::deactivate(db, bill).await.unwrap(), "an admin who is not active is none");
    assert_eq!(db::users::delete(db, UserId(2), NOW).await.unwrap(), Some(Vec::new()));
    assert!(!db::users::deactivate(db, UserId(9)).await.unwrap(), "nobody");
}

#[tokio::test]
async fn who_owns_something_is_not_deleted() {
    let (panel, mut bill) = panel().await;
    run(&panel, "INSERT INTO overlays (owner_id, name, kind, reference, created_at, updated_at) VALUES (2, 'Maps', 'files', '9', 0, 0)").await;
    let sentence = "zoey owns 1 overlay. Give it to someone else or delete it first: see Overlays.";
    refused(&bill.post("/admin/users/2/delete", &[("name", "zoey")]).await, sentence);
    refused(&bill.get("/admin/users?delete=2").await, sentence);
    assert_eq!(db::users::delete(&panel.state.db, UserId(2), NOW).await.unwrap(), None, "also by the database");
    run(&panel, "DELETE FROM overlays").await;
    assert_eq!(bill.post("/admin/users/2/delete", &[("name", "zoey")]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn deletion_takes_sessions_and_roles_and_leaves_jobs() {
    let (panel, mut bill) = panel().await;
    run(
        &panel,
        "INSERT INTO blueprints (id, owner_id, name, created_at, updated_at) VALUES (1, 1, 'Versus', 0, 0);
         INSERT INTO servers (id, owner_id, blueprint_id, name, port, rcon_password, created_at, updated_at) VALUES (1, 1, 1, 'Friday', 27015, '', 0, 0);
         INSERT INTO server_grants (server_id, user_id, role) VALUES (1, 2, 'operate');
         INSERT INTO jobs (id, kind, state, user_id, server_id, created_at) VALUES (1, 'start', 'succeeded', 2, 1, 0)",
    )
    .await;
    let mut zoey = panel.login("zoey").await;
    let mut changes = panel.state.bus.listen();
    let reply = bill.post("/admin/users/2/delete", &[("name", "zoe")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.text("#ud-name-e"), "That is “zoe”. The name is “zoey”.");
    assert!(changes.is_empty());
    assert_eq!(bill.post("/admin/users/2/delete", &[("name", "zoey")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(changes.try_recv().unwrap(), Change::User(UserId(2)));
    assert_eq!(zoey.get("/servers").await.status, StatusCode::SEE_OTHER);
    let left = sqlx::raw_sql(
        "SELECT 1 FROM sessions WHERE user_id = 2 UNION ALL SELECT 1 FROM server_grants UNION ALL SELECT 1 FROM jobs WHERE user_id IS NOT NULL",
    );
    assert!(sqlx::Executor::fetch_all(panel.state.db.read(), left).await.unwrap().is_empty());
    assert_eq!(bill.post("/admin/users/2/delete", &[("name", "zoey")]).await.status, StatusCode::NOT_FOUND);
    panel.user("zoey").await;
    assert_eq!(find(&panel, "zoey").await.unwrap().id, UserId(3), "a key is never given again");
}

#[tokio::test]
async fn a_password_that_an_admin_sets_ends_the_sessions() {
    let (panel, mut bill) = panel().await;
    let mut zoey = panel.login("zoey").await;
    let page = bill.get("/admin/users?password=2").await;
    assert_eq!(page.text("#user-dialog h2"), "Set the password of zoey?");
    let mut changes = panel.state.bus.listen();
    let reply = bill.post("/admin/users/2/password", &[("password", "short")]).await;
    assert_eq!(reply.text("#ud-password-e"), "The password needs at least 8 characters.");
    assert!(changes.is_empty());
    bill.post("/admin/users/2/password", &[("password", "battery staple")]).await;
    assert_eq!(changes.try_recv().unwrap(), Change::User(UserId(2)));
    assert_eq!(zoey.get("/servers").await.status, StatusCode::SEE_OTHER);
    assert_eq!(bill.get("/admin/users").await.status, StatusCode::OK);
    let login = [("name", "zoey"), ("password", "battery staple")];
    assert_eq!(panel.browser().post("/login", &login).await.status, StatusCode::SEE_OTHER);
}

#[rstest]
#[case("activate")]
#[case("deactivate")]
#[case("admin")]
#[case("password")]
#[case("delete")]
#[tokio::test]
async fn nobody_is_not_found(#[case] verb: &str, #[values("99", "-1", "x", "99999999999999999999")] id: &str) {
    let (_panel, mut bill) = panel().await;
    let fields = [("admin", "yes"), ("password", PASSWORD), ("name", "zoey")];
    let status = bill.post(&format!("/admin/users/{id}/{verb}"), &fields).await.status;
    assert!(matches!(status, StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST), "{status}");
}

/// Admin pages are for admins also when the page is asked for as a fragment.
#[tokio::test]
async fn users_see_nothing_of_it() {
    let (panel, _) = panel().await;
    let mut zoey = panel.login("zoey").await;
    let reply = by_script(&mut zoey, "/admin/users/1/deactivate", &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::FORBIDDEN, "This page is for admins."));
    assert!(!zoey.get("/profile").await.body.contains("/admin"));
    assert!(zoey.get("/admin/users").await.headers.get(header::CONTENT_SECURITY_POLICY).is_some());
}
