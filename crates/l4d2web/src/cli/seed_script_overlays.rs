use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use crate::blueprints::parse_name;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::overlay_builds::{self, Saved};
use crate::db::overlays::Overlay;
use crate::db::{self, Db};
use crate::live::Bus;
use crate::overlays::Kind;
use crate::overlays::script::{SCRIPT_MAX, parse_script};
use crate::queue::{Queue, Work};

/// Makes a script overlay for everybody of each *.sh in a directory, named as the file is; those that are there get its text
#[derive(Debug, Args)]
pub(super) struct SeedScriptOverlays {
    /// Where the scripts are
    directory: PathBuf,
    /// Also ask for a build of each that is new or changed
    #[arg(long)]
    build: bool,
}

/// A script that was read.
struct Seed {
    name: String,
    script: String,
}

impl SeedScriptOverlays {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        // All are read before anything is stored.
        let seeds = read(&self.directory)?;
        let db = Db::open(&config.database).await?;
        db::migrate(&db).await?;
        let queue = Queue::new(db.clone(), Clock::system(), Bus::new());
        let mut refused = 0;
        for seed in seeds {
            let Some((overlay, is_new)) = overlay(&db, &seed.name).await? else {
                eprintln!(
                    "l4d2web: left “{}” alone: an overlay of that name is for everybody, and no script",
                    seed.name
                );
                refused += 1;
                continue;
            };
            let (id, seen) = (overlay.id, overlay.source_at.unwrap_or_default());
            let saved = overlay_builds::set_script(&db, id, &seed.script, seen, Clock::system().now()).await?;
            let changed = is_new || saved != Saved::Same;
            println!(
                "{} “{}” (overlay {id})",
                match (is_new, saved) {
                    (true, _) => "made",
                    (false, Saved::Same) => "has already:",
                    (false, Saved::Yes) => "brought up to date",
                    (false, Saved::Newer) =>
                        bail!("somebody else changed “{}” at the same moment: try again", seed.name),
                },
                seed.name
            );
            if self.build && changed {
                let job = queue.enqueue(Work::Build(id), None).await?;
                println!("asked for job {}, which builds it", job.id);
            }
        }
        db.close().await;
        if refused > 0 {
            bail!("{refused} of the scripts could not be seeded: rename them, or the overlays that are in their way");
        }
        Ok(())
    }
}

/// Everybody's overlay of that name, which is made when there is none, and whether it was; none when it is no script.
async fn overlay(db: &Db, name: &str) -> anyhow::Result<Option<(Overlay, bool)>> {
    if let Some(overlay) = db::overlays::find_shared(db, name).await? {
        return Ok((overlay.kind == Kind::Script).then_some((overlay, false)));
    }
    let id = db::overlays::insert(db, None, name, Kind::Script, Clock::system().now()).await?;
    let overlay = db::overlays::find(db, id).await?.context("an overlay vanished while it was made")?;
    Ok(Some((overlay, true)))
}

/// The scripts of a directory, by name.
fn read(directory: &Path) -> anyhow::Result<Vec<Seed>> {
    let entries = std::fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {}", directory.display()))?.path();
        if path.extension() == Some(OsStr::new("sh")) {
            paths.push(path);
        }
    }
    paths.sort();
    anyhow::ensure!(!paths.is_empty(), "there is no *.sh in {}", directory.display());
    paths.iter().map(|path| seed(path)).collect()
}

fn seed(path: &Path) -> anyhow::Result<Seed> {
    let cannot = || format!("cannot take {}", path.display());
    let meta = std::fs::metadata(path).with_context(cannot)?;
    let longest = u64::try_from(SCRIPT_MAX).unwrap_or(u64::MAX);
    anyhow::ensure!(
        meta.is_file() && meta.len() <= longest,
        "cannot take {}: a file of at most {SCRIPT_MAX} bytes is taken",
        path.display()
    );
    let text = std::fs::read_to_string(path).with_context(cannot)?;
    let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let name = parse_name(stem).map_err(anyhow::Error::msg).with_context(cannot)?;
    let script = parse_script(&text).map_err(anyhow::Error::msg).with_context(cannot)?;
    anyhow::ensure!(!script.is_empty(), "cannot take {}: it is empty", path.display());
    Ok(Seed { name, script })
}
