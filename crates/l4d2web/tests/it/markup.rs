//! Markup in what people typed, and in what browsers and proxies say of themselves, is shown as text.

use axum::body::Body;
use axum::http::Request;
use l4d2web::account::{BaseUrl, setup_link};
use rstest::rstest;

use crate::cast::run;
use crate::panel::{Browser, PASSWORD, Panel};

/// Ends texts, attributes, comments and scripts, and would do something.
const HOSTILE: [&str; 5] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onfocus='alert(1)' autofocus='",
    "</title></textarea>--><svg/onload=alert(1)>",
    "{{ 7 * 7 }}javascript:alert(1)",
];

/// No element or attribute of the page comes from `typed`.
fn is_text_only(page: &str, typed: &str) {
    let document = scraper::Html::parse_document(page);
    for node in document.tree.nodes() {
        let Some(element) = node.value().as_element() else { continue };
        let name = element.name();
        assert!(!matches!(name, "img" | "textarea"), "<{name}> in the page for {typed}");
        if name == "script" {
            assert!(element.attr("src").is_some_and(|src| src.starts_with("/static/")), "a script for {typed}");
        }
        for (attribute, value) in element.attrs() {
            assert!(!attribute.starts_with("on"), "{attribute} in the page for {typed}");
            assert_ne!(attribute, "style");
            if matches!(attribute, "href" | "src" | "action" | "formaction" | "hx-post" | "hx-get") {
                assert!(value.starts_with('/') || value.starts_with('#') || value == "?", "{attribute}={value}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_typed_comes_back_as_text() {
    for typed in HOSTILE {
        let panel = Panel::new().await;
        let base: BaseUrl = "http://panel.test".parse().unwrap();
        let link = setup_link(&panel.state.db, &panel.state.clock, &base).await.unwrap().unwrap();
        let path = link.strip_prefix("http://panel.test").unwrap();
        let query: String = form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let mut pages = vec![
            panel.browser().post(path, &[("name", typed), ("password", typed), ("password_again", "")]).await,
            panel.browser().get(&format!("/setup/{query}")).await,
        ];
        panel.admin("bill").await;
        panel.user("zoey").await;
        let mut bill = panel.login("bill").await;
        pages.extend([
            panel.browser().get(&format!("/login?next={query}")).await,
            panel.browser().post("/login", &[("name", typed), ("password", typed), ("next", typed)]).await,
            bill.post("/admin/users", &[("name", typed), ("password", typed), ("admin", typed)]).await,
            bill.post("/admin/users/2/delete", &[("name", typed)]).await,
            bill.post("/profile/password", &[("current_password", typed), ("new_password", typed)]).await,
            bill.get(&format!("/profile?done={query}")).await,
            bill.get(&format!("/{query}")).await,
        ]);
        for page in &pages {
            is_text_only(&page.body, typed);
        }
        assert!(pages[3].body.contains(&askama_escape(typed)), "it is shown");
        assert!(pages[4].body.contains(&askama_escape(typed)) && pages[5].body.contains(&askama_escape(typed)));
    }
}

/// What no form takes, but another version or a hand in the database may have stored.
#[tokio::test]
async fn what_is_stored_is_shown_as_text() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    panel.user("zoey").await;
    let (mut bill, mut zoey) = (panel.login("bill").await, panel.login("zoey").await);
    run(
        &panel,
        "UPDATE users SET name = '\"><img src=x onerror=alert(1)>' WHERE id = 2;
         UPDATE sessions SET address = '<script>alert(1)</script>', agent = '<script>Firefox/</script>' WHERE user_id = 2",
    )
    .await;
    let (list, profile) = (bill.get("/admin/users").await, zoey.get("/profile").await);
    assert!(list.texts("#user-2 strong")[0].starts_with("\"><img"), "{}", list.body);
    assert!(profile.body.contains("Firefox"), "{}", profile.body);
    for page in [
        list,
        profile,
        bill.get("/admin/users?password=2").await,
        bill.get("/admin/users?delete=2").await,
        zoey.get("/servers").await,
    ] {
        is_text_only(&page.body, "a stored name");
    }
}

/// A browser says what it wants of itself.
#[rstest]
#[case("<script>alert(1)</script>")]
#[case("Firefox/\"><img src=x onerror=alert(1)>")]
#[tokio::test]
async fn the_name_of_a_browser_is_never_shown_itself(#[case] agent: &str) {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut browser = panel.browser();
    let fields = [("name", "zoey"), ("password", PASSWORD)];
    let request = Browser::form("/login", &[]).header("sec-fetch-site", "same-origin").header("user-agent", agent);
    browser.send(request.body(Browser::encode(&fields)).unwrap()).await;
    let page = browser.get("/profile").await;
    assert_eq!(page.texts("td strong").len(), 1);
    is_text_only(&page.body, agent);
    assert!(!page.body.contains("alert"));
}

/// A cookie is typed, too.
#[tokio::test]
async fn a_theme_is_one_of_two_words() {
    let panel = Panel::new().await;
    let request = Request::get("/").header("cookie", "left4me-theme=\"onload=alert(1)").body(Body::empty()).unwrap();
    let page = panel.browser().send(request).await;
    assert!(!page.body.contains("onload") && !page.body.contains("data-theme"));
}

/// How askama writes a text into a page.
fn askama_escape(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}
