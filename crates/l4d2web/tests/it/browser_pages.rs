//! Every page, looked at: in both themes, on a desk and on a phone, empty and filled. A page that is in no list here fails.

use std::collections::BTreeSet;

use axum::http::Method;
use l4d2web::routes;

use crate::browser::{Chrome, Judge, Site};
use crate::play::{Fake, status};

/// What is asked for with GET and is no page of its own.
const NO_PAGES: [&str; 25] = [
    "/",
    "/health",
    "/metrics",
    "/public/{id}/files/{name}",
    "/static/{*path}",
    "/admin/events",
    "/admin/care/events",
    "/overlays/events",
    "/overlays/{id}/events",
    "/overlays/{id}/files/download",
    "/overlays/{id}/source/download",
    "/overlays/{id}/source/zip",
    "/overlays/{id}/uploads",
    "/overlays/{id}/uploads/{upload}/progress",
    "/servers/events",
    "/servers/{id}/events",
    "/servers/{id}/log/download",
    "/servers/{id}/log/older",
    "/servers/{id}/files/download",
    "/servers/{id}/players/{player}/avatar",
    "/jobs/events",
    "/jobs/{id}/events",
    "/jobs/{id}/lines",
    "/jobs/{id}/log/download",
    "/workshop/{item}/preview",
];

/// The pages by the test that looks at them.
const DOORS: [&str; 2] = ["/login", "/setup/{token}"];
const SERVERS: [&str; 11] = [
    "/servers",
    "/servers/{id}",
    "/servers/{id}/console",
    "/servers/{id}/players",
    "/servers/{id}/players/{player}",
    "/servers/{id}/bans",
    "/servers/{id}/jobs",
    "/servers/{id}/files",
    "/servers/{id}/care",
    "/servers/{id}/settings",
    "/public/{id}",
];
const BLUEPRINTS: [&str; 2] = ["/blueprints", "/blueprints/{id}"];
const OVERLAYS: [&str; 5] =
    ["/overlays", "/overlays/{id}", "/overlays/{id}/files", "/overlays/{id}/items", "/overlays/{id}/maps"];
const FILES: [&str; 4] =
    ["/overlays/{id}/source", "/overlays/{id}/source/entry", "/overlays/{id}/edit", "/overlays/{id}/files/new"];
const REST: [&str; 6] = ["/jobs", "/jobs/{id}", "/admin", "/admin/users", "/admin/care", "/profile"];

#[test]
fn every_page_is_in_a_list() {
    let table: BTreeSet<&str> =
        routes::table().into_iter().filter(|route| route.method == Method::GET).map(|route| route.path).collect();
    let looked: BTreeSet<&str> =
        [&DOORS[..], &SERVERS, &BLUEPRINTS, &OVERLAYS, &FILES, &REST, &NO_PAGES].concat().into_iter().collect();
    let missing: Vec<_> = table.difference(&looked).collect();
    assert!(missing.is_empty(), "in no list of this file: {missing:?}");
    let gone: Vec<_> = looked.difference(&table).collect();
    assert!(gone.is_empty(), "in a list of this file, and no route: {gone:?}");
}

pub(crate) async fn look(judge: &mut Judge, chrome: &Chrome, site: &Site, path: &str, name: &str) {
    chrome.goto(format!("{}{path}", site.base)).await.unwrap();
    judge.look(chrome, name).await;
}

#[tokio::test]
async fn browser_the_doors_are_in_order() {
    let (site, chrome) = (Site::start_empty().await, Chrome::start().await);
    let mut judge = Judge::new();
    let link = site.setup_link();
    look(&mut judge, &chrome, &site, "/", "setup-none").await;
    look(&mut judge, &chrome, &site, &link, "setup").await;
    chrome.fill("[name=name]", "No Such Name!").await;
    chrome.fill("[name=password]", "short").await;
    chrome.run("document.querySelector('form').noValidate = true").await;
    chrome.click("form .btn-main").await;
    chrome.until("document.querySelector('[aria-invalid=true]')").await;
    judge.look(&chrome, "setup-refused").await;
    look(&mut judge, &chrome, &site, "/setup/nothing", "setup-wrong").await;

    let site = Site::start().await;
    look(&mut judge, &chrome, &site, "/login", "login").await;
    chrome.fill("[name=name]", "admin").await;
    chrome.fill("[name=password]", "wrong").await;
    chrome.click("form .btn-main").await;
    chrome.until("document.querySelector('[role=alert]')").await;
    judge.look(&chrome, "login-refused").await;
    look(&mut judge, &chrome, &site, "/nothing/here", "not-found").await;
    judge.verdict();
}

