//! The made-up game: which build there is, and an install that takes a while.

use std::fs;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::orders::Orders;
use crate::place::{self, Place};
use crate::{Done, Failure};

/// The build of a fresh root.
const FIRST: u32 = 15_000;
/// How many bytes an install seems to fetch, in MiB.
const SIZE: u32 = 9_216;

/// What is published.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Game {
    pub(crate) build: String,
    pub(crate) tree: String,
    pub(crate) published_at: u64,
}

pub(crate) fn installed(place: &Place) -> Result<Option<Game>, Failure> {
    Ok(place::load(&place.root().join("game.json"))?)
}

/// Gives a fresh root a game, unless it shall have none.
pub(crate) fn lay_down(place: &Place, orders: &Orders) -> Done {
    if !orders.no_game && installed(place)?.is_none() {
        publish(place, FIRST, 1)?;
    }
    Ok(())
}

fn publish(place: &Place, build: u32, number: u32) -> Done {
    let tree = format!("trees/installation/{number}");
    fs::create_dir_all(place.root().join(&tree))?;
    let game = Game { build: build.to_string(), tree, published_at: place::now() };
    Ok(place::store(&place.root().join("game.json"), &game)?)
}

/// Seems to run both passes of steamcmd.
pub(crate) fn install(place: &Place, orders: &Orders) -> Done {
    let Some(_lock) = place.try_lock("build-installation")? else {
        return Err(Failure::new(75, "a build of installation is under way: wait for it to end"));
    };
    let pause = orders.install.unwrap_or(Duration::from_secs(4)) / 40;
    for pass in ["windows", "linux"] {
        println!("step: {pass} pass of steamcmd");
        println!("Connecting anonymously to Steam Public...OK");
        for part in 1..=20_u32 {
            thread::sleep(pause);
            let done = SIZE * part / 20;
            println!("progress: downloading {}.00 % ({done}.00 MiB of {SIZE}.00 MiB)", part * 5);
        }
        println!("Success! App '222860' fully installed.");
    }
    let old = installed(place)?;
    let before = old.as_ref().and_then(|game| game.build.parse().ok()).unwrap_or(FIRST - 1);
    let build = orders.build.unwrap_or(before.max(FIRST));
    if old.is_some() && build == before {
        println!("up to date: build {build}");
        return Ok(());
    }
    println!("step: publishing");
    let trees = place.root().join("trees/installation");
    let number = (1_u32..1_000_000).find(|number| !trees.join(number.to_string()).exists()).unwrap_or(1);
    publish(place, build, number)?;
    println!("installed: build {build} (trees/installation/{number})");
    Ok(())
}

/// `game`
pub(crate) fn show(place: &Place, orders: &Orders, json: bool) -> Done {
    let installed = installed(place)?;
    let build =
        orders.build.map(|build| build.to_string()).or_else(|| installed.as_ref().map(|game| game.build.clone()));
    let latest = build.map(|build| json!({ "build": build, "checked_at": place::now() / 3600 * 3600 }));
    let answer = json!({ "installed": installed, "latest": latest });
    if json {
        println!("{}", serde_json::to_string_pretty(&answer)?);
    } else {
        println!("{answer}");
    }
    Ok(())
}
