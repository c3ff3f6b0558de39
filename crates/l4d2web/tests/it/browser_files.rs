//! What people do with a files overlay, in a real browser: bring a folder, edit, rename, move, delete, and lose the page in the middle.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thirtyfour::Key;

use crate::browser::{Chrome, Site};
use crate::files::noise;
use crate::files::pack::{item, zip};

/// An admin on the page of a fresh overlay, and a directory with things to upload.
async fn open() -> (Site, Chrome, tempfile::TempDir) {
    let (site, chrome) = (Site::start().await, Chrome::start().await);
    site.login(&chrome, "admin").await;
    chrome.post("/overlays", &[("name", "Our own settings"), ("kind", "files")]).await;
    show(&site, &chrome).await;
    (site, chrome, tempfile::tempdir().unwrap())
}

async fn show(site: &Site, chrome: &Chrome) {
    chrome.goto(format!("{}/overlays/1", site.base)).await.unwrap();
    chrome.until("document.querySelector('[data-source][data-ready]')").await;
}

fn top(site: &Site) -> PathBuf {
    site.root.path().join("files/1")
}

/// Uploads by the dialog.
async fn upload(chrome: &Chrome, field: &str, folder: &str, files: &[&Path]) {
    chrome.press("Upload files…").await;
    chrome.until("document.querySelector('#upload:modal')").await;
    chrome.write("Into the folder", folder).await;
    chrome.choose(field, files).await;
    chrome.agree().await;
    chrome.until("!document.querySelector('#upload:modal')").await;
}

/// Waits until nothing is on its way.
async fn until_all_is_there(chrome: &Chrome) {
    chrome.until("!document.querySelector('[data-list] > li') && !document.querySelector('[data-none]').hidden").await;
}

/// The entry of the tree that is shown with this path.
fn node(path: &str) -> String {
    format!("document.querySelector('.node[data-path=\"{path}\"]')")
}

async fn unfold(chrome: &Chrome, path: &str) {
    chrome.until(&node(path)).await;
    chrome
        .run(&format!(
            "const b = {}.querySelector('[data-branch]'); if (b.ariaExpanded !== 'true') b.click()",
            node(path)
        ))
        .await;
    chrome.until(&format!("{}.querySelector('[aria-expanded=true]')", node(path))).await;
}

#[tokio::test]
async fn browser_files_from_a_folder_on_disk_to_gone() {
    let (site, chrome, disk) = open().await;
    let folder = disk.path().join("left4dead2");
    fs::create_dir_all(folder.join("cfg/sourcemod")).unwrap();
    fs::create_dir_all(folder.join("addons")).unwrap();
    fs::write(folder.join("cfg/server.cfg"), "// ours\nhostname \"a\"\n").unwrap();
    fs::write(folder.join("cfg/sourcemod/x.cfg"), "").unwrap();
    let map = noise(20_000_000, 1);
    fs::write(folder.join("addons/map.vpk"), &map).unwrap();
    upload(&chrome, "#up-tree", "", &[&folder]).await;
    until_all_is_there(&chrome).await;
    assert_eq!(fs::read(top(&site).join("left4dead2/addons/map.vpk")).unwrap(), map);
    assert!(top(&site).join("left4dead2/cfg/sourcemod/x.cfg").exists());
    // The tree shows it without the page having been loaded again; that it has changed is told above.
    unfold(&chrome, "left4dead2").await;
    unfold(&chrome, "left4dead2/cfg").await;

    // Edit: by keys, with the editor's colours, and leaving it by Escape and Tab.
    chrome.click(".node[data-path=\"left4dead2/cfg/server.cfg\"] > a").await;
    chrome.until("document.querySelector('.cm-content .tok-note')").await;
    let styled = "return [getComputedStyle(document.querySelector('.cm-scroller')).display, getComputedStyle(document.querySelector('.tok-note')).color !== getComputedStyle(document.querySelector('.cm-content')).color]";
    assert_eq!(chrome.run(styled).await, serde_json::json!(["flex", true]), "the editor's style sheet is there");
    chrome.write("Text of server.cfg", "hostname \"Größe\"").await;
    chrome.until_said("Line 1, column 13: “ö” is not ASCII").await;
    chrome.key(Key::Tab).await;
    assert_eq!(chrome.run("return document.activeElement.matches('.cm-content')").await, Value::Bool(true));
    chrome.key(Key::Escape).await;
    chrome.key(Key::Tab).await;
    assert_eq!(chrome.run("return document.activeElement.matches('.save button')").await, Value::Bool(true));
    chrome.press("Save").await;
    chrome.until("document.querySelector('#warning') && document.querySelector('.cm-content')").await;
    assert_eq!(fs::read_to_string(top(&site).join("left4dead2/cfg/server.cfg")).unwrap(), "\thostname \"Größe\"");

    // Rename.
    chrome.press("Rename, move, delete").await;
    chrome.until("document.querySelector('#mv-to')").await;
    chrome.write("New path", "left4dead2/cfg/ours.cfg").await;
    chrome.press("Rename or move").await;
    chrome.until("location.pathname === '/overlays/1/source'").await;
    assert!(top(&site).join("left4dead2/cfg/ours.cfg").exists());

    // Move by dragging; the name is taken the second time.
    show(&site, &chrome).await;
    for (number, button) in [(1, None), (2, Some("Replace"))] {
        fs::write(top(&site).join("left4dead2/moved.txt"), format!("{number}")).unwrap();
        show(&site, &chrome).await;
        unfold(&chrome, "left4dead2").await;
        drag(&chrome, "left4dead2/moved.txt", "left4dead2/addons").await;
        if let Some(button) = button {
            chrome.until("document.querySelector('#taken:modal')").await;
            chrome.press(button).await;
        }
        chrome.until_said("is in “left4dead2/addons” now").await;
        assert_eq!(fs::read_to_string(top(&site).join("left4dead2/addons/moved.txt")).unwrap(), format!("{number}"));
    }

    // A folder, made without leaving the page; then all of it goes.
    chrome.press("New folder…").await;
    chrome.until("document.querySelector('#new-folder:modal')").await;
    chrome.write("Folder", "left4dead2/missions").await;
    chrome.agree().await;
    chrome.until(&node("left4dead2/missions")).await;
    chrome.goto(format!("{}/overlays/1/source/entry?path=left4dead2", site.base)).await.unwrap();
    chrome.press("Delete left4dead2").await;
    chrome.until_said("Nothing is in here").await;
    assert_eq!(fs::read_dir(top(&site)).unwrap().count(), 0);
    assert_eq!(chrome.complaints().await, [""; 0]);
}