#[tokio::test]
async fn browser_the_other_pages_are_in_order() {
    let (site, chrome) = (Site::start().await, Chrome::start().await);
    let mut judge = Judge::new();
    site.login(&chrome, "admin").await;
    look(&mut judge, &chrome, &site, "/profile", "profile").await;
    look(&mut judge, &chrome, &site, "/admin/users", "users").await;
    chrome.post("/admin/schedules", &[("kind", "install"), ("time", "05:00"), ("zone", "Europe/Berlin")]).await;
    look(&mut judge, &chrome, &site, "/admin/care", "admin-care").await;
    look(&mut judge, &chrome, &site, "/jobs", "jobs-empty").await;
    std::fs::remove_file(site.root.path().join("game.json")).unwrap();
    site.order("no-game\n");
    look(&mut judge, &chrome, &site, "/admin", "admin-no-game").await;
    look(&mut judge, &chrome, &site, "/servers", "servers-no-game").await;
    site.order("build 2\ninstall 1000\n");
    look(&mut judge, &chrome, &site, "/admin", "admin").await;
    chrome.post("/admin/install", &[]).await;
    look(&mut judge, &chrome, &site, "/admin", "admin-busy").await;
    look(&mut judge, &chrome, &site, "/jobs", "jobs").await;
    look(&mut judge, &chrome, &site, "/jobs/1", "job").await;
    chrome.post("/jobs/1/cancel", &[]).await;
    chrome.until("document.querySelector('.head .state').textContent === 'Cancelled'").await;
    judge.look(&chrome, "job-cancelled").await;
    site.order("fail install 69\n");
    chrome.post("/jobs/1/retry", &[]).await;
    chrome.goto(format!("{}/jobs/2", site.base)).await.unwrap();
    chrome.until("document.querySelector('.head .state').textContent === 'Failed'").await;
    judge.look(&chrome, "job-failed").await;
    judge.verdict();
}

#[tokio::test]
async fn browser_blueprints_are_in_order() {
    let (site, chrome) = (Site::start().await, Chrome::start().await);
    let mut judge = Judge::new();
    site.login(&chrome, "admin").await;
    look(&mut judge, &chrome, &site, "/overlays", "overlays-empty").await;
    look(&mut judge, &chrome, &site, "/blueprints", "blueprints-empty").await;
    site.stock_blueprints(&chrome).await;
    look(&mut judge, &chrome, &site, "/overlays", "overlays").await;
    look(&mut judge, &chrome, &site, "/blueprints", "blueprints").await;
    look(&mut judge, &chrome, &site, "/blueprints/1", "blueprint").await;
    look(&mut judge, &chrome, &site, "/blueprints/2", "blueprint-empty").await;
    judge.verdict();
}

