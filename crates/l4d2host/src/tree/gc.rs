//! Which trees may go, and removing them.
//!
//! Kept: what is current, the base of every build, the pins of every server that is enabled, not down, or held by a verb
//! just now, and every layer of a stack that is mounted. When one of these cannot be read, nothing is removed.
//!
//! What an overlay build left that was killed goes first, and lets go of its base. An installation is kept: it goes on.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{FlockOperation, RenameFlags, flock, renameat_with};
use rustix::io::Errno;

use super::current::{current, numbers};
use super::publish::{discard_new, drop_leftovers, has_leftovers, has_new};
use super::{TreeError, pins};
use crate::beneath::{open_dir, remove_tree};
use crate::lock::Lock;
use crate::name::{BuildName, InstanceName, Layer, OverlayId, TreeId};
use crate::report::{chain, warn};
use crate::root::Root;
use crate::systemd::{Systemd, Unit, server_unit};

/// Where trees wait for their deletion, out of everybody's way.
const TRASH: &str = ".trash";

/// What a collection did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Collected {
    /// The trees that were removed, by their path below the root.
    pub removed: Vec<String>,
    /// The bytes that came free; files that another tree shares do not count.
    pub freed_bytes: u64,
}

/// Removes every published tree that nothing needs.
///
/// # Errors
/// [`TreeError::Undecided`] (exit code 75) when what must be kept cannot be told, and [`TreeError::Io`] when a tree cannot
/// be removed.
pub fn collect(root: &Root, systemd: &impl Systemd) -> Result<Collected, TreeError> {
    let trees = root.trees();
    if !trees.is_dir() {
        return Ok(Collected::default());
    }
    let dir = open_dir(&trees).map_err(TreeError::io("opening", &trees))?;
    let mut report = Collected::default();
    drop_killed_builds(root, systemd)?;
    {
        let _alone = Lock::trees_exclusive(root)?;
        let kept = kept(root, systemd).map_err(|error| TreeError::Undecided(Box::new(error)))?;
        fs::create_dir_all(trees.join(TRASH)).map_err(TreeError::io("making", &trees))?;
        for tree in published(root)? {
            if !kept.contains(&tree) {
                throw_away(&dir, &tree).map_err(TreeError::io("removing", &root.tree(&tree)))?;
                report.removed.push(tree.path());
            }
        }
    }
    for build in builds(root)? {
        // Its lock is taken only when there is something: a build that begins meanwhile would find it taken.
        let deleted = is_deleted(root, &build)?;
        if (deleted || has_new(root, &build)?)
            && let Some(_building) = Lock::try_build(root, &build)?
        {
            discard_new(root, &build)?;
            if deleted {
                // Not empty: it was built meanwhile.
                let _ = fs::remove_dir(root.trees_of(&build));
            }
        }
    }
    report.freed_bytes = empty_trash(&trees.join(TRASH))?;
    report.removed.sort();
    Ok(report)
}

/// As [`collect`], after a verb that has done its own work: a failure is a warning, and the next collection mends it.
pub fn attempt(root: &Root, systemd: &impl Systemd) {
    if let Err(error) = collect(root, systemd) {
        warn(&format!("trees that are not needed stay for now: {}", chain(&error)));
    }
}

/// Drops the upper layer of every overlay build that was killed, unless it only had to be published.
fn drop_killed_builds(root: &Root, systemd: &impl Systemd) -> Result<(), TreeError> {
    for build in builds(root)? {
        let BuildName::Overlay(id) = &build else { continue };
        if !has_leftovers(root, &build) {
            continue;
        }
        let Some(_building) = Lock::try_build(root, &build)? else { continue };
        // Asked under the lock: its unit may be about to be stopped, or its stack to be taken away.
        let units = systemd.units().map_err(|error| TreeError::Undecided(Box::new(error.into())))?;
        let name = format!("left4me-build@{id}.service");
        let up = units.iter().any(|unit| unit.unit == name && !unit.is_down());
        if !up && !root.mounted().join(format!("build-{id}")).exists() {
            drop_leftovers(root, &build)?;
        }
    }
    Ok(())
}

/// Whether nothing is left of an overlay but the directory of its trees.
fn is_deleted(root: &Root, build: &BuildName) -> Result<bool, TreeError> {
    let overlay = matches!(build, BuildName::Overlay(_));
    Ok(overlay && root.trees_of(build).is_dir() && numbers(root, build)?.is_empty())
}

