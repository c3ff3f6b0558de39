//! Pages of servers that everybody may see: closed by default, and what they show and hand out to whom.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use l4d2web::id::{OverlayId, ServerId, UserId};

use crate::panel::{Browser, Panel, Reply};

/// What the built overlay of [`built`] has.
const VPK: &str = "0123456789abcdef";

/// A server that was started with an overlay whose tree has a file for players, and a name that needs escaping.
#[expect(clippy::disallowed_methods, reason = "rows for tests, whatever the statements of the panel ask for")]
async fn built(panel: &Panel, owner: UserId) -> ServerId {
    let server = panel.server(owner, "Friday <b>Versus</b>").await;
    let (now, write) = (panel.state.clock.now(), panel.state.db.write());
    let overlay = "INSERT INTO overlays (name, kind, reference, built_at, created_at, updated_at) VALUES ('Own', 'files', '7', ?1, ?1, ?1)";
    let overlay = sqlx::query(overlay).bind(now).execute(write).await.unwrap().last_insert_rowid();
    let link = "INSERT INTO blueprint_overlays (blueprint_id, overlay_id, position)
                VALUES ((SELECT blueprint_id FROM servers WHERE id = ?), ?, 0)";
    sqlx::query(link).bind(server).bind(OverlayId(overlay)).execute(write).await.unwrap();
    let root = panel.root.path();
    let addons = root.join("trees/overlay/7/1/left4dead2/addons");
    std::fs::create_dir_all(&addons).unwrap();
    std::fs::write(addons.join("our own map.vpk"), VPK).unwrap();
    std::fs::write(addons.join("notes.txt"), "for us").unwrap();
    std::fs::create_dir_all(root.join("overlays")).unwrap();
    std::os::unix::fs::symlink("../trees/overlay/7/1", root.join("overlays/7")).unwrap();
    // The stand-in for l4d2ctl has a game only where one is said to be.
    std::fs::create_dir_all(root.join(format!("instances/{server}"))).unwrap();
    std::fs::write(root.join(format!("instances/{server}/spec.yaml")), "port: 27015\noverlays: ['7']\n").unwrap();
    server
}

const FILE: &str = "files/our%20own%20map.vpk";

async fn ask(browser: &mut Browser, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request.body(Body::empty()).unwrap()).await
}

fn header_of(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

async fn open(browser: &mut Browser, server: ServerId, fields: &[(&str, &str)]) {
    let reply = browser.post(&format!("/servers/{server}/public"), fields).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
}

#[tokio::test]
async fn nothing_is_open_until_its_owner_opens_it() {
    let panel = Panel::scripted().await;
    let zoey = panel.user("zoey").await;
    let server = built(&panel, zoey).await;
    let (mut owner, mut stranger) = (panel.login("zoey").await, panel.browser());
    let (page, file) = (format!("/public/{server}"), format!("/public/{server}/{FILE}"));
    for path in [&page, &file] {
        assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(owner.get(path).await.status, StatusCode::NOT_FOUND, "not even for its owner");
    }
    open(&mut owner, server, &[("page", "yes")]).await;
    let shown = stranger.get(&page).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert!(shown.body.contains("Friday &#60;b&#62;Versus") && !shown.body.contains("<b>Versus"), "{}", shown.body);
    assert!(shown.body.contains("our own map.vpk") && shown.body.contains("ask the people who run this server"));
    assert!(!shown.body.contains("notes.txt") && !shown.body.contains(FILE), "{}", shown.body);
    assert_eq!(stranger.get(&file).await.status, StatusCode::NOT_FOUND, "files are not open yet");
    open(&mut owner, server, &[("page", "yes"), ("files", "yes")]).await;
    assert!(stranger.get(&page).await.body.contains(&format!("/public/{server}/{FILE}")));
    assert_eq!(stranger.get(&file).await.body, VPK);
    // What the page does not offer is not handed out, wherever it is.
    for other in
        ["notes.txt", "..%2Fserver.cfg", "..%2F..%2Fserver.cfg", "metamod.vdf", "gone.vpk", "OUR%20OWN%20MAP.VPK"]
    {
        let reply = stranger.get(&format!("/public/{server}/files/{other}")).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{other}");
    }
    open(&mut owner, server, &[("files", "yes")]).await;
    for path in [&page, &file] {
        assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND, "closed again, with all that it had");
    }
}