#[tokio::test]
async fn browser_overlays_are_in_order() {
    let (site, chrome) = (Site::start().await, Chrome::start().await);
    let mut judge = Judge::new();
    site.login(&chrome, "admin").await;
    site.stock_overlays(&chrome).await;
    let settled = async |path: &str| {
        chrome.goto(format!("{}{path}", site.base)).await.unwrap();
        // What is fetched after the page is there has come.
        chrome
            .until("![...document.querySelectorAll('.tree a')].some((a) => a.textContent === 'Show the files')")
            .await;
    };
    look(&mut judge, &chrome, &site, "/overlays", "overlays-states").await;
    for (id, name) in [
        (1, "built"),
        (2, "failed"),
        (3, "building"),
        (4, "queued"),
        (5, "workshop"),
        (7, "never-built"),
        (8, "directory"),
    ] {
        settled(&format!("/overlays/{id}")).await;
        judge.look(&chrome, &format!("overlay-{name}")).await;
    }
    settled("/overlays/1").await;
    chrome.run("document.querySelector('.tree [data-branch]').click()").await;
    chrome.until("document.querySelector('.tree [aria-expanded=true]')").await;
    judge.look(&chrome, "overlay-files-open").await;
    look(&mut judge, &chrome, &site, "/overlays/1/files?path=left4dead2", "overlay-files-page").await;
    // A script that is refused, and one that somebody else saved meanwhile.
    for (seen, text, name) in [("0", " ", "refused"), ("0", "echo other", "newer")] {
        settled("/overlays/7").await;
        let send = format!(
            "const form = document.querySelector('form[action$=\"/script\"]'); form.seen.value = '{seen}'; form.script.value = '{text}';
             form.querySelector('.btn-main').click()"
        );
        chrome.run(&send).await;
        let shown = if name == "newer" { ".notice-stale[role=alert]" } else { "#script-e" };
        chrome.until(&format!("document.querySelector('{shown}')")).await;
        // What is asked for and refused stands in the console as such.
        let _ = chrome.complaints().await;
        judge.look(&chrome, &format!("overlay-script-{name}")).await;
    }
    chrome.post("/admin/users/2/quota", &[("servers", "3"), ("space", "20")]).await;
    look(&mut judge, &chrome, &site, "/admin/users?quota=2", "users-quota").await;
    chrome.post("/logout", &[]).await;
    site.login(&chrome, "player2").await;
    look(&mut judge, &chrome, &site, "/overlays", "overlays-other").await;
    settled("/overlays/1").await;
    judge.look(&chrome, "overlay-other").await;
    look(&mut judge, &chrome, &site, "/profile", "profile-quota").await;
    judge.verdict();
}

#[tokio::test]
async fn browser_servers_are_in_order() {
    let (site, chrome) = (Site::start().await, Chrome::start().await);
    let mut judge = Judge::new();
    site.login(&chrome, "admin").await;
    look(&mut judge, &chrome, &site, "/servers", "servers-empty").await;
    site.stock_blueprints(&chrome).await;
    site.stock_servers(&chrome).await;
    look(&mut judge, &chrome, &site, "/servers", "servers").await;
    look(&mut judge, &chrome, &site, "/servers?q=tnak", "servers-nothing").await;
    look(&mut judge, &chrome, &site, "/servers/1", "server").await;
    judge.verdict();
}

