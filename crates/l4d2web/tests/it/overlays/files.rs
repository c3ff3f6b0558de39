//! Pages of files overlays: what they show, what they refuse, and what they do without scripts.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use l4d2web::db;
use l4d2web::files::FilePath;
use l4d2web::files::store::Expected;
use l4d2web::id::OverlayId;

use crate::panel::{Browser, Panel, Reply};

/// A panel on which zoey has one, and looks at it.
async fn zoeys() -> (Panel, Browser, OverlayId) {
    let panel = Panel::new().await;
    panel.user("zoey").await;
    let mut zoey = panel.login("zoey").await;
    let made = zoey.post("/overlays", &[("name", "Own settings"), ("kind", "files")]).await;
    assert_eq!(made.location(), "/overlays/1");
    (panel, zoey, OverlayId(1))
}

fn put(panel: &Panel, path: &str, text: &str) {
    let store = panel.state.uploads.files().store(OverlayId(1)).unwrap();
    store.save(&FilePath::parse(path).unwrap(), text, &Expected::Anything).unwrap();
}

fn there(panel: &Panel) -> Vec<(String, String)> {
    crate::files::all(&panel.root.path().join("files/1"))
}

fn hidden(reply: &Reply, name: &str) -> String {
    let page = scraper::Html::parse_document(&reply.body);
    let selector = scraper::Selector::parse(&format!("input[name={name}]")).unwrap();
    page.select(&selector).next().unwrap().value().attr("value").unwrap().to_owned()
}

