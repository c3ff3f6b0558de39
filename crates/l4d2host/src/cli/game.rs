//! `l4d2ctl game`

use clap::Args;
use serde::Serialize;

use super::text::{Table, ago, date, now, print, print_json};
use super::{CliError, Context};
use crate::install::{Installed, Latest, run::Host};

/// Say which build of the game is installed, and which is the latest.
#[derive(Debug, Args)]
pub(super) struct Game {
    /// Ask Steam for the latest build; else what it last said is shown.
    #[arg(long)]
    refresh: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What is known.
#[derive(Debug, Serialize)]
struct Builds {
    /// The published one; none when the game is not installed.
    installed: Option<Installed>,
    /// The one that Steam had when it was last asked; none when it never was.
    latest: Option<Latest>,
}

impl Game {
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        let root = &context.root;
        let latest = if self.refresh {
            Some(Latest::ask(root, &context.systemd, &Host::new(root))?)
        } else {
            Latest::load(root)?
        };
        let builds = Builds { installed: Installed::load(root)?, latest };
        if self.json { print_json(&builds) } else { print(&render(&builds, now())) }
    }
}

fn render(builds: &Builds, now: u64) -> String {
    let unknown = || "unknown".to_owned();
    let mut table = Table::default();
    let installed = match &builds.installed {
        Some(Installed { build, tree, published_at }) => {
            let build = build.as_ref().map_or_else(unknown, Clone::clone);
            format!("build {build} ({tree}), published {}", date(*published_at))
        }
        None => "nothing: `l4d2ctl install` installs the game".to_owned(),
    };
    table.row(["installed".to_owned(), installed]);
    let latest = match &builds.latest {
        Some(Latest { build, checked_at }) => format!("build {build}, asked {} ago", ago(*checked_at, now)),
        None => "unknown: `l4d2ctl game --refresh` asks Steam".to_owned(),
    };
    table.row(["latest".to_owned(), latest]);
    if let (Some(Installed { build: Some(installed), .. }), Some(latest)) = (&builds.installed, &builds.latest)
        && *installed != latest.build
    {
        table
            .row(["update".to_owned(), "`l4d2ctl install` brings it; servers that run keep what they have".to_owned()]);
    }
    table.render()
}