#[tokio::test]
async fn browser_parts_of_a_server_are_in_order() {
    let (site, chrome) = (Site::start().await, Chrome::start().await);
    let mut judge = Judge::new();
    site.login(&chrome, "admin").await;
    site.stock_blueprints(&chrome).await;
    site.stock_servers(&chrome).await;
    look(&mut judge, &chrome, &site, "/servers/2", "server-drift").await;
    look(&mut judge, &chrome, &site, "/servers/3", "server-failed").await;
    look(&mut judge, &chrome, &site, "/servers/4", "server-new").await;
    look(&mut judge, &chrome, &site, "/servers/1/console", "server-console").await;
    chrome.fill("[name=command]", "say bye; quit").await;
    chrome.press("Run").await;
    chrome.until("document.querySelector('#console-ask [role=alert]')").await;
    judge.look(&chrome, "server-console-asks").await;
    chrome.post("/servers/1/bans", &[("id", "STEAM_1:1:7"), ("time", "1w"), ("reason", "Griefing")]).await;
    look(&mut judge, &chrome, &site, "/servers/1/bans", "server-bans").await;
    // A time to come says on which day.
    chrome.until("document.querySelector('[data-label=Until] time').textContent.includes(' on ')").await;
    look(&mut judge, &chrome, &site, "/servers/1/players", "server-players").await;
    look(&mut judge, &chrome, &site, "/servers/1/jobs", "server-jobs").await;
    look(&mut judge, &chrome, &site, "/servers/1/files", "server-files").await;
    chrome.click(".tree [data-branch]").await;
    chrome.until("document.querySelector('.tree [aria-expanded=true]')").await;
    judge.look(&chrome, "server-files-open").await;
    chrome.post("/servers/1/restart-empty", &[]).await;
    look(&mut judge, &chrome, &site, "/servers/1", "server-waits").await;
    look(&mut judge, &chrome, &site, "/servers/1/care", "server-care-empty").await;
    for (kind, time) in [("restart", "04:30"), ("restart_anyway", "17:05"), ("stop", "02:00")] {
        chrome
            .post("/servers/1/schedules", &[("kind", kind), ("time", time), ("zone", "America/Argentina/Buenos_Aires")])
            .await;
    }
    let hook = [("name", "The channel of those who look after it"), ("url", "https://127.0.0.1/api/webhooks/1/secret")];
    let hook =
        [&hook[..], &[("format", "discord"), ("crash", "yes"), ("hang", "yes"), ("update", "yes"), ("job", "yes")]];
    chrome.post("/servers/1/webhooks", &hook.concat()).await;
    chrome.post("/servers/1/webhooks/1/test", &[]).await;
    look(&mut judge, &chrome, &site, "/servers/1/care", "server-care").await;
    look(&mut judge, &chrome, &site, "/servers/1/care?schedule=2", "server-care-schedule").await;
    look(&mut judge, &chrome, &site, "/servers/1/care?webhook=1", "server-care-webhook").await;
    chrome.post("/servers/1/share", &[("user", "player2"), ("role", "manage")]).await;
    look(&mut judge, &chrome, &site, "/servers/1/settings", "server-settings").await;
    for id in [1, 4] {
        chrome.post(&format!("/servers/{id}/public"), &[("page", "yes"), ("files", "yes")]).await;
    }
    // A page with a stream would complain of its end.
    chrome.goto(format!("{}/profile", site.base)).await.unwrap();
    chrome.post("/logout", &[]).await;
    look(&mut judge, &chrome, &site, "/public/1", "public").await;
    look(&mut judge, &chrome, &site, "/public/4", "public-down").await;
    judge.verdict();
}

