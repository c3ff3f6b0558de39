//! Pages whose changes are pushed: lists of jobs, the list of servers from its first row to its last, the overview of admins.

use l4d2web::id::{ServerId, UserId};
use l4d2web::live::Change;
use l4d2web::queue::Work;

use crate::cast::run;
use crate::panel::{Browser, Panel};
use crate::sse::{Event, Events};
use crate::stand_in::{order, program};

/// Opens a page and then its stream, as a browser does: nothing is told before something changes.
async fn look(browser: &mut Browser, page: &str) -> Events {
    let body = browser.get(page).await.body;
    let address = body.split_once("sse-connect=\"").unwrap_or_else(|| panic!("no stream: {body}")).1;
    let address = address.split_once('"').unwrap().0.replace("&#38;", "&");
    let mut events = Events::open(browser, &address, None).await;
    events.up_to_date().await;
    events
}

/// The next event, which has this name.
async fn next(events: &mut Events, name: &str) -> Event {
    let event = events.next().await.unwrap();
    assert_eq!(event.name, name, "{}", event.data);
    event
}

async fn start(panel: &Panel, server: ServerId, by: UserId) {
    panel.state.queue.enqueue(Work::Start(server), Some(by)).await.unwrap();
}

#[tokio::test]
async fn jobs_come_and_change_in_the_list_of_those_whom_they_concern() {
    let panel = Panel::new().await;
    let (zoey, louis) = (panel.user("zoey").await, panel.user("louis").await);
    let (mine, other) = (panel.server(zoey, "Friday").await, panel.server(louis, "Foreign").await);
    let mut events = look(&mut panel.login("zoey").await, "/jobs").await;
    start(&panel, other, louis).await;
    start(&panel, mine, zoey).await;
    let all = next(&mut events, "jobs").await.data;
    assert!(all.contains("<tr id=\"job-2\" sse-swap=\"job-2\"") && all.contains("Start Friday"), "{all}");
    assert!(!all.contains("Foreign") && !all.contains("No jobs yet"), "{all}");
    panel.state.queue.cancel(l4d2web::id::JobId(2), Some(zoey)).await.unwrap();
    let row = next(&mut events, "job-2").await.data;
    assert!(row.contains("Cancelled") && !row.contains("<tr"), "{row}");
    // What is shared brings its jobs.
    panel.grant(other, zoey, "operate").await;
    panel.state.bus.send(Change::Server(other));
    let all = next(&mut events, "jobs").await.data;
    assert!(all.contains("Start Foreign") && all.matches("<tr id=").count() == 2, "{all}");
}

#[tokio::test]
async fn a_list_of_chosen_jobs_loses_what_no_longer_fits() {
    let panel = Panel::new().await;
    let zoey = panel.user("zoey").await;
    let server = panel.server(zoey, "Friday").await;
    start(&panel, server, zoey).await;
    let mut events = look(&mut panel.login("zoey").await, "/jobs?state=open&kind=start").await;
    panel.state.queue.cancel(l4d2web::id::JobId(1), Some(zoey)).await.unwrap();
    let all = next(&mut events, "jobs").await.data;
    assert!(all.contains("No such jobs") && !all.contains("<tr"), "{all}");
}

#[tokio::test]
async fn what_was_pushed_out_stands_on_the_next_page() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    run(
        &panel,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)
         INSERT INTO jobs (id, kind, state, created_at, started_at, finished_at) SELECT i, 'install', 'failed', 0, 0, 0 FROM n",
    )
    .await;
    let mut bill = panel.login("bill").await;
    let mut events = look(&mut bill, "/jobs").await;
    panel.state.queue.enqueue(Work::Install, None).await.unwrap();
    let pager = next(&mut events, "pager").await.data;
    assert!(pager.contains("/jobs?before=2\"") && pager.contains("51 to 2"), "{pager}");
    let all = next(&mut events, "jobs").await.data;
    assert!(all.contains("id=\"job-51\"") && !all.contains("id=\"job-1\""), "{all}");
    // An older page stays what it is, whatever is asked for.
    let mut events = look(&mut bill, "/jobs?before=2").await;
    panel.state.queue.enqueue(Work::Refresh, None).await.unwrap();
    run(&panel, "UPDATE jobs SET summary = 'Told anew.' WHERE id = 1").await;
    panel.state.bus.send(Change::Job(l4d2web::id::JobId(1)));
    assert!(next(&mut events, "job-1").await.data.contains("Told anew."));
}

