//! What a start lays into the upper layer: `server.cfg`, and a copy of each exposed overlay's under its alias.
//!
//! The upper layer is written by the game, so that nothing in it is trusted: links are replaced, never followed. It is
//! not mounted while this runs.

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use super::InstanceError;
use crate::beneath::{make_dir, open_dir, open_file_beneath, read_bounded, remove_tree, replace_file};
use crate::name::{InstanceName, Layer};
use crate::root::Root;
use crate::spec::Spec;

/// Where the cfg files are, in every layer.
const CFG: [&str; 2] = ["left4dead2", "cfg"];
/// The file in `runtime/<name>` that lists the alias files of the last start, to remove those that are not wanted now.
const STAGED: &str = "staged";
/// Longest `server.cfg` of an overlay that is copied under an alias.
const CFG_MAX: u64 = 1024 * 1024;

/// Makes the upper layer and the work directory, and lays the cfg files into it. `layers` are those of the spec's
/// overlays, in its order.
///
/// # Errors
/// [`InstanceError::Io`].
pub(super) fn stage(root: &Root, name: &InstanceName, spec: &Spec, layers: &[Layer]) -> Result<(), InstanceError> {
    let runtime = root.runtime(name);
    let failed = |source| InstanceError::Io { action: "preparing", path: runtime.clone(), source };
    fs::create_dir_all(&runtime).map_err(failed)?;
    let base = open_dir(&runtime).map_err(failed)?;
    make_dir(base.as_fd(), "work").map_err(failed)?;
    let upper = make_dir(base.as_fd(), "upper").map_err(failed)?;
    let game = make_dir(upper.as_fd(), CFG[0]).map_err(failed)?;
    let cfg = make_dir(game.as_fd(), CFG[1]).map_err(failed)?;
    sweep(&base, &cfg).map_err(failed)?;
    let copies = aliases(root, spec, layers)?;
    let names: String = copies.iter().flat_map(|(name, _)| [name.as_str(), "\n"]).collect();
    replace_file(base.as_fd(), STAGED, names.as_bytes(), 0o600).map_err(failed)?;
    for (file, bytes) in &copies {
        replace_file(cfg.as_fd(), file, bytes, 0o600).map_err(failed)?;
    }
    // The RCON password is in it.
    replace_file(cfg.as_fd(), "server.cfg", spec.server_cfg().as_bytes(), 0o600).map_err(failed)
}

/// Removes the alias files of the last start.
fn sweep(base: &OwnedFd, cfg: &OwnedFd) -> io::Result<()> {
    let listed = match open_file_beneath(base.as_fd(), STAGED) {
        Ok(file) => read_bounded(file, CFG_MAX)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for file in String::from_utf8_lossy(&listed).lines() {
        if file.starts_with("server_") && !file.contains('/') {
            remove_tree(cfg.as_fd(), file)?;
        }
    }
    Ok(())
}

/// The alias files and what is in them; an overlay without a `server.cfg` has none.
fn aliases(root: &Root, spec: &Spec, layers: &[Layer]) -> Result<Vec<(String, Vec<u8>)>, InstanceError> {
    let mut copies = Vec::new();
    let base = open_dir(root.path()).map_err(InstanceError::io("opening", root.path()))?;
    for (entry, layer) in spec.overlays.iter().zip(layers) {
        let Some(alias) = &entry.alias else { continue };
        let path = format!("{}/{}/{}/server.cfg", layer.path(), CFG[0], CFG[1]);
        match open_file_beneath(base.as_fd(), path).and_then(|file| read_bounded(file, CFG_MAX)) {
            Ok(bytes) => copies.push((alias.file_name(), bytes)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
            Err(source) => return Err(InstanceError::Cfg { reference: entry.reference.clone(), source }),
        }
    }
    Ok(copies)
}