/// Who plays, who played, and graphs of a day and of 30 days: against a scripted console on the port of the server.
#[tokio::test]
async fn browser_players_are_in_order() {
    let (site, chrome) = (Site::start().await, Chrome::start().await);
    let mut judge = Judge::new();
    site.login(&chrome, "admin").await;
    site.stock_blueprints(&chrome).await;
    let fake = Fake::start_in_range().await;
    let people = [
        ("Coach Potato", Some(11), 4_351, 38),
        ("[TAG] a name with spaces and ünïcödé ✦", Some(12), 4_260, 61),
        ("boomer_the_brave_of_the_north_32", Some(13), 240, 35),
        ("\u{202e}<b>W</b>", Some(14), 9, 120),
        ("Zoey", None, 0, 0),
    ];
    fake.set(|script| {
        script.password.clear();
        script.status = status("c2m2_fairgrounds", &people);
    });
    let port = fake.port.to_string();
    let fields = [("name", "Friday Versus"), ("blueprint", "1"), ("port", port.as_str())];
    chrome.post("/servers", &fields).await;
    look(&mut judge, &chrome, &site, "/servers/1/players", "players-empty").await;
    site.stock_history(1).await;
    chrome.goto(format!("{}/servers/1", site.base)).await.unwrap();
    chrome.press("Start").await;
    chrome.until("document.querySelector('#state dl').textContent.includes('Dark Carnival 2/5')").await;
    judge.look(&chrome, "server-played").await;
    look(&mut judge, &chrome, &site, "/servers", "servers-played").await;
    look(&mut judge, &chrome, &site, "/servers/1/players", "players").await;
    look(&mut judge, &chrome, &site, "/servers/1/players?span=30d", "players-30-days").await;
    // Somebody leaves; the page says so by itself.
    chrome.run("window.__stayed = true").await;
    fake.set(|script| script.status = status("c2m3_coaster", &people[1..]));
    chrome.until("[...document.querySelectorAll('[sse-swap=lately] li')].some((li) => li.textContent.includes('Coach Potato'))").await;
    chrome.until("document.querySelector('#state dl').textContent.includes('Dark Carnival 3/5')").await;
    assert_eq!(chrome.run("return window.__stayed").await, true);
    // Tab completes the map and the player that a command takes.
    chrome.goto(format!("{}/servers/1/console", site.base)).await.unwrap();
    for (typed, completed) in [
        ("changelevel c2m3", "changelevel c2m3_coaster "),
        ("say hi; map c13m", "say hi; map c13m"),
        ("kickid boom", "kickid 3 "),
        ("banid 60 4", "banid 60 4 "),
        ("kick boom", "kick boomer_the_brave_of_the_north_32 "),
        ("kick [T", "kick [T"),
    ] {
        let type_it = format!(
            "const input = document.querySelector('[name=command]'); input.focus(); input.value = '{typed}'; input.setSelectionRange(99, 99);
             input.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Tab', cancelable: true }})); return input.value"
        );
        assert_eq!(chrome.run(&type_it).await, completed);
    }
    chrome.run("const input = document.querySelector('[name=command]'); input.value = 'kickid '; input.setSelectionRange(99, 99);
        input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab', cancelable: true }))").await;
    judge.look(&chrome, "console-completes").await;
    chrome.goto(format!("{}/servers/1/settings", site.base)).await.unwrap();
    chrome.press("Show it").await;
    chrome.until("document.querySelector('#rcon code')").await;
    judge.look(&chrome, "server-rcon").await;
    chrome.post("/servers/1/public", &[("page", "yes"), ("files", "yes")]).await;
    // A page with a stream would complain of its end.
    chrome.goto(format!("{}/profile", site.base)).await.unwrap();
    chrome.post("/logout", &[]).await;
    look(&mut judge, &chrome, &site, "/public/1", "public-played").await;
    judge.verdict();
}

#[tokio::test]
async fn browser_files_overlays_are_in_order() {
    let (site, chrome) = (Site::start().await, Chrome::start().await);
    let mut judge = Judge::new();
    site.login(&chrome, "admin").await;
    chrome.post("/overlays", &[("name", "Our own settings"), ("kind", "files")]).await;
    look(&mut judge, &chrome, &site, "/overlays/1", "files-empty").await;
    site.stock_files(1);
    let upload = [("path", "left4dead2/addons/warcelona_part_2_of_3.vpk"), ("size", "1200000"), ("stamp", "1")];
    chrome.post("/overlays/1/uploads", &upload).await;
    look(&mut judge, &chrome, &site, "/overlays/1", "files").await;
    chrome.click(".tree [data-branch]").await;
    chrome.until("document.querySelector('.tree [aria-expanded=true]')").await;
    judge.look(&chrome, "files-open").await;
    look(&mut judge, &chrome, &site, "/overlays/1/source?path=left4dead2%2Fcfg", "files-folder").await;
    look(&mut judge, &chrome, &site, "/overlays/1/source/entry?path=left4dead2%2Fcfg", "files-entry-folder").await;
    look(&mut judge, &chrome, &site, "/overlays/1/source/entry?path=left4dead2%2Fcfg%2Fserver.cfg", "files-entry")
        .await;
    look(&mut judge, &chrome, &site, "/overlays/1/files/new", "files-new").await;
    chrome.goto(format!("{}/overlays/1/edit?path=left4dead2%2Fcfg%2Fserver.cfg", site.base)).await.unwrap();
    chrome.until("document.querySelector('.cm-content .tok-note')").await;
    judge.look(&chrome, "files-edit").await;
    // Somebody else saves meanwhile.
    std::fs::write(site.root.path().join("files/1/left4dead2/cfg/server.cfg"), "// theirs\n").unwrap();
    chrome.click("[data-save]").await;
    chrome.until("document.querySelector('details pre')").await;
    chrome.run("document.querySelector('section details').open = true").await;
    judge.look(&chrome, "files-edit-changed").await;
    judge.verdict();
}
