//! Overlays: what a reference stands for, and made-up builds.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;

use crate::arguments::OverlayVerb;
use crate::place::Place;
use crate::spec::Spec;
use crate::{Done, Failure, files, game};

/// Runs a verb of `overlay`.
pub(crate) fn run(place: &Place, verb: &OverlayVerb) -> Done {
    match verb {
        OverlayVerb::Build { reference, .. } => build(place, reference),
        OverlayVerb::Delete { reference } => {
            let _ = fs::remove_file(place.root().join("overlays").join(reference));
            Ok(())
        }
        OverlayVerb::Files { reference, what } => {
            // What is missing is no bad spec here.
            let path = place.root().join("overlays").join(reference);
            if matches!(fs::symlink_metadata(&path), Err(error) if error.kind() == std::io::ErrorKind::NotFound) {
                let message = "does not exist: neither a published overlay nor a directory below overlays/";
                return Err(Failure::new(66, format!("overlay {reference} {message}")));
            }
            resolve(place, reference)?;
            files::of_overlay(reference, what)
        }
    }
}

fn build(place: &Place, reference: &str) -> Done {
    let mut document = String::new();
    std::io::stdin().read_to_string(&mut document)?;
    let Some(_lock) = place.try_lock(&format!("build-{reference}"))? else {
        return Err(Failure::new(75, format!("a build of {reference} is under way: wait for it to end")));
    };
    println!("step: building");
    let trees = place.root().join("trees/overlay").join(reference);
    fs::create_dir_all(&trees)?;
    let number = (1_u32..1_000_000).find(|number| !trees.join(number.to_string()).exists()).unwrap_or(1);
    fs::create_dir(trees.join(number.to_string()))?;
    println!("step: publishing");
    let link = place.root().join("overlays").join(reference);
    let hidden = place.root().join("overlays").join(format!(".{reference}"));
    let _ = fs::remove_file(&hidden);
    symlink(format!("../trees/overlay/{reference}/{number}"), &hidden)?;
    Ok(fs::rename(hidden, link)?)
}

/// What a reference stands for now: a published tree, or a plain directory.
pub(crate) fn resolve(place: &Place, reference: &str) -> Result<String, Failure> {
    let path = place.root().join("overlays").join(reference);
    if let Ok(target) = fs::read_link(&path)
        && let Ok(tree) = target.strip_prefix("../trees/overlay")
    {
        return Ok(format!("trees/overlay/{}", tree.display()));
    }
    if path.is_dir() && !path.is_symlink() {
        return Ok(format!("overlays/{reference}"));
    }
    if !matches!(fs::symlink_metadata(&path), Err(error) if error.kind() == std::io::ErrorKind::NotFound) {
        let message = "is not a directory, or is reached through a link: give a real directory";
        return Err(Failure::new(65, format!("overlay {reference:?} {message}")));
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
