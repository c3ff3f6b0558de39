//! The game and the overlays that are published.

use super::Check;
use super::check::join;
use crate::name::{BuildName, Layer, OverlayId};
use crate::report::chain;
use crate::root::Root;
use crate::tree::{TreeError, current};

const INSTALL: &str = "l4d2ctl install";

pub(super) fn installation(root: &Root) -> Check {
    match current::installation(root) {
        Ok(layer) => Check::ok("installation", format!("{layer} is what servers start on")),
        Err(TreeError::NotInstalled) => Check::warn("installation", "the game is not installed", INSTALL),
        Err(error) => Check::fail("installation", chain(&error), INSTALL),
    }
}

pub(super) fn steamclient(root: &Root) -> Check {
    let Ok(Layer::Tree(tree)) = current::installation(root) else {
        return Check::ok("steamclient", "is looked at when the game is installed");
    };
    if root.tree(&tree).join(".steam/sdk32/steamclient.so").exists() {
        return Check::ok("steamclient", "servers find the Steam library");
    }
    Check::warn(
        "steamclient",
        "the installation has no .steam/sdk32/steamclient.so: servers are not on Steam, and show as LAN only",
        INSTALL,
    )
}

pub(super) fn overlays(root: &Root) -> Check {
    let (mut broken, mut odd, mut count) = (Vec::new(), Vec::new(), 0);
    for entry in std::fs::read_dir(root.overlays()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        match OverlayId::parse(&name) {
            Err(error) => odd.push(error.to_string()),
            Ok(id) => match current::current(root, &BuildName::Overlay(id)) {
                Ok(_) => count += 1,
                Err(error) => broken.push(chain(&error)),
            },
        }
    }
    broken.sort();
    odd.sort();
    if !broken.is_empty() {
        return Check::fail("overlays", join(&broken), "build the overlay again, or remove what stands there");
    }
    if !odd.is_empty() {
        return Check::warn("overlays", join(&odd), "rename what is to be used by servers");
    }
    Check::ok("overlays", format!("{count} can be used"))
}
