//! A workshop overlay, looked at: empty, refused, built with all that can go wrong, and while an item is being fetched.

use crate::browser::{Chrome, Judge, Site};
use crate::browser_pages::look;
use crate::steam::{Item, Orders, StandInSteam};

#[tokio::test]
async fn browser_a_workshop_overlay_is_in_order() {
    let held = Orders { hold_after: Some(2_000_000), ..Orders::default() };
    let item = |title: &str, maps: &[&str]| Item {
        title: title.to_owned(),
        campaign: (!maps.is_empty()).then(|| title.to_owned()),
        maps: maps.iter().map(|map| (*map).to_owned()).collect(),
        filler: 50_000,
        ..Item::default()
    };
    let moors = "The Bloody Moors, the longest campaign title that anyone ever gave to a thing on the Workshop";
    let steam = StandInSteam::with([
        (118_553_765, item("Suicide Blitz 2", &["l4d_suicide01_m1", "m2", "m3", "m4", "m5"])),
        (1_234_567_890, item(moors, &["bloodymoors_1"])),
        (206_042_301, Item { files: vec!["models/medkit.mdl".to_owned()], ..item("HD Medkit", &[]) }),
        (
            206_042_302,
            Item {
                files: vec!["models/medkit.mdl".to_owned()],
                picture: "svg".to_owned(),
                ..item("Realistic Medkit", &[])
            },
        ),
        (
            121_929_436,
            Item {
                orders: Orders { status: Some(500), ..Orders::default() },
                ..item("Urban Flight", &["uf1_boulevard"])
            },
        ),
        (125_457_183, Item { filler: 5_000_000, orders: held, ..item("Warcelona", &["srocchurch"]) }),
        (440_000_001, Item { app: 440, ..item("Bonk Helmet", &[]) }),
    ])
    .await;
    let (site, chrome) = (Site::start_with_steam(steam.url().as_str()).await, Chrome::start().await);
    let mut judge = Judge::new();
    site.login(&chrome, "admin").await;
    chrome.post("/overlays", &[("name", "Custom campaigns"), ("kind", "workshop")]).await;
    look(&mut judge, &chrome, &site, "/overlays/1", "workshop-empty").await;
    chrome.fill("#ids", "118553765 440000001").await;
    chrome.press("Add items").await;
    chrome.until("document.querySelector('#ids-e')").await;
    judge.look(&chrome, "workshop-refused").await;
    let all = "118553765 1234567890 206042301 206042302 121929436";
    chrome.post("/overlays/1/items", &[("items", all)]).await;
    chrome.goto(format!("{}/overlays/1", site.base)).await.unwrap();
    chrome.until("document.querySelectorAll('#items .state-done').length === 3").await;
    chrome.until("document.querySelector('#build .state').textContent === 'Built'").await;
    judge.look(&chrome, "workshop").await;
    look(&mut judge, &chrome, &site, "/overlays/1/items", "workshop-items").await;
    look(&mut judge, &chrome, &site, "/overlays/1/items?only=trouble", "workshop-trouble").await;
    chrome.goto(format!("{}/overlays/1", site.base)).await.unwrap();
    chrome.post("/overlays/1/items", &[("items", "125457183")]).await;
    // Pushed: the page was not loaded again.
    chrome.until("document.querySelector('#item-125457183 progress')?.value > 0").await;
    chrome.until("document.querySelectorAll('img').length === 6 && [...document.querySelectorAll('img')].some((img) => img.naturalWidth)").await;
    judge.look(&chrome, "workshop-fetching").await;
    judge.verdict();
}
