//! A stand-in for the sites that keep collections of maps, for tests of the panel and for work on its pages.
//!
//!     map_sites DIRECTORY [ADDRESS]
//!
//! It listens on a loopback address and says where; set the panel's `L4D2CENTER_URL` and `CEDAPUG_URL` to that. It has the files of the
//! directory, under their paths: the index of the one is `maps/servers/index.csv`, that of the other `custom`. It prints what it is asked.

mod stand_in;

use std::path::PathBuf;
use std::sync::Arc;

use stand_in::{Answer, Site};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(directory) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: map_sites DIRECTORY [ADDRESS]");
        std::process::exit(2);
    };
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let source = move |path: &str| {
        if path.split('/').any(|name| name == "..") {
            return None;
        }
        Some(Answer { body: std::fs::read(directory.join(path)).ok()?, ..Answer::default() })
    };
    let mut site = Site::listen(&address, Arc::new(source)).await?;
    println!("stand-in for sites with maps: {}", site.url);
    let mut printed = 0;
    while site.requests.changed().await.is_ok() {
        let new = site.requests.borrow_and_update()[printed..].to_vec();
        printed += new.len();
        for request in new {
            println!("{request}");
        }
    }
    Ok(())
}