/// Drags an entry of the tree onto a folder, or into nothing.
async fn drag(chrome: &Chrome, from: &str, to: &str) {
    let script = format!(
        "const [from, to] = [{}, {}]; const data = new DataTransfer();
         const tell = (node, kind) => node.dispatchEvent(new DragEvent(kind, {{ bubbles: true, cancelable: true, dataTransfer: data }}));
         tell(from, 'dragstart'); tell(to, 'dragover'); tell(to, 'drop'); tell(from, 'dragend');",
        node(from),
        node(to)
    );
    chrome.run(&script).await;
}

#[tokio::test]
async fn browser_uploads_survive_a_reload_and_ask_when_a_name_is_taken() {
    let (site, chrome, disk) = open().await;
    let file = disk.path().join("map.vpk");
    let content = noise(40_000_000, 1);
    fs::write(&file, &content).unwrap();
    chrome.throttle(Some(8_000_000)).await;
    upload(&chrome, "#up-file", "left4dead2/addons", &[&file]).await;
    let come = "return (await (await fetch('/overlays/1/uploads')).json())[0]?.received ?? 0";
    let mut received = 0;
    while received < 8 << 20 {
        received = chrome.run_async(come).await.as_u64().unwrap_or(0);
    }
    // The page is lost in the middle. The next one knows of it, and the same file goes on.
    show(&site, &chrome).await;
    chrome.until_said("It was interrupted. Choose the same file again").await;
    chrome.throttle(None).await;
    let part = fs::read_dir(site.root.path().join("files/.left4me-staging")).unwrap().next().unwrap().unwrap().path();
    assert!(fs::metadata(&part).unwrap().len() >= 8 << 20 && !top(&site).join("left4dead2").exists());
    upload(&chrome, "#up-file", "left4dead2/addons", &[&file]).await;
    until_all_is_there(&chrome).await;
    assert!(fs::read(top(&site).join("left4dead2/addons/map.vpk")).unwrap() == content, "all of it came once");

    // Again: the name is taken.
    fs::write(&file, "another").unwrap();
    upload(&chrome, "#up-file", "left4dead2/addons", &[&file]).await;
    chrome.until_said("is here already").await;
    chrome.press("Keep both").await;
    until_all_is_there(&chrome).await;
    assert_eq!(fs::read(top(&site).join("left4dead2/addons/map (2).vpk")).unwrap(), b"another");

    // An archive is unpacked; a bad one says what is wrong, and leaves nothing.
    let archive = disk.path().join("pack.zip");
    fs::write(&archive, zip(&[item("cfg/a.cfg", "a"), item("addons/b.vpk", noise(3_000_000, 1))])).unwrap();
    upload(&chrome, "#up-file", "left4dead2", &[&archive]).await;
    until_all_is_there(&chrome).await;
    assert_eq!(fs::read(top(&site).join("left4dead2/cfg/a.cfg")).unwrap(), b"a");
    let bad = disk.path().join("bad.zip");
    fs::write(&bad, zip(&[item("good", "a"), item("../bad", "b")])).unwrap();
    upload(&chrome, "#up-file", "left4dead2", &[&bad]).await;
    chrome.until_said("leads out of its folder").await;
    chrome.press("Put away").await;
    until_all_is_there(&chrome).await;
    assert!(!top(&site).join("left4dead2/good").exists());
    // Once more the good one: what it holds is here.
    upload(&chrome, "#up-file", "left4dead2", &[&archive]).await;
    chrome.until_said("are here already").await;
    chrome.press("Keep what is here").await;
    until_all_is_there(&chrome).await;
    let said = chrome.complaints().await;
    assert!(said.iter().all(|line| line.contains("net::ERR_") || line.contains("[object Event]")), "{said:?}");
}
