//! The Files tab: the tree of a server, in pages, and downloads of any size.

use axum::http::StatusCode;
use futures_util::StreamExt as _;
use rstest::rstest;

use crate::panel::Panel;
use crate::server_log::panel;
use crate::stand_in::{eventually, processes};

fn names(html: &str) -> Vec<String> {
    let document = scraper::Html::parse_fragment(html);
    let selector = scraper::Selector::parse(".node > :first-child > .cut").unwrap();
    document.select(&selector).map(|name| name.text().collect()).collect()
}

#[tokio::test]
async fn the_tree_names_layers_and_opens_folders() {
    let (panel, mut browser, server) = panel().await;
    let page = browser.get(&format!("/servers/{server}/files")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert_eq!(names(&page.body), ["bin", "left4dead2", "srcds_run", "steam_appid.txt"]);
    assert!(page.body.contains(&format!("sse-connect=\"/servers/{server}/events?tab=files\"")));
    let folder = browser.get(&format!("/servers/{server}/files?path=left4dead2%2Fcfg")).await;
    assert!(folder.body.contains("the server itself") && folder.body.contains("the game"), "{}", folder.body);
    let odd = browser.get(&format!("/servers/{server}/files?path=left4dead2/addons")).await;
    assert!(names(&odd.body).contains(&"<b>markup & more</b>.txt".to_owned()));
    assert!(!odd.body.contains("<b>markup"));
    drop(panel);
}

#[tokio::test]
async fn ten_thousand_entries_come_in_pages() {
    let (_panel, mut browser, server) = panel().await;
    let mut next = Some(format!("/servers/{server}/files?path=left4dead2%2Fhuge"));
    let mut all = Vec::new();
    while let Some(path) = next {
        let page = browser.get(&path).await.body;
        assert!(page.len() < 500_000);
        let document = scraper::Html::parse_document(&page);
        let more = document.select(&scraper::Selector::parse("[data-entries]").unwrap()).next();
        next = more.map(|link| link.attr("href").unwrap().to_owned());
        all.extend(names(&page));
    }
    assert_eq!(all, (0..10_000).map(|number| format!("file_{number:05}.txt")).collect::<Vec<_>>());
}

#[rstest]
#[case("..", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("../../etc/passwd", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("left4dead2/%2e%2e/%2e%2e/etc/passwd", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("%2fetc%2fpasswd", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("left4dead2//cfg", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("left4dead2%00", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("left4dead2%5c..%5c..%5cetc", StatusCode::NOT_FOUND)]
#[case("--help", StatusCode::NOT_FOUND)]
#[case("left4dead2/gone.txt", StatusCode::NOT_FOUND)]
#[case("left4dead2/latest.log", StatusCode::UNPROCESSABLE_ENTITY)]
#[tokio::test]
async fn only_what_is_there_is_given(#[case] path: &str, #[case] status: StatusCode) {
    let (_panel, mut browser, server) = panel().await;
    for page in ["files", "files/download"] {
        let reply = browser.get(&format!("/servers/{server}/{page}?path={path}")).await;
        assert_eq!(reply.status, status, "{page}: {}", reply.body);
        assert!(!reply.body.contains("root:x:0"));
    }
}

#[tokio::test]
async fn a_file_is_downloaded_as_what_it_is() {
    let (_panel, mut browser, server) = panel().await;
    let reply = browser.get(&format!("/servers/{server}/files/download?path=left4dead2/cfg/server.cfg")).await;
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, "sv_cheats 0\n"));
    assert_eq!(
        reply.headers["content-disposition"],
        "attachment; filename=\"server.cfg\"; filename*=UTF-8''server.cfg"
    );
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    assert_eq!(reply.headers["content-type"], "application/octet-stream");
    let folder = browser.get(&format!("/servers/{server}/files/download?path=left4dead2")).await;
    assert_eq!(folder.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        browser.get(&format!("/servers/{server}/files/download")).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn a_file_of_four_gibibytes_is_streamed() {
    let (panel, browser, server) = panel().await;
    let response = browser.open(&format!("/servers/{server}/files/download?path=left4dead2/pak01_dir.vpk"), None).await;
    assert_eq!(response.status(), StatusCode::OK);
    let resident = || {
        let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
        statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4096
    };
    let (before, mut most, mut length, mut looked) = (resident(), 0, 0_u64, 0);
    let mut body = response.into_body().into_data_stream();
    while let Some(piece) = body.next().await {
        length += piece.unwrap().len() as u64;
        if length >= looked {
            most = most.max(resident());
            looked = length + (64 << 20);
        }
    }
    assert_eq!(length, 4 << 30);
    eprintln!("4 GiB downloaded; at most {} KiB more in memory", most.saturating_sub(before) / 1024);
    assert!(most - before < 16 << 20, "{before} {most}");
    drop(body);
    // One that is broken off leaves nothing.
    let response = browser.open(&format!("/servers/{server}/files/download?path=left4dead2/pak01_dir.vpk"), None).await;
    drop(response);
    let root = panel.root.path().to_owned();
    eventually("no l4d2ctl is left", || processes(&root).is_empty()).await;
    assert_eq!(panel.state.host.asked(), 0);
}

#[tokio::test]
async fn files_are_for_owners_and_managers() {
    let (panel, _, server) = panel().await;
    let (manager, operator) = (panel.user("bill").await, panel.user("louis").await);
    panel.user("francis").await;
    panel.admin("admin").await;
    panel.grant(server, manager, "manage").await;
    panel.grant(server, operator, "operate").await;
    let expected = [
        ("zoey", StatusCode::OK),
        ("bill", StatusCode::OK),
        ("louis", StatusCode::FORBIDDEN),
        ("francis", StatusCode::NOT_FOUND),
        ("admin", StatusCode::FORBIDDEN),
    ];
    for (name, status) in expected {
        let mut browser = panel.login(name).await;
        for path in ["files", "files/download?path=srcds_run"] {
            assert_eq!(browser.get(&format!("/servers/{server}/{path}")).await.status, status, "{name} {path}");
        }
        let page = browser.get(&format!("/servers/{server}")).await.body;
        assert_eq!(page.contains(&format!("/servers/{server}/files\"")), status == StatusCode::OK, "{name}");
    }
}

#[tokio::test]
async fn a_server_that_never_started_says_when_files_come() {
    let panel = Panel::scripted().await;
    let zoey = panel.user("zoey").await;
    let server = panel.server(zoey, "New").await;
    let page = panel.login("zoey").await.get(&format!("/servers/{server}/files")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("No files yet"));
}
