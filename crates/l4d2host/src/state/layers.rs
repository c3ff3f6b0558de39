//! The layers of a server: those that it started on, those that it would start on now, and whether they differ.

use std::collections::HashMap;

use serde::Serialize;

use crate::name::{INSTALLATION, Layer, OverlayRef};
use crate::root::Root;
use crate::spec::Spec;
use crate::tree::{TreeError, current};

/// One layer of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerStatus {
    /// The overlay's reference as the spec has it, or `installation`.
    pub reference: String,
    /// The path, relative to the root, on which the server started; none when it is down, or the layer is new in the
    /// spec.
    pub pinned: Option<String>,
    /// The path, relative to the root, on which it would start now; none when there is nothing there, or the layer is no
    /// longer in the spec.
    pub current: Option<String>,
}

/// The reference that a layer belongs to.
#[must_use]
pub fn reference_of(layer: &Layer) -> String {
    match layer {
        Layer::Tree(tree) => tree.build.as_str().to_owned(),
        Layer::Plain(reference) => reference.as_str().to_owned(),
    }
}

/// What references mean now, looked up once each however many servers use them.
#[derive(Debug)]
pub struct Resolver<'a> {
    root: &'a Root,
    known: HashMap<String, Result<Layer, String>>,
}

/// A layer that a spec asks for: its reference, and what it is now or why it is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The reference, or `installation`.
    pub reference: String,
    /// What it is now, or a sentence.
    pub layer: Result<Layer, String>,
}

impl<'a> Resolver<'a> {
    /// A resolver that has looked up nothing yet.
    #[must_use]
    pub fn new(root: &'a Root) -> Self {
        Self { root, known: HashMap::new() }
    }

    /// The layers of a spec, the one on top first, the installation last.
    pub fn wanted(&mut self, spec: &Spec) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = spec.overlays.iter().map(|entry| self.overlay(&entry.reference)).collect();
        let root = self.root;
        wanted.push(self.look_up(INSTALLATION, || current::installation(root)));
        wanted
    }

    fn overlay(&mut self, reference: &OverlayRef) -> Wanted {
        let root = self.root;
        self.look_up(reference.as_str(), || current::resolve(root, reference))
    }

    fn look_up(&mut self, reference: &str, resolve: impl FnOnce() -> Result<Layer, TreeError>) -> Wanted {
        let layer = self
            .known
            .entry(reference.to_owned())
            .or_insert_with(|| resolve().map_err(|error| crate::report::chain(&error)));
        Wanted { reference: reference.to_owned(), layer: layer.clone() }
    }
}

/// Joins what is pinned with what is wanted: first what is pinned, in its order, then what is new in the spec.
#[must_use]
pub(super) fn join(pinned: &[Layer], wanted: &[Wanted]) -> Vec<LayerStatus> {
    let path = |wanted: &Wanted| wanted.layer.as_ref().ok().map(Layer::path);
    let mut layers: Vec<LayerStatus> = pinned
        .iter()
        .map(|layer| {
            let reference = reference_of(layer);
            let current = wanted.iter().find(|wanted| wanted.reference == reference).and_then(path);
            LayerStatus { reference, pinned: Some(layer.path()), current }
        })
        .collect();
    for new in wanted {
        if !layers.iter().any(|layer| layer.reference == new.reference) {
            layers.push(LayerStatus { reference: new.reference.clone(), pinned: None, current: path(new) });
        }
    }
    layers
}

/// Whether a restart would start on other layers than those that are pinned. A layer that cannot be resolved now counts
/// as the same.
#[must_use]
pub(super) fn is_stale(pinned: &[Layer], wanted: &[Wanted]) -> bool {
    pinned.len() != wanted.len()
        || pinned.iter().zip(wanted).any(|(pinned, wanted)| match &wanted.layer {
            Ok(layer) => layer != pinned,
            Err(_) => wanted.reference != reference_of(pinned),
        })
}

/// The references of plain directories among the layers that a server uses (or would use), sorted.
#[must_use]
pub(super) fn plain(pinned: Option<&[Layer]>, wanted: &[Wanted]) -> Vec<String> {
    let layers: Vec<&Layer> = match pinned {
        Some(pinned) => pinned.iter().collect(),
        None => wanted.iter().filter_map(|wanted| wanted.layer.as_ref().ok()).collect(),
    };
    let mut plain: Vec<String> =
        layers.into_iter().filter(|layer| matches!(layer, Layer::Plain(_))).map(reference_of).collect();
    plain.sort();
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn layers(lines: &[&str]) -> Vec<Layer> {
        lines.iter().map(|line| Layer::parse(line).unwrap()).collect()
    }

    fn wanted(lines: &[&str]) -> Vec<Wanted> {
        let wanted = |line: &&str| match Layer::parse(line) {
            Ok(layer) => Wanted { reference: reference_of(&layer), layer: Ok(layer) },
            Err(_) => Wanted { reference: (*line).to_owned(), layer: Err("gone".to_owned()) },
        };
        lines.iter().map(wanted).collect()
    }

    const PINNED: [&str; 3] = ["trees/overlay/maps/3", "overlays/mods/base", "trees/installation/1"];

    #[rstest]
    #[case(&PINNED, false)]
    #[case(&["trees/overlay/maps/4", "overlays/mods/base", "trees/installation/1"], true)]
    #[case(&["trees/overlay/maps/3", "overlays/mods/base", "trees/installation/2"], true)]
    #[case(&["overlays/mods/base", "trees/overlay/maps/3", "trees/installation/1"], true)]
    #[case(&["trees/overlay/maps/3", "trees/installation/1"], true)]
    #[case(&["maps", "overlays/mods/base", "trees/installation/1"], false)]
    #[case(&["other", "overlays/mods/base", "trees/installation/1"], true)]
    fn staleness(#[case] now: &[&str], #[case] stale: bool) {
        assert_eq!(is_stale(&layers(&PINNED), &wanted(now)), stale);
    }

    #[test]
    fn a_plain_directory_that_was_published_is_stale() {
        assert!(is_stale(&layers(&["overlays/maps"]), &wanted(&["trees/overlay/maps/1"])));
    }

    #[test]
    fn joined() {
        let joined = join(&layers(&PINNED), &wanted(&["new", "trees/overlay/maps/4", "trees/installation/1"]));
        let shown: Vec<String> = joined
            .iter()
            .map(|layer| {
                let dash = || "-".to_owned();
                let (pinned, current) = (layer.pinned.clone(), layer.current.clone());
                format!("{} {} {}", layer.reference, pinned.unwrap_or_else(dash), current.unwrap_or_else(dash))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "maps trees/overlay/maps/3 trees/overlay/maps/4",
                "mods/base overlays/mods/base -",
                "installation trees/installation/1 trees/installation/1",
                "new - -",
            ]
        );
    }

    #[test]
    fn plain_directories() {
        assert_eq!(plain(Some(&layers(&PINNED)), &[]), ["mods/base"]);
        assert_eq!(plain(None, &wanted(&PINNED)), ["mods/base"]);
    }
}
