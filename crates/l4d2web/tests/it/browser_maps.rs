//! A collection of maps, looked at: made by its form, empty, and built with what can go wrong.

use std::sync::Arc;

use crate::browser::{Chrome, Judge, Site};
use crate::browser_pages::look;
use crate::files::pack::{item, zip};
use crate::map_sites::{Answer, Site as MapSite};
use crate::steam_stand_in::package::vpk;

/// An archive with campaigns of these names, a file each.
fn archive(files: &[(&str, &[&str])]) -> Vec<u8> {
    let content = |title: &str, maps: &[&str]| {
        let chapters: Vec<String> =
            maps.iter().enumerate().map(|(n, map)| format!("\"{}\" {{ \"Map\" \"{map}\" }}", n + 1)).collect();
        let chapters = chapters.concat();
        let mission =
            format!("\"mission\" {{ \"DisplayTitle\" \"{title}\" \"modes\" {{ \"coop\" {{ {chapters} }} }} }}");
        let mut files = vec![(format!("missions/{title}.txt"), mission.into_bytes())];
        files.extend(maps.iter().map(|map| (format!("maps/{map}.bsp"), vec![0; 90_000])));
        vpk(1, &files)
    };
    let items: Vec<_> =
        files.iter().map(|(name, maps)| item(name, content(name.trim_end_matches(".vpk"), maps)).deflated()).collect();
    zip(&items)
}

#[tokio::test]
async fn browser_a_map_collection_is_in_order() {
    let source = |path: &str| {
        let body = match path {
            "custom" => b"<table><tr><td><a href=\"/zips/Dead Before Dawn DC.zip\">a</a><tr><td><a href=\"/zips/The Bloody Moors, the longest name that anyone ever gave to a file.zip\">b</a>
                <tr><td><a href=\"/zips/urban_flight.zip\">c</a><tr><td><a href=\"/zips/warcelona.zip\">d</a></table>".to_vec(),
            "zips/Dead Before Dawn DC.zip" => archive(&[("deadbeforedawn_1.vpk", &["dbd1", "dbd2", "dbd3", "dbd4", "dbd5"]), ("deadbeforedawn_2.vpk", &["dbd6"])]),
            "zips/The Bloody Moors, the longest name that anyone ever gave to a file.zip" => archive(&[("moors.vpk", &["bloodymoors_1"])]),
            "zips/warcelona.zip" => archive(&[("warcelona.vpk", &["srocchurch"]), ("MOORS.vpk", &["moors_too"])]),
            _ => return None,
        };
        Some(Answer { body, ..Answer::default() })
    };
    let maps = MapSite::listen("127.0.0.1:0", Arc::new(source)).await.unwrap();
    let (site, chrome) = (Site::start_with_steam(&maps.url).await, Chrome::start().await);
    let mut judge = Judge::new();
    site.login(&chrome, "admin").await;
    chrome.goto(format!("{}/overlays?new=1", site.base)).await.unwrap();
    chrome.fill("#no-name", "CEDAPug maps").await;
    assert_eq!(chrome.run("return getComputedStyle(document.querySelector('.of-maps')).display").await, "none");
    for (id, word) in [("no-kind", "maps"), ("no-coll", "cedapug")] {
        chrome.run(&format!("document.getElementById('{id}').value = '{word}'; document.getElementById('{id}').dispatchEvent(new Event('change', {{ bubbles: true }}))")).await;
    }
    judge.look(&chrome, "maps-new").await;
    chrome.run("document.querySelector('#new-overlay form .btn-main').click()").await;
    chrome.until("location.pathname === '/overlays/1'").await;
    judge.look(&chrome, "maps-empty").await;
    chrome.post("/overlays/1/build", &[]).await;
    // Pushed: the page was not loaded again.
    chrome.until("document.querySelectorAll('#items tbody tr').length === 4").await;
    chrome.until("document.querySelector('#build .state').textContent === 'Built'").await;
    chrome.until("document.querySelectorAll('#items .state-done').length === 2").await;
    judge.look(&chrome, "maps").await;
    look(&mut judge, &chrome, &site, "/overlays/1/maps", "maps-all").await;
    look(&mut judge, &chrome, &site, "/overlays/1/maps?only=trouble", "maps-trouble").await;
    chrome.goto(format!("{}/overlays?new=1", site.base)).await.unwrap();
    chrome.fill("#no-name", "The same once more").await;
    for (id, word) in [("no-kind", "maps"), ("no-coll", "cedapug")] {
        chrome.run(&format!("document.getElementById('{id}').value = '{word}'")).await;
    }
    chrome.run("document.querySelector('#new-overlay form .btn-main').click()").await;
    chrome.until("document.querySelector('#no-coll-e')").await;
    // What is asked for and refused stands in the console as such.
    let _ = chrome.complaints().await;
    judge.look(&chrome, "maps-twice").await;
    judge.verdict();
}
