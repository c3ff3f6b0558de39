//! A stand-in for the Steam Web API and for the hosts that Steam's files come from, for tests of the panel and for work on its pages.
//!
//!     steam DIRECTORY [ADDRESS]
//!
//! It listens on a loopback address and says where; set the panel's `STEAM_API_URL` to that. It has what `catalog.json` in the directory says,
//! which is read at each request (`stand_in/catalog.rs` has its shape, and what can go wrong); where there is none, it begins with an example.
//! It prints what it is asked.

mod stand_in;

use std::path::PathBuf;
use std::sync::Arc;

use stand_in::{Catalog, Child, Item, Orders, StandIn};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(directory) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: steam DIRECTORY [ADDRESS]");
        std::process::exit(2);
    };
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let path = directory.join("catalog.json");
    if !path.exists() {
        std::fs::write(&path, serde_json::to_vec_pretty(&example())?)?;
    }
    let source = move || {
        let json = std::fs::read(&path).map_err(|error| error.to_string());
        json.and_then(|json| serde_json::from_slice(&json).map_err(|error| error.to_string())).unwrap_or_else(|error| {
            eprintln!("stand-in: {}: {error}", path.display());
            Catalog::default()
        })
    };
    let mut stand_in = StandIn::listen(&address, Arc::new(source)).await?;
    println!("stand-in for the Steam Web API: {}", stand_in.url);
    let mut printed = 0;
    while stand_in.requests.changed().await.is_ok() {
        let new = stand_in.requests.borrow_and_update()[printed..].to_vec();
        printed += new.len();
        for request in new {
            println!("{request}");
        }
    }
    Ok(())
}

/// Two campaigns, something that goes wrong, and a collection of them.
fn example() -> Catalog {
    let campaign = |title: &str, maps: &[&str], filler| Item {
        title: title.to_owned(),
        campaign: Some(title.to_owned()),
        maps: maps.iter().map(|map| (*map).to_owned()).collect(),
        filler,
        ..Item::default()
    };
    let slow = Item {
        title: "Slow hats".to_owned(),
        orders: Orders { drip: Some(2000), ..Orders::default() },
        filler: 2_000_000,
        ..Item::default()
    };
    let other = Item { title: "Bonk Helmet".to_owned(), app: 440, ..Item::default() };
    let items = [
        (1001, campaign("The stand-in", &["standin01_street", "standin02_roof"], 30_000_000)),
        (1002, campaign("Another stand-in", &["another01_pier", "another02_lighthouse", "another03_boat"], 5_000_000)),
        (1003, slow),
        (1004, other),
    ];
    let children = [1001, 1002, 1003].map(|id| Child { id, collection: false }).to_vec();
    Catalog { items: items.into(), collections: [(2001, children)].into(), ..Catalog::default() }
}
