//! The way in on a panel without any user.

use axum::http::{StatusCode, header};
use l4d2web::account::{BaseUrl, FirstLink, SETUP_FOR, first_link, setup_link};
use l4d2web::db;
use rstest::rstest;

use crate::panel::{Browser, PASSWORD, Panel, Reply};

const BASE: &str = "https://panel.example.org";
const FIRST: [(&str, &str); 3] = [("name", "zoey"), ("password", PASSWORD), ("password_again", PASSWORD)];

/// The path of a new link.
async fn link(panel: &Panel) -> String {
    let base: BaseUrl = BASE.parse().unwrap();
    let link = setup_link(&panel.state.db, &panel.state.clock, &base).await.unwrap().unwrap();
    link.strip_prefix(BASE).unwrap().to_owned()
}

async fn users(panel: &Panel) -> i64 {
    db::users::count(&panel.state.db).await.unwrap()
}

fn works_not(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    assert_eq!(reply.text("h1"), "This link does not work");
}

#[tokio::test]
async fn a_panel_without_users_says_how_to_make_one() {
    let panel = Panel::new().await;
    let mut browser = panel.browser();
    assert_eq!(browser.get("/servers").await.location(), "/login?next=%2Fservers");
    assert_eq!(browser.get("/login").await.location(), "/");
    let page = browser.get("/").await;
    assert_eq!((page.status, page.text("h1").as_str()), (StatusCode::OK, "No account yet"));
    assert!(page.body.contains("left4me setup-link"), "{}", page.body);
    panel.user("zoey").await;
    assert_eq!(browser.get("/").await.location(), "/login");
}

#[tokio::test]
async fn the_link_makes_an_admin_and_logs_in() {
    let panel = Panel::new().await;
    let path = link(&panel).await;
    let mut browser = panel.browser();
    panel.state.clock.advance(3600);
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.text("h1 + .sub"), "This link works once, for 23 h more. The account is an admin.");
    let reply = browser.post(&path, &FIRST).await;
    assert_eq!((reply.status, reply.location()), (StatusCode::SEE_OTHER, "/servers"));
    assert_eq!(browser.get("/admin/users").await.status, StatusCode::OK);
    panel.login("zoey").await;
}

