//! Overlays: what a reference stands for, and made-up builds.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::time::UNIX_EPOCH;

use serde_json::json;

use crate::arguments::OverlayVerb;
use crate::build::{Build, measure};
use crate::place::{Lock, Place};
use crate::spec::Spec;
use crate::{Done, Failure, files, game};

/// Runs a verb of `overlay`.
pub(crate) fn run(place: &Place, verb: &OverlayVerb) -> Done {
    match verb {
        OverlayVerb::Build { reference, .. } => build(place, reference),
        OverlayVerb::Delete { reference } => {
            let _lock = lock(place, reference)?;
            let _ = fs::remove_file(place.root().join("overlays").join(reference));
            Ok(())
        }
        OverlayVerb::Status { reference, .. } => status(place, reference),
        OverlayVerb::Files { reference, what } => {
            let tree = resolve(place, reference)?;
            if tree.starts_with("trees/") {
                files::of_tree(place, reference, &tree, what)
            } else {
                files::of_overlay(reference, what)
            }
        }
    }
}

fn lock(place: &Place, reference: &str) -> Result<Lock, Failure> {
    let busy = || Failure::new(75, format!("a build of {reference} is under way: wait for it to end"));
    place.try_lock(&format!("build-{reference}"))?.ok_or_else(busy)
}

fn build(place: &Place, reference: &str) -> Done {
    let mut document = String::new();
    std::io::stdin().read_to_string(&mut document)?;
    let build = Build::parse(&document)?;
    let _lock = lock(place, reference)?;
    println!("step: building");
    let trees = place.root().join("trees/overlay").join(reference);
    fs::create_dir_all(&trees)?;
    let number = (1_u32..1_000_000).find(|number| !trees.join(number.to_string()).exists()).unwrap_or(1);
    let tree = trees.join(number.to_string());
    let before = resolve(place, reference).ok().filter(|tree| tree.starts_with("trees/"));
    if let Err(failure) = build.make(place.root(), reference, before.as_deref(), &tree) {
        let _ = fs::remove_dir_all(&tree);
        return Err(failure);
    }
    println!("step: publishing");
    let link = place.root().join("overlays").join(reference);
    let hidden = place.root().join("overlays").join(format!(".{reference}"));
    let _ = fs::remove_file(&hidden);
    symlink(format!("../trees/overlay/{reference}/{number}"), &hidden)?;
    Ok(fs::rename(hidden, link)?)
}

fn status(place: &Place, reference: &str) -> Done {
    let tree = resolve(place, reference).ok();
    let (files, bytes) = match &tree {
        Some(tree) => measure(&place.root().join(tree))?,
        None => (0, 0),
    };
    let published = tree.as_ref().and_then(|tree| fs::symlink_metadata(place.root().join(tree)).ok()?.modified().ok());
    let published = published.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|at| at.as_secs());
    let building = place.try_lock(&format!("build-{reference}"))?.is_none();
    let answer = json!({
        "reference": reference, "tree": tree, "published_at": published, "files": files, "bytes": bytes, "building": building,
    });
    println!("{answer}");
    Ok(())
}

/// What a reference stands for now: a published tree, or a plain directory.
pub(crate) fn resolve(place: &Place, reference: &str) -> Result<String, Failure> {
    let path = place.root().join("overlays").join(reference);
    if let Ok(target) = fs::read_link(&path) {
        return Ok(target.to_string_lossy().trim_start_matches("../").to_owned());
    }
    if path.is_dir() {
        return Ok(format!("overlays/{reference}"));
    }
    let message = "does not exist: neither a published overlay nor a directory below overlays";
    Err(Failure::new(65, format!("overlay {reference:?} {message}")))
}

/// References and trees of all layers of a spec, the one on top first.
pub(crate) fn layers(place: &Place, spec: &Spec) -> Result<Vec<(String, String)>, Failure> {
    let mut layers = Vec::new();
    for reference in spec.overlays() {
        let tree = resolve(place, &reference)?;
        layers.push((reference, tree));
    }
    let game = game::installed(place)?
        .ok_or_else(|| Failure::new(69, "the game is not installed: run `l4d2ctl install` first"))?;
    layers.push(("installation".to_owned(), game.tree));
    Ok(layers)
}
