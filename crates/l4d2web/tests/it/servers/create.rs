use std::collections::BTreeSet;

use axum::http::StatusCode;
use l4d2web::db;
use rstest::rstest;

use super::{make, panel, row, with};

#[tokio::test]
async fn a_server_takes_the_lowest_free_port_and_a_password_of_its_own() {
    let (panel, mut zoey) = panel().await;
    let fields = [("name", " Friday Versus "), ("blueprint", "1"), ("hostname", "Left 4 Beer"), ("port", "27016")];
    assert_eq!(zoey.post("/servers", &fields).await.status, StatusCode::SEE_OTHER);
    let (first, second) = (make(&mut zoey, "A").await, make(&mut zoey, "B").await);
    let (first, second) = (row(&panel, first).await, row(&panel, second).await);
    assert_eq!((first.port, second.port), (27015, 27017));
    assert!(first.rcon_password.len() >= 20 && first.rcon_password != second.rcon_password);
    let friday = row(&panel, l4d2web::id::ServerId(1)).await;
    assert_eq!((friday.name.as_str(), friday.hostname.as_str(), friday.port), ("Friday Versus", "Left 4 Beer", 27016));
}

#[rstest]
#[case("name", "", "It needs a name.")]
#[case("name", "Taken", "You have a server named “Taken” already. Take another name.")]
#[case("port", "80", "80 is outside 27015 to 27115. The next free port is 27016.")]
#[case("port", "27015", "27015 belongs to another server. The next free port is 27016.")]
#[case("port", "x", "“x” is not a port. A port is a number of 27015 to 27115. The next free port is 27016.")]
#[case("hostname", "a\"b", "A hostname cannot have a quote mark")]
#[case("blueprint", "2", "Choose one of these.")]
#[case("blueprint", "", "Choose one of these.")]
#[tokio::test]
async fn a_refusal_stands_beside_its_field_and_keeps_the_rest(
    #[case] field: &str,
    #[case] value: &str,
    #[case] sentence: &str,
) {
    let (panel, mut zoey) = panel().await;
    panel.user("louis").await;
    panel.login("louis").await.post("/blueprints", &[("name", "Not hers")]).await;
    make(&mut zoey, "Taken").await;
    let mut fields = vec![("name", "Kept"), ("blueprint", "1"), ("hostname", "Host kept"), ("port", "27020")];
    fields.retain(|(name, _)| *name != field);
    fields.push((field, value));
    let reply = zoey.post("/servers", &fields).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains(sentence), "{}", reply.body);
    for (name, kept) in [("name", "Kept"), ("hostname", "Host kept"), ("port", "27020")] {
        assert!(name == field || reply.body.contains(&format!("value=\"{kept}\"")), "{name}: {}", reply.body);
    }
    assert!(reply.body.contains("id=\"new-server\" aria-labelledby=\"new-server-h\" open data-modal"));
    assert_eq!(db::servers::ports(&panel.state.db, None).await.unwrap(), [27015]);
}

#[tokio::test]
async fn a_script_gets_the_form_alone() {
    let (_panel, mut zoey) = panel().await;
    let reply = zoey.script("/servers", &[("name", ""), ("blueprint", "1")]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.starts_with("<form") && reply.body.contains("It needs a name."), "{}", reply.body);
    let reply = zoey.script("/servers", &[("name", "A"), ("blueprint", "1")]).await;
    assert_eq!(reply.headers["hx-redirect"], "/servers/1");
}

#[tokio::test]
async fn without_a_blueprint_the_next_step_is_named() {
    let (panel, _) = panel().await;
    panel.user("louis").await;
    let mut louis = panel.login("louis").await;
    let page = louis.get("/servers").await.body;
    assert!(page.contains("No servers yet") && page.contains("href=\"/blueprints?new=1\""));
    let reply = louis.post("/servers", &[("name", "A")]).await;
    assert!(reply.body.contains("Make a blueprint first: it says what the server is made of."));
}

/// Fifty at once get fifty ports, each another one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_creates_get_distinct_ports() {
    let (panel, zoey) = panel().await;
    let all = (0..50).map(|number| {
        let mut browser = zoey.clone();
        tokio::spawn(async move {
            browser.post("/servers", &[("name", &*format!("S{number}")), ("blueprint", "1")]).await.status
        })
    });
    let statuses = futures_util::future::join_all(all).await;
    assert!(statuses.iter().all(|status| *status.as_ref().unwrap() == StatusCode::SEE_OTHER));
    let ports: BTreeSet<_> = db::servers::ports(&panel.state.db, None).await.unwrap().into_iter().collect();
    assert_eq!(ports, (27015..27065).collect());
}

/// At the end of the range those who come too late are told so.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn at_the_end_of_the_range_a_create_is_refused() {
    let vars = [("LEFT4ME_PORT_RANGE_START", "27015"), ("LEFT4ME_PORT_RANGE_END", "27034")];
    let (panel, zoey) = with(&vars).await;
    let all = (0..50).map(|number| {
        let mut browser = zoey.clone();
        tokio::spawn(
            async move { browser.post("/servers", &[("name", &*format!("S{number}")), ("blueprint", "1")]).await },
        )
    });
    let replies: Vec<_> = futures_util::future::join_all(all).await.into_iter().map(Result::unwrap).collect();
    let (made, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == StatusCode::SEE_OTHER);
    assert_eq!((made.len(), refused.len()), (20, 30));
    for reply in refused {
        assert_eq!(reply.status, StatusCode::CONFLICT);
        let sentence = "All 20 ports of 27015 to 27034 are taken. Delete a server, or ask an admin for more ports.";
        assert!(reply.body.contains(sentence), "{}", reply.body);
    }
    assert_eq!(db::servers::ports(&panel.state.db, None).await.unwrap(), (27015..=27034).collect::<Vec<_>>());
}

/// Fifty who wish for the same port: one gets it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_chosen_port_is_given_once() {
    let (panel, zoey) = panel().await;
    let all = (0..50).map(|number| {
        let mut browser = zoey.clone();
        tokio::spawn(async move {
            let fields = [("name", &*format!("S{number}")), ("blueprint", "1"), ("port", "27100")];
            browser.post("/servers", &fields).await
        })
    });
    let replies: Vec<_> = futures_util::future::join_all(all).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(replies.iter().filter(|reply| reply.status == StatusCode::SEE_OTHER).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != StatusCode::SEE_OTHER) {
        assert!(matches!(reply.status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY), "{}", reply.status);
        assert!(reply.body.contains("27100 belongs to another server. The next free port is 27015."));
    }
    assert_eq!(db::servers::ports(&panel.state.db, None).await.unwrap(), [27100]);
}
