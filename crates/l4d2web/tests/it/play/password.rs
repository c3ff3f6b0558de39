//! RCON passwords: shown to who asks for them and may, and to nobody else.

use axum::http::{StatusCode, header};
use l4d2web::db;

use super::{Fake, Looking, Manner, server};

#[tokio::test]
async fn it_is_shown_on_demand_and_another_waits_for_a_restart() {
    let mut looking = Looking::new().await;
    let fake = Fake::start(Manner::Plain).await;
    let server = server(&looking, "Friday Versus", &fake).await;
    looking.until(server, |look| look.seen.is_some()).await;
    let mut zoey = looking.panel.login("zoey").await;
    let settings = format!("/servers/{server}/settings");
    let page = zoey.get(&settings).await;
    assert!(!page.body.contains(">secret<"), "not before somebody asks for it");
    let shown = zoey.post(&format!("/servers/{server}/rcon/reveal"), &[]).await;
    assert_eq!((shown.status, shown.headers[header::CACHE_CONTROL].to_str().unwrap()), (StatusCode::OK, "no-store"));
    assert_eq!(shown.texts("#rcon code"), ["secret"]);

    let rotated = zoey.post(&format!("/servers/{server}/rcon/rotate"), &[]).await;
    assert_eq!(rotated.status, StatusCode::SEE_OTHER);
    let next = db::servers::find(&looking.panel.state.db, server).await.unwrap().unwrap().rcon_password;
    assert!(next.len() >= 20);
    let page = zoey.get(rotated.location().split('#').next().unwrap()).await;
    assert!(page.text("[role=status].notice").contains("at the next restart"), "{}", page.body);
    assert!(page.text("#notices").contains("It gets a new RCON password."), "{}", page.text("#notices"));
    assert!(!page.body.contains(&next) && !page.body.contains(">secret<"));
    // Until then it is asked by the one that it runs with.
    let shown = zoey.post(&format!("/servers/{server}/rcon/reveal"), &[]).await;
    assert_eq!(shown.texts("#rcon code"), ["secret".to_owned(), next.clone()]);
    looking.panel.state.play.look_now(server);
    let seen = looking.panel.state.play.of(server).unwrap();
    assert!(seen.seen.is_some() && seen.unseen.is_none());
    fake.set(|script| script.password.clone_from(&next));
    looking.runs(server, fake.port, &next).await;
    looking.until(server, |look| look.seen.is_some()).await;
    // No page that is merely looked at has it.
    for path in ["/servers".to_owned(), format!("/servers/{server}"), format!("/servers/{server}/players"), settings] {
        let page = zoey.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.body.contains(&next), "{path}");
    }
    looking.end().await;
}