/// Sends a form with a file in it, as a browser without scripts does.
async fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)], name: &str, content: &[u8]) -> Reply {
    let mut body = Vec::new();
    for (field, value) in fields {
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(
        format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/x\r\n\r\n"
        )
        .bytes(),
    );
    body.extend(content);
    body.extend(b"\r\n--x--\r\n");
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin");
    browser.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn the_source_is_walked_by_links() {
    let (panel, mut zoey, _) = zoeys().await;
    assert!(zoey.get("/overlays/1").await.body.contains("No files yet"));
    put(&panel, "left4dead2/cfg/server.cfg", "hostname a");
    put(&panel, "left4dead2/map.vpk", "x");
    let page = zoey.get("/overlays/1").await;
    assert!(page.body.contains("href=\"/overlays/1/source?path=left4dead2\""), "{}", page.body);
    let page = zoey.get("/overlays/1/source?path=left4dead2").await;
    assert_eq!(page.texts(".tree .cut"), ["cfg", "map.vpk"]);
    assert!(page.body.contains("/overlays/1/source/entry?path=left4dead2%2Fmap.vpk"), "what is no text is not edited");
    let page = zoey.get("/overlays/1/source?path=left4dead2%2Fcfg").await;
    assert!(page.body.contains("/overlays/1/edit?path=left4dead2%2Fcfg%2Fserver.cfg"));
    assert_eq!(zoey.get("/overlays/1/source?path=nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(zoey.get("/overlays/1/source?path=..%2F..").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(zoey.get("/overlays/1/edit?path=..%2Fleft4me.db").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_text_is_edited_and_the_overlay_has_changed() {
    let (panel, mut zoey, id) = zoeys().await;
    let made =
        zoey.post("/overlays/1/files/new", &[("path", "left4dead2/cfg/a.cfg"), ("text", "one\r\ntwo\r\n")]).await;
    assert_eq!(made.location(), "/overlays/1/edit?path=left4dead2%2Fcfg%2Fa.cfg");
    assert_eq!(there(&panel), [("left4dead2/cfg/a.cfg".to_owned(), "one\ntwo\n".to_owned())]);
    let source_at = || async { db::overlays::find(&panel.state.db, id).await.unwrap().unwrap().source_at };
    let before = source_at().await;
    let page = zoey.get(made.location()).await;
    assert_eq!(page.text("textarea"), "one\ntwo");
    let version = hidden(&page, "version");
    let fields = [("path", "left4dead2/cfg/a.cfg"), ("version", version.as_str()), ("text", "three\r\n")];
    assert_eq!(zoey.post("/overlays/1/edit", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(there(&panel)[0].1, "three\n");
    assert!(source_at().await > before, "a build would bring something new");
    // The same form again: somebody has saved since it was made.
    let late = [("path", "left4dead2/cfg/a.cfg"), ("version", version.as_str()), ("text", "mine ü")];
    let again = zoey.post("/overlays/1/edit", &late).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!((again.text("textarea"), again.text("details pre")), ("mine ü".to_owned(), "three".to_owned()));
    assert_eq!(there(&panel)[0].1, "three\n", "nothing is stored");
    let version = hidden(&again, "version");
    let over = [("path", "left4dead2/cfg/a.cfg"), ("version", version.as_str()), ("text", "mine ü")];
    assert_eq!(zoey.post("/overlays/1/edit", &over).await.status, StatusCode::SEE_OTHER);
    let page = zoey.get("/overlays/1/edit?path=left4dead2%2Fcfg%2Fa.cfg").await;
    assert!(page.text("#warning").contains("Line 1, column 6: “ü” is not ASCII"), "{}", page.body);
}

#[tokio::test]
async fn a_file_that_went_meanwhile_can_be_saved_all_the_same() {
    let (panel, mut zoey, _) = zoeys().await;
    put(&panel, "a.cfg", "one");
    let version = hidden(&zoey.get("/overlays/1/edit?path=a.cfg").await, "version");
    zoey.post("/overlays/1/files/delete", &[("path", "a.cfg")]).await;
    let fields = [("path", "a.cfg"), ("version", version.as_str()), ("text", "two")];
    let gone = zoey.post("/overlays/1/edit", &fields).await;
    assert_eq!(gone.status, StatusCode::CONFLICT);
    assert!(gone.body.contains("The file was deleted meanwhile. Save to make it again."));
    let version = hidden(&gone, "version");
    let fields = [("path", "a.cfg"), ("version", version.as_str()), ("text", "two")];
    assert_eq!(zoey.post("/overlays/1/edit", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(there(&panel)[0].1, "two");
}

#[tokio::test]
async fn ends_of_lines_stay_as_they_were() {
    let (panel, mut zoey, _) = zoeys().await;
    for (text, sent, saved) in
        [("one\r\ntwo\r\n", "one\r\nthree\r\n", "one\r\nthree\r\n"), ("one\ntwo\n", "one\r\nthree\r\n", "one\nthree\n")]
    {
        put(&panel, "a.cfg", text);
        let page = zoey.get("/overlays/1/edit?path=a.cfg").await;
        let version = hidden(&page, "version");
        let mut fields = vec![("path", "a.cfg"), ("version", version.as_str()), ("text", sent)];
        if page.body.contains("name=\"crlf\"") {
            fields.push(("crlf", "yes"));
        }
        zoey.post("/overlays/1/edit", &fields).await;
        assert_eq!(there(&panel)[0].1, saved);
    }
}

#[tokio::test]
async fn refused_forms_keep_what_was_typed() {
    let (panel, mut zoey, _) = zoeys().await;
    put(&panel, "a.cfg", "one");
    for (path, said) in [("a.cfg", "is here already"), ("../x", "leads out of its folder"), ("", "Give a name")] {
        let reply = zoey.post("/overlays/1/files/new", &[("path", path), ("text", "kept text")]).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(reply.text(".error").contains(said), "{}", reply.body);
        assert_eq!(reply.text("textarea"), "kept text");
    }
    let long = "x".repeat((1 << 20) + 1);
    let reply = zoey.post("/overlays/1/files/new", &[("path", "long.cfg"), ("text", &long)]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains("1 MiB can be saved here"));
    let moved = zoey.post("/overlays/1/files/move", &[("from", "a.cfg"), ("to", "b/../c")]).await;
    assert_eq!(moved.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(moved.body.contains("value=\"b/../c\""));
}

#[tokio::test]
async fn entries_are_moved_and_deleted_by_forms() {
    let (panel, mut zoey, _) = zoeys().await;
    put(&panel, "cfg/a.cfg", "a");
    put(&panel, "cfg/b.cfg", "b");
    let page = zoey.get("/overlays/1/source/entry?path=cfg").await;
    assert!(page.text(".head .sub").starts_with("Folder with 2 files, 2 B"), "{}", page.body);
    let to = |to, on_taken| [("from", "cfg/a.cfg"), ("to", to), ("on_taken", on_taken)];
    let taken = zoey.post("/overlays/1/files/move", &to("cfg/b.cfg", "ask")).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(taken.text(".error").contains("“cfg/b.cfg” is here already"));
    let taken = zoey.script("/overlays/1/files/move", &to("cfg/b.cfg", "ask")).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(taken.body.contains("\"taken\":true"), "{}", taken.body);
    let moved = zoey.post("/overlays/1/files/move", &to("new/c.cfg", "ask")).await;
    assert_eq!(moved.location(), "/overlays/1/source?path=new");
    assert_eq!(
        zoey.post("/overlays/1/files/folder", &[("path", "x/y/")]).await.location(),
        "/overlays/1/source?path=x%2Fy"
    );
    assert_eq!(zoey.post("/overlays/1/files/folder", &[("path", "x/y")]).await.status, StatusCode::CONFLICT);
    assert_eq!(zoey.post("/overlays/1/files/delete", &[("path", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(zoey.post("/overlays/1/files/delete", &[("path", "cfg")]).await.location(), "/overlays/1/source?path=");
    assert_eq!(there(&panel), [("new/c.cfg".to_owned(), "a".to_owned())]);
}

#[tokio::test]
async fn a_file_comes_by_a_plain_form() {
    let (panel, mut zoey, _) = zoeys().await;
    let up = "/overlays/1/files/upload";
    let reply = send(&mut zoey, up, &[("folder", "left4dead2/addons")], "C:\\maps\\map.vpk", b"\0\xffx").await;
    assert_eq!(reply.location(), "/overlays/1/source?path=left4dead2%2Faddons", "{}", reply.body);
    assert_eq!(there(&panel)[0].0, "left4dead2/addons/map.vpk");
    let again = send(&mut zoey, up, &[("folder", "left4dead2/addons")], "map.vpk", b"two").await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("is here already"));
    let fields = [("folder", "left4dead2/addons"), ("as", "map.vpk"), ("on_taken", "replace")];
    assert_eq!(send(&mut zoey, up, &fields, "other.vpk", b"two").await.status, StatusCode::SEE_OTHER);
    assert_eq!(there(&panel), [("left4dead2/addons/map.vpk".to_owned(), "two".to_owned())]);
    let archive = crate::files::pack::zip(&[crate::files::pack::item("cfg/a.cfg", "a")]);
    let fields = [("folder", "left4dead2"), ("unpack", "yes")];
    assert_eq!(send(&mut zoey, up, &fields, "pack.zip", &archive).await.status, StatusCode::SEE_OTHER);
    assert!(there(&panel).iter().any(|(name, _)| name == "left4dead2/cfg/a.cfg"));
    let bad = send(&mut zoey, up, &fields, "bad.zip", b"no archive").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.body.contains("no .zip and no .7z"));
    for (name, status) in [("..", StatusCode::UNPROCESSABLE_ENTITY), ("", StatusCode::UNPROCESSABLE_ENTITY)] {
        assert_eq!(send(&mut zoey, up, &[("folder", "")], name, b"x").await.status, status, "{name}");
    }
    assert_eq!(crate::files::staged(&panel.root), [""; 0]);
}

#[tokio::test]
async fn a_script_sends_a_file_in_pieces() {
    let (panel, mut zoey, _) = zoeys().await;
    let fields = [("path", "left4dead2/addons/map.vpk"), ("size", "6"), ("stamp", "1")];
    let begun = zoey.script("/overlays/1/uploads", &fields).await;
    assert_eq!(begun.status, StatusCode::CREATED);
    let begun: serde_json::Value = serde_json::from_str(&begun.body).unwrap();
    let id = begun["id"].as_str().unwrap().to_owned();
    let mut piece = async |offset: u64, bytes: &'static str| {
        let request = Request::post(format!("/overlays/1/uploads/{id}/chunk?offset={offset}"))
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("sec-fetch-site", "same-origin");
        let reply = zoey.send(request.body(Body::from(bytes)).unwrap()).await;
        (reply.status.as_u16(), serde_json::from_str::<serde_json::Value>(&reply.body).unwrap())
    };
    assert_eq!(piece(0, "abc").await.1["received"], 3);
    let (status, body) = piece(4, "x").await;
    assert_eq!((status, &body["received"]), (409, &3.into()));
    let (status, body) = piece(3, "defg").await;
    assert!(status == 422 && body["error"].as_str().unwrap().contains("More comes than"), "{body}");
    assert_eq!(piece(3, "def").await.1["received"], 6);
    let list: serde_json::Value = serde_json::from_str(&zoey.get("/overlays/1/uploads").await.body).unwrap();
    assert_eq!((&list[0]["received"], &list[0]["state"]), (&6.into(), &"sending".into()));
    assert!(zoey.get("/overlays/1").await.body.contains("It was interrupted. Choose the same file again"));
    let done = zoey.script(&format!("/overlays/1/uploads/{id}/finish"), &[]).await;
    assert_eq!(done.body, r#"{"placed":"left4dead2/addons/map.vpk"}"#);
    assert_eq!(there(&panel), [("left4dead2/addons/map.vpk".to_owned(), "abcdef".to_owned())]);
    let taken = zoey.script("/overlays/1/uploads", &fields).await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    assert!(taken.body.contains("\"taken\":true"));
    let rar = [("path", "a.rar"), ("size", "6"), ("unpack", "yes")];
    let refused = zoey.script("/overlays/1/uploads", &rar).await;
    assert!(
        refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains(".rar cannot be unpacked here")
    );
}

#[tokio::test]
async fn a_quota_is_named_when_it_refuses() {
    let (panel, mut zoey, _) = zoeys().await;
    crate::cast::run(&panel, "UPDATE users SET max_overlay_bytes = 1000000").await;
    put(&panel, "a", &"x".repeat(600_000));
    panel.state.uploads.changed(OverlayId(1)).await.unwrap();
    let reply = zoey.script("/overlays/1/uploads", &[("path", "b"), ("size", "500000"), ("stamp", "1")]).await;
    assert_eq!(reply.status, StatusCode::INSUFFICIENT_STORAGE);
    assert!(reply.body.contains("100 KB more than the quota of 1 MB"), "{}", reply.body);
    let reply = send(&mut zoey, "/overlays/1/files/upload", &[("folder", "")], "b", &vec![0; 500_000]).await;
    assert!(reply.body.contains("more than the quota of 1 MB"), "{}", reply.body);
    assert_eq!(there(&panel).len(), 1);
}

#[tokio::test]
async fn files_and_folders_are_downloaded() {
    let (panel, mut zoey, _) = zoeys().await;
    put(&panel, "cfg/a.cfg", "hostname a");
    let file = zoey.get("/overlays/1/source/download?path=cfg%2Fa.cfg").await;
    assert_eq!((file.body.as_str(), &file.headers[header::CONTENT_LENGTH]), ("hostname a", &"10".parse().unwrap()));
    assert!(file.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains("a.cfg"));
    let zip = zoey.get("/overlays/1/source/zip?path=").await;
    assert!(zip.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains("Own settings.zip"));
    assert!(zip.body.contains("cfg/a.cfg") && zip.body.contains("hostname a"));
    assert_eq!(zoey.get("/overlays/1/source/download?path=cfg").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_is_not_yours_or_not_made_of_files_has_none_of_this() {
    let (panel, mut zoey, _) = zoeys().await;
    panel.admin("bill").await;
    let mut bill = panel.login("bill").await;
    put(&panel, "secret.cfg", "rcon_password x");
    let page = bill.get("/overlays/1").await;
    assert!(page.status == StatusCode::OK && !page.body.contains("secret.cfg"), "an admin sees what is published");
    zoey.post("/overlays", &[("name", "Script"), ("kind", "script")]).await;
    assert_eq!(zoey.get("/overlays/2/source").await.status, StatusCode::NOT_FOUND);
    assert_eq!(zoey.post("/overlays/2/files/folder", &[("path", "x")]).await.status, StatusCode::NOT_FOUND);
    assert!(!panel.root.path().join("files/2").exists());
}

#[tokio::test]
async fn with_the_overlay_its_source_goes() {
    let (panel, mut zoey, _) = zoeys().await;
    put(&panel, "a/b", "x");
    let begun = zoey.script("/overlays/1/uploads", &[("path", "b"), ("size", "5"), ("stamp", "1")]).await;
    assert_eq!(begun.status, StatusCode::CREATED);
    let reply = zoey.post("/overlays/1/delete", &[("name", "Own settings")]).await;
    assert_eq!(reply.location(), "/overlays", "{}", reply.body);
    assert!(!panel.root.path().join("files/1").exists());
    assert_eq!(crate::files::staged(&panel.root), [""; 0]);
}