#[tokio::test]
async fn the_jobs_of_a_server_change_row_by_row() {
    let panel = Panel::new().await;
    let zoey = panel.user("zoey").await;
    let server = panel.server(zoey, "Friday").await;
    let browser = panel.login("zoey").await;
    let mut events = Events::open(&browser, &format!("/servers/{server}/events?tab=jobs"), None).await;
    assert!(events.named("jobs").await.data.contains("No jobs yet"));
    start(&panel, server, zoey).await;
    assert!(events.named("jobs").await.data.contains("id=\"job-1\""));
    panel.state.queue.cancel(l4d2web::id::JobId(1), Some(zoey)).await.unwrap();
    let row = events.named("job-1").await.data;
    assert!(row.contains("Cancelled"), "{row}");
}

#[tokio::test]
async fn the_first_server_comes_to_an_empty_list_and_the_last_one_goes() {
    let panel = Panel::new().await;
    let (zoey, louis) = (panel.user("zoey").await, panel.user("louis").await);
    let server = panel.server(zoey, "Friday").await;
    let mut second = panel.login("louis").await;
    let page = second.get("/servers").await;
    assert!(page.body.contains("No servers yet") && page.texts("form.find").is_empty());
    let mut events = look(&mut second, "/servers").await;
    panel.grant(server, louis, "operate").await;
    panel.state.bus.send(Change::Server(server));
    assert!(next(&mut events, "summary").await.data.contains("0 of 1 run."));
    assert!(next(&mut events, "find").await.data.contains("All 1</option>"));
    let rows = next(&mut events, "rows").await.data;
    assert!(rows.contains("sse-swap=\"server-1\"") && !rows.contains("No servers yet"), "{rows}");
    run(&panel, "DELETE FROM server_grants").await;
    panel.state.bus.send(Change::Server(server));
    assert!(next(&mut events, "summary").await.data.contains("empty"));
    assert!(next(&mut events, "find").await.data.contains("empty"));
    let rows = next(&mut events, "rows").await.data;
    assert!(rows.contains("No servers yet") && rows.contains("/blueprints?new=1"), "{rows}");
    // The next step is another one with the first blueprint.
    let blueprint = second.post("/blueprints", &[("name", "Versus")]).await;
    assert_eq!(blueprint.status, 303);
    assert!(next(&mut events, "rows").await.data.contains("/servers?new=1"));
}

#[tokio::test]
async fn a_list_in_which_nothing_is_found_gets_what_fits() {
    let panel = Panel::new().await;
    let zoey = panel.user("zoey").await;
    let server = panel.server(zoey, "Friday").await;
    let mut events = look(&mut panel.login("zoey").await, "/servers?q=satur").await;
    run(&panel, "UPDATE servers SET name = 'Saturday'").await;
    panel.state.bus.send(Change::Server(server));
    assert!(next(&mut events, "rows").await.data.contains("Saturday"));
}

#[tokio::test]
async fn the_overview_follows_the_game_and_its_install() {
    let panel = Panel::new().await;
    panel.admin("bill").await;
    let mut bill = panel.login("bill").await;
    let mut events = look(&mut bill, "/admin").await;
    order(panel.root.path(), "build 15001");
    panel.state.bus.send(Change::Host);
    let game = events.named("game").await.data;
    assert!(game.contains("Update waits") && game.contains("<strong>15001</strong>"), "{game}");
    assert!(!game.contains("form_token"), "it is the same for every session");
    panel.state.queue.enqueue(Work::Install, None).await.unwrap();
    let game = events.named("game").await.data;
    assert!(game.contains("Fetching") && game.contains("/jobs/1\">See job 1"), "{game}");
    let jobs = events.named("jobs").await.data;
    assert!(jobs.contains("Install the game") && jobs.contains("waits for its turn"), "{jobs}");
    run(&panel, "UPDATE jobs SET state = 'running', started_at = 1").await;
    panel.state.bus.send(Change::Job(l4d2web::id::JobId(1)));
    assert!(events.named("job-1").await.data.contains("Running"));
    // Who is no admin any more sees no more of it.
    run(&panel, "UPDATE users SET admin = 0").await;
    panel.state.bus.send(Change::User(UserId(1)));
    tokio::time::timeout(std::time::Duration::from_secs(10), events.end()).await.expect("it ends");
}

#[tokio::test]
async fn the_overview_is_looked_at_although_nobody_tells() {
    let panel = Panel::new().await;
    order(panel.root.path(), "no-game\ninstall 0");
    panel.admin("bill").await;
    let mut events = look(&mut panel.login("bill").await, "/admin").await;
    // By hand, at the machine: the panel hears nothing.
    let mut install = tokio::process::Command::new(program());
    install.arg("install").env_clear().env("LEFT4ME_ROOT", panel.root.path()).stdout(std::process::Stdio::null());
    assert!(install.status().await.unwrap().success());
    let game = events.named("game").await.data;
    assert!(game.contains("<strong>15000</strong>"), "{game}");
}