#[tokio::test]
async fn the_link_works_without_fetch_metadata_by_its_forms_token() {
    let panel = Panel::new().await;
    let path = link(&panel).await;
    let mut browser = panel.browser();
    let page = browser.get(&path).await.body;
    let token = page.split_once("name=\"form_token\" value=\"").unwrap().1.split_once('"').unwrap().0;
    let refused = browser.send(Browser::form(&path, &[]).body(Browser::encode(&FIRST)).unwrap()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let fields = [FIRST.as_slice(), &[("form_token", token)]].concat();
    let reply = browser.send(Browser::form(&path, &[]).body(Browser::encode(&fields)).unwrap()).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_link_works_once() {
    let panel = Panel::new().await;
    let path = link(&panel).await;
    panel.browser().post(&path, &FIRST).await;
    let again = [("name", "nick"), ("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(panel.browser().post(&path, &again).await.status, StatusCode::NOT_FOUND);
    assert_eq!(panel.browser().get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(users(&panel).await, 1);
}

/// The database decides who was first.
#[tokio::test]
async fn two_who_use_it_at_once_make_one_user() {
    let panel = Panel::new().await;
    let path = link(&panel).await;
    let names: Vec<_> = (0..8).map(|number| format!("nick-{number}")).collect();
    let forms: Vec<_> = names
        .iter()
        .map(|name| [("name", name.as_str()), ("password", PASSWORD), ("password_again", PASSWORD)])
        .collect();
    let mut browsers: Vec<_> = (0..8).map(|_| panel.browser()).collect();
    let tries = browsers.iter_mut().zip(&forms).map(|(browser, form)| browser.post(&path, form));
    let replies = futures_util::future::join_all(tries).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == StatusCode::SEE_OTHER).count(), 1);
    assert_eq!(users(&panel).await, 1);
}

#[tokio::test]
async fn the_link_works_for_a_day() {
    let panel = Panel::new().await;
    let path = link(&panel).await;
    panel.state.clock.advance(SETUP_FOR - 1);
    assert_eq!(panel.browser().get(&path).await.status, StatusCode::OK);
    panel.state.clock.advance(1);
    works_not(&panel.browser().get(&path).await);
    works_not(&panel.browser().post(&path, &FIRST).await);
    assert_eq!(users(&panel).await, 0);
}

#[tokio::test]
async fn a_new_link_takes_the_place_of_the_old() {
    let panel = Panel::new().await;
    let (old, new) = (link(&panel).await, link(&panel).await);
    works_not(&panel.browser().post(&old, &FIRST).await);
    assert_eq!(users(&panel).await, 0);
    assert_eq!(panel.browser().post(&new, &FIRST).await.status, StatusCode::SEE_OTHER);
}

/// What was printed when left4me was installed still works after the panel has started again.
#[tokio::test]
async fn a_start_of_the_panel_leaves_the_link_that_was_given_out() {
    let panel = Panel::new().await;
    let (db, clock, base) = (&panel.state.db, &panel.state.clock, BASE.parse().unwrap());
    let FirstLink::New(first) = first_link(db, clock, &base).await.unwrap() else { panic!("there was none") };
    let given = link(&panel).await;
    works_not(&panel.browser().get(first.strip_prefix(BASE).unwrap()).await);
    assert_eq!(first_link(db, clock, &base).await.unwrap(), FirstLink::Given);
    assert_eq!(panel.browser().get(&given).await.status, StatusCode::OK);
    clock.advance(SETUP_FOR);
    let FirstLink::New(next) = first_link(db, clock, &base).await.unwrap() else { panic!("the last one has ended") };
    works_not(&panel.browser().get(&given).await);
    assert_eq!(panel.browser().post(next.strip_prefix(BASE).unwrap(), &FIRST).await.status, StatusCode::SEE_OTHER);
    assert_eq!(first_link(db, clock, &base).await.unwrap(), FirstLink::NotNeeded);
}

/// A link that waits while a user is made in another way lets nobody in.
#[tokio::test]
async fn there_is_no_link_where_there_is_a_user() {
    let panel = Panel::new().await;
    let path = link(&panel).await;
    panel.user("nick").await;
    assert_eq!(panel.browser().get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(panel.browser().post(&path, &FIRST).await.status, StatusCode::NOT_FOUND);
    let base: BaseUrl = BASE.parse().unwrap();
    assert_eq!(setup_link(&panel.state.db, &panel.state.clock, &base).await.unwrap(), None);
    assert_eq!(users(&panel).await, 1);
}

#[rstest]
#[case::another("/setup/0000000000000000000000000000000000000000000000000000000000000000")]
#[case::cut("/setup/00")]
#[case::capital("/setup/ABCDEF0000000000000000000000000000000000000000000000000000000000")]
#[case::markup("/setup/%3Cscript%3E")]
#[tokio::test]
async fn a_link_that_nobody_made_works_not(#[case] path: &str) {
    let panel = Panel::new().await;
    link(&panel).await;
    works_not(&panel.browser().get(path).await);
    works_not(&panel.browser().post(path, &FIRST).await);
}

#[rstest]
#[case::name("Admin 1", PASSWORD, PASSWORD, "#name-e")]
#[case::no_name("", PASSWORD, PASSWORD, "#name-e")]
#[case::short("zoey", "short", "short", "#password-e")]
#[case::different("zoey", PASSWORD, "another horse", "#again-e")]
#[tokio::test]
async fn what_is_wrong_stands_beside_its_field(
    #[case] name: &str,
    #[case] password: &str,
    #[case] again: &str,
    #[case] field: &str,
) {
    let panel = Panel::new().await;
    let path = link(&panel).await;
    let fields = [("name", name), ("password", password), ("password_again", again)];
    let reply = panel.browser().post(&path, &fields).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.texts(".error").len(), 1);
    assert!(!reply.text(field).is_empty());
    assert!(reply.body.contains(&format!("value=\"{name}\"")), "the name stays");
    assert!(!reply.body.contains("horse"), "no password comes back");
    assert_eq!(panel.browser().post(&path, &FIRST).await.status, StatusCode::SEE_OTHER, "the link works still");
}

#[tokio::test]
async fn links_may_be_tried_only_so_often() {
    let panel = Panel::new().await;
    let path = link(&panel).await;
    let mut browser = panel.browser();
    for number in 0..20 {
        works_not(&browser.get(&format!("/setup/{number:064}")).await);
    }
    for reply in [browser.get(&path).await, browser.post(&path, &FIRST).await] {
        assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(reply.headers[header::RETRY_AFTER], "30");
    }
    assert_eq!(panel.browser().post(&path, &FIRST).await.status, StatusCode::SEE_OTHER);
}