#[tokio::test]
async fn a_download_goes_on_where_it_was_cut() {
    let panel = Panel::scripted().await;
    let zoey = panel.user("zoey").await;
    let server = built(&panel, zoey).await;
    open(&mut panel.login("zoey").await, server, &[("page", "yes"), ("files", "yes")]).await;
    let (mut stranger, path) = (panel.browser(), format!("/public/{server}/{FILE}"));
    let whole = ask(&mut stranger, "GET", &path, &[]).await;
    assert_eq!((whole.status, whole.body.as_str()), (StatusCode::OK, VPK));
    assert_eq!(header_of(&whole.headers, header::CONTENT_LENGTH), "16");
    assert_eq!(header_of(&whole.headers, header::ACCEPT_RANGES), "bytes");
    assert!(
        header_of(&whole.headers, header::CONTENT_DISPOSITION).starts_with("attachment; filename=\"our own map.vpk\"")
    );
    let tag = header_of(&whole.headers, header::ETAG).to_owned();
    let head = ask(&mut stranger, "HEAD", &path, &[]).await;
    assert_eq!(
        (head.status, header_of(&head.headers, header::CONTENT_LENGTH), head.body.as_str()),
        (StatusCode::OK, "16", "")
    );
    for (range, body, told) in [
        ("bytes=10-", "abcdef", "bytes 10-15/16"),
        ("bytes=2-4", "234", "bytes 2-4/16"),
        ("bytes=-3", "def", "bytes 13-15/16"),
    ] {
        for headers in [&[("range", range)][..], &[("range", range), ("if-range", &tag)]] {
            let part = ask(&mut stranger, "GET", &path, headers).await;
            assert_eq!((part.status, part.body.as_str()), (StatusCode::PARTIAL_CONTENT, body));
            assert_eq!(header_of(&part.headers, header::CONTENT_RANGE), told);
        }
    }
    // Another version than the one of which it has a piece.
    let anew = ask(&mut stranger, "GET", &path, &[("range", "bytes=10-"), ("if-range", "\"other\"")]).await;
    assert_eq!((anew.status, anew.body.as_str()), (StatusCode::OK, VPK));
    let beyond = ask(&mut stranger, "GET", &path, &[("range", "bytes=16-")]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(header_of(&beyond.headers, header::CONTENT_RANGE), "bytes */16");
    let known = ask(&mut stranger, "GET", &path, &[("if-none-match", &tag)]).await;
    assert_eq!((known.status, known.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
}

#[tokio::test]
async fn one_address_asks_only_so_often() {
    let panel = Panel::scripted().await;
    let zoey = panel.user("zoey").await;
    let server = built(&panel, zoey).await;
    open(&mut panel.login("zoey").await, server, &[("page", "yes"), ("files", "yes")]).await;
    let (mut stranger, path) = (panel.browser(), format!("/public/{server}/{FILE}"));
    let mut answers = Vec::new();
    for _ in 0..31 {
        answers.push(ask(&mut stranger, "HEAD", &path, &[]).await.status);
    }
    assert_eq!(answers.pop(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert!(answers.iter().all(|status| *status == StatusCode::OK), "{answers:?}");
    assert_eq!(ask(&mut panel.browser(), "HEAD", &path, &[]).await.status, StatusCode::OK, "from elsewhere");
    panel.state.clock.advance(10);
    assert_eq!(ask(&mut stranger, "HEAD", &path, &[]).await.status, StatusCode::OK, "later");
    let page = format!("/public/{server}");
    for _ in 0..60 {
        assert_eq!(stranger.get(&page).await.status, StatusCode::OK);
    }
    assert_eq!(stranger.get(&page).await.status, StatusCode::TOO_MANY_REQUESTS);
}

/// However many look at once, the host is asked once; and what it does not say is no error of the page.
#[tokio::test]
async fn many_readers_are_one_question() {
    use std::os::unix::fs::PermissionsExt as _;
    let tools = tempfile::tempdir().unwrap();
    let script = tools.path().join("l4d2ctl");
    std::fs::write(&script, "#!/bin/sh\necho asked >>\"$LEFT4ME_ROOT/asked\"\nexit 1\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let panel = Panel::with(&[("LEFT4ME_L4D2CTL", script.to_str().unwrap())]).await;
    let zoey = panel.user("zoey").await;
    let server = panel.server(zoey, "Friday").await;
    open(&mut panel.login("zoey").await, server, &[("page", "yes")]).await;
    let shown = panel.browser().get(&format!("/public/{server}")).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.body.contains("cannot be told just now"), "{}", shown.body);
    // It is left alone for a while then, however many look.
    let asked = || std::fs::read_to_string(panel.root.path().join("asked")).unwrap();
    assert_eq!(asked(), "asked\n");
    assert!(panel.browser().get(&format!("/public/{server}")).await.body.contains("cannot be told just now"));
    assert_eq!(asked(), "asked\n");
    // From here on it answers.
    panel.state.public.offers.forget(server);
    let answer = r#"{"path":"left4dead2/addons","layers":[],"total":1,"offset":0,"warnings":[],"entries":[{"name":"a.vpk","kind":"file","layer":"7","size":5,"mtime":0,"mode":"0644","target":null}]}"#;
    std::fs::write(&script, format!("#!/bin/sh\necho asked >>\"$LEFT4ME_ROOT/asked\"\necho '{answer}'\n")).unwrap();
    std::fs::remove_file(panel.root.path().join("asked")).unwrap();
    let looks = (0..20).map(|_| {
        let mut browser = panel.browser();
        async move { browser.get(&format!("/public/{server}")).await.body }
    });
    for body in futures_util::future::join_all(looks).await {
        assert!(body.contains("a.vpk"), "{body}");
    }
    assert_eq!(asked(), "asked\n");
}