/// Moves a tree to the trash, under a name that nothing there has.
fn throw_away(trees: &OwnedFd, tree: &TreeId) -> Result<(), Errno> {
    let path = tree.path();
    let from = path.strip_prefix("trees/").unwrap_or(&path);
    let name = from.replace('/', "-");
    let mut attempt = 0_u64;
    loop {
        let to = format!("{TRASH}/{name}.{attempt}");
        match renameat_with(trees, from, trees, to, RenameFlags::NOREPLACE) {
            Err(Errno::EXIST) => attempt += 1,
            other => return other,
        }
    }
}

fn empty_trash(trash: &Path) -> Result<u64, TreeError> {
    let dir = open_dir(trash).map_err(TreeError::io("opening", trash))?;
    // One at a time: two that delete the same tree trip over each other.
    flock(&dir, FlockOperation::LockExclusive).map_err(TreeError::io("locking", trash))?;
    let mut freed = 0;
    for name in names(trash)? {
        freed += remove_tree(dir.as_fd(), name.as_str()).map_err(TreeError::io("removing", &trash.join(&name)))?;
    }
    Ok(freed)
}

/// Every tree that something needs.
fn kept(root: &Root, systemd: &impl Systemd) -> Result<BTreeSet<TreeId>, TreeError> {
    let mut kept = BTreeSet::new();
    for build in builds(root)? {
        match current(root, &build) {
            Ok(tree) => kept.extend(tree),
            // A link of somebody else's, or one whose tree is gone already, keeps nothing.
            Err(TreeError::ForeignLink { .. } | TreeError::Dangling { .. }) => {}
            Err(error) => return Err(error),
        }
        add(&mut kept, pins::load(&root.build(&build).join(pins::PINS))?);
    }
    for name in names(&root.mounted())? {
        // A file that is being replaced has a dot in front.
        if !name.starts_with('.') {
            add(&mut kept, pins::load(&root.mounted().join(name))?);
        }
    }
    let instances = names(&root.instances())?;
    if !instances.is_empty() {
        let units = systemd.units()?;
        for name in instances.iter().filter_map(|name| InstanceName::parse(name).ok()) {
            if is_pinned(root, &name, &units)? {
                add(&mut kept, pins::load(&root.instance(&name).join(pins::PINS))?);
            }
        }
    }
    Ok(kept)
}

fn add(kept: &mut BTreeSet<TreeId>, layers: Option<Vec<Layer>>) {
    kept.extend(layers.unwrap_or_default().into_iter().filter_map(|layer| match layer {
        Layer::Tree(tree) => Some(tree),
        Layer::Plain(_) => None,
    }));
}

/// Whether the pins of an instance count: it is enabled, it is not down, or a verb works on it (a start between its pins
/// and its unit).
fn is_pinned(root: &Root, name: &InstanceName, units: &[Unit]) -> Result<bool, TreeError> {
    // The lock first: a start that ends while we look has then left its link.
    let Some(_idle) = Lock::try_instance(root, name)? else { return Ok(true) };
    let unit = server_unit(name);
    let enabled = root.wants().join(&unit);
    match fs::symlink_metadata(&enabled) {
        Ok(_) => return Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(TreeError::Unreadable { path: enabled, source }),
    }
    Ok(units.iter().any(|known| known.unit == unit && !known.is_down()))
}

/// Every build that has trees, a link or a directory of its own.
fn builds(root: &Root) -> Result<BTreeSet<BuildName>, TreeError> {
    let mut found = BTreeSet::from([BuildName::Installation]);
    let overlays = root.join("trees/overlay");
    for dir in [overlays, root.builds()] {
        found.extend(names(&dir)?.iter().filter_map(|name| BuildName::parse(name).ok()));
    }
    found
        .extend(names(&root.overlays())?.iter().filter_map(|name| OverlayId::parse(name).ok()).map(BuildName::Overlay));
    Ok(found)
}

/// Every published tree on disk.
fn published(root: &Root) -> Result<Vec<TreeId>, TreeError> {
    let mut found = Vec::new();
    for build in builds(root)? {
        found.extend(numbers(root, &build)?.into_iter().map(|number| TreeId { build: build.clone(), number }));
    }
    Ok(found)
}

/// The names in a directory; none when it is not there.
fn names(dir: &Path) -> Result<Vec<String>, TreeError> {
    let unreadable = |source| TreeError::Unreadable { path: dir.to_owned(), source };
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        found.extend(entry.map_err(unreadable)?.file_name().into_string().ok());
    }
    Ok(found)
}
