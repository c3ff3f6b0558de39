use axum::http::{Request, StatusCode};

use super::{make, panel, with};

/// The names of the rows, in their order.
fn shown(body: &str) -> Vec<String> {
    let rows = body.split("<td class=\"c-name\">").skip(1);
    rows.filter_map(|row| Some(row.split_once("title=\"")?.1.split_once('"')?.0.to_owned())).collect()
}

#[tokio::test]
async fn what_needs_somebody_stands_first_then_what_runs() {
    let (panel, mut zoey) = panel().await;
    for name in ["Alpha", "Bravo", "Charlie", "Delta"] {
        make(&mut zoey, name).await;
    }
    super::acts::put(&panel, 3, "running", "stopped").await;
    super::acts::put(&panel, 4, "running", "running").await;
    let page = zoey.get("/servers").await.body;
    assert_eq!(shown(&page), ["Charlie", "Delta", "Alpha", "Bravo"]);
    assert!(page.contains("1 of 4 runs. 1 needs you: <a href=\"/servers/3\">Charlie</a>"), "{page}");
    for (query, names) in [
        ("q=brav", vec!["Bravo"]),
        ("q=27016", vec!["Bravo"]),
        ("show=running", vec!["Delta"]),
        ("show=need", vec!["Charlie"]),
        ("show=stopped", vec!["Alpha", "Bravo"]),
        ("show=running&q=delt", vec!["Delta"]),
    ] {
        assert_eq!(shown(&zoey.get(&format!("/servers?{query}")).await.body), names, "{query}");
    }
    let page = zoey.get("/servers?q=tnak").await.body;
    assert!(page.contains("No server is called “tnak”") && page.contains("Show all 4"), "{page}");
}

#[tokio::test]
async fn an_address_is_that_of_the_request_unless_it_is_set() {
    let (_panel, mut zoey) = panel().await;
    make(&mut zoey, "Alpha").await;
    let page = zoey.get("/servers").await.body;
    assert!(page.contains("<code>panel.test:27015</code>"), "{page}");
    assert!(page.contains("steam://run/550//+connect%20panel.test:27015"));
    let request = Request::get("/servers").header("host", "[2001:db8::7]:8000").body(axum::body::Body::empty());
    assert!(zoey.send(request.unwrap()).await.body.contains("<code>[2001:db8::7]:27015</code>"));
    let (_panel, mut zoey) = with(&[("LEFT4ME_PUBLIC_HOST", "play.example.org")]).await;
    make(&mut zoey, "Alpha").await;
    assert!(zoey.get("/servers").await.body.contains("<code>play.example.org:27015</code>"));
}

#[tokio::test]
async fn everybody_sees_theirs_and_what_is_shared_and_an_admin_all() {
    let (panel, mut zoey) = panel().await;
    make(&mut zoey, "Alpha").await;
    let louis = panel.user("louis").await;
    panel.admin("bill").await;
    let (mut second, mut bill) = (panel.login("louis").await, panel.login("bill").await);
    assert!(second.get("/servers").await.body.contains("No servers yet"));
    assert_eq!(second.get("/servers/1/settings").await.status, StatusCode::NOT_FOUND);
    panel.grant(l4d2web::id::ServerId(1), louis, "operate").await;
    for browser in [&mut second, &mut bill] {
        let page = browser.get("/servers").await.body;
        assert_eq!(shown(&page), ["Alpha"]);
        assert!(page.contains("of zoey</span>"), "{page}");
    }
    assert!(!zoey.get("/servers").await.body.contains("of zoey</span>"));
}

#[tokio::test]
async fn durations_run_on_in_a_list_that_has_not_changed() {
    let (panel, mut zoey) = panel().await;
    make(&mut zoey, "Alpha").await;
    super::acts::put(&panel, 1, "running", "running").await;
    let since = |page: &str| page.split_once(" data-since>").unwrap().1.split_once('<').unwrap().0.to_owned();
    let first = zoey.get("/servers").await.body;
    assert_eq!(since(&first), "0 s");
    panel.state.clock.advance(11_520);
    let later = zoey.get("/servers").await.body;
    assert_eq!(since(&later), "3 h 12 min");
    assert_eq!(later.replace("3 h 12 min", "0 s"), first);
}

#[tokio::test]
async fn what_another_process_writes_is_in_the_next_list() {
    let (panel, mut zoey) = panel().await;
    make(&mut zoey, "Alpha").await;
    assert_eq!(shown(&zoey.get("/servers").await.body), ["Alpha"]);
    let other = l4d2web::db::Db::open(panel.state.db.path()).await.unwrap();
    for round in 0..20 {
        let name = format!("Server {round}");
        #[expect(clippy::disallowed_methods, reason = "rows for tests, whatever the statements of the panel ask for")]
        sqlx::query("UPDATE servers SET name = ? WHERE id = 1").bind(&name).execute(other.write()).await.unwrap();
        assert_eq!(shown(&zoey.get("/servers").await.body), [name]);
    }
}
