//! From the upper layer of a build to a published tree.
//!
//! ```text
//! builds/<x>/upper ──settle, syncfs──> rename to publish ──clone of the base + merge──> trees/…/.new-<n>
//!                                                                       syncfs, rename to <n>, swap the link
//! ```
//! Killed at any point, the last tree stays published, and [`recover`] finishes or discards what was left.

use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::fs::{Mode, fsync, mkdirat, renameat, syncfs};

use super::current::{next_number, standing, swap};
use super::settle::{DIRECTORY_MODE, Made, settle};
use super::{TreeError, clone, merge, pins};
use crate::beneath::{open_dir, open_dir_beneath, remove_tree};
use crate::lock::Lock;
use crate::name::{BuildName, Layer, TreeId};
use crate::report::{chain, warn};
use crate::root::Root;

/// The upper layer of a build, which is mounted while it runs.
pub const UPPER: &str = "upper";
/// The script of a build, as long as it is to run.
pub const SCRIPT: &str = "script";
/// The upper layer once it is settled; never mounted again.
pub const PUBLISH: &str = "publish";
/// The beginning of the name of a tree that is not complete.
pub const NEW: &str = ".new-";

/// How long the lock may be held by who does not build, and how often it is tried.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(50);

/// A build under way: its lock is held, and its base is pinned.
#[derive(Debug)]
pub struct Build<'a> {
    root: &'a Root,
    name: BuildName,
    _lock: Lock,
}

impl<'a> Build<'a> {
    /// Takes the build's lock, and finishes or discards what an earlier build left at the point of publishing.
    ///
    /// # Errors
    /// [`TreeError::Busy`] when the build is under way elsewhere, and what [`recover`] says.
    pub fn lock(root: &'a Root, name: &BuildName) -> Result<Self, TreeError> {
        let lock = Lock::try_build(root, name)?.ok_or_else(|| TreeError::Busy(name.clone()))?;
        let build = Self { root, name: name.clone(), _lock: lock };
        let dir = root.build(name);
        fs::create_dir_all(&dir).map_err(TreeError::io("making", &dir))?;
        recover(root, name)?;
        Ok(build)
    }

    /// As [`Build::lock`], with a moment's patience: a collection may hold the lock, or a subprocess of an `l4d2ctl` that was
    /// killed as it started one. Only who holds it longer builds. `give_way` is called each time that it is taken; it may
    /// have its holder let go, and says then that it did.
    ///
    /// # Errors
    /// As [`Build::lock`], and what `give_way` says.
    pub fn lock_patiently<E: From<TreeError>>(
        root: &'a Root,
        name: &BuildName,
        mut give_way: impl FnMut() -> Result<bool, E>,
    ) -> Result<Self, E> {
        for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
            match Self::lock(root, name) {
                Err(TreeError::Busy(_)) if give_way()? => {}
                Err(TreeError::Busy(_)) => thread::sleep(PAUSE),
                other => return Ok(other?),
            }
        }
        Ok(Self::lock(root, name)?)
    }

    /// The upper layer.
    #[must_use]
    pub fn upper(&self) -> PathBuf {
        self.root.build(&self.name).join(UPPER)
    }

    /// Pins the base (the current tree, or nothing for `fresh`) and makes an upper layer and a work directory.
    ///
    /// An upper layer that an earlier, failed build left on the same base is kept when `resume` is set. Returns the base
    /// and whether there was such a layer.
    ///
    /// # Errors
    /// [`TreeError`] when the current tree cannot be told or a directory cannot be made.
    pub fn prepare(&self, resume: bool, fresh: bool) -> Result<(Option<TreeId>, bool), TreeError> {
        let dir = self.root.build(&self.name);
        let trees = Lock::trees_shared(self.root)?;
        let base = if fresh { None } else { standing(self.root, &self.name)? };
        let pinned = pins::load(&dir.join(pins::PINS)).unwrap_or(None);
        let layers: Vec<Layer> = base.iter().cloned().map(Layer::Tree).collect();
        let resumed = resume && pinned.as_ref() == Some(&layers) && dir.join(UPPER).is_dir();
        if !resumed {
            // Pins first: an upper layer that is half removed must not be taken up again.
            discard(&dir, pins::PINS)?;
            discard(&dir, UPPER)?;
        }
        // Without one the unit does not start: a root program that came late would have it run beside us.
        discard(&dir, SCRIPT)?;
        pins::save(&dir, &layers)?;
        drop(trees);
        for name in [UPPER, "work"] {
            let path = dir.join(name);
            fs::create_dir_all(&path).map_err(TreeError::io("making", &path))?;
        }
        Ok((base, resumed))
    }

    /// Throws away what was built and lets go of the base; also what was to be published and could not be.
    ///
    /// # Errors
    /// [`TreeError::Io`] when something cannot be removed.
    pub fn abandon(&self) -> Result<(), TreeError> {
        drop_leftovers(self.root, &self.name)?;
        discard(&self.root.build(&self.name), PUBLISH)
    }

    /// Makes the upper layer fit to be published. Nothing may write there any more.
    ///
    /// # Errors
    /// [`TreeError::NothingBuilt`] when there is none, and what [`settle()`] says.
    pub fn settle(&self, made: Made) -> Result<Settled<'_>, TreeError> {
        let dir = self.root.build(&self.name);
        let handle = open_dir(&dir).map_err(TreeError::io("opening", &dir))?;
        let upper = open_dir_beneath(handle.as_fd(), UPPER).map_err(|_| TreeError::NothingBuilt(self.name.clone()))?;
        settle(upper.as_fd(), made)?;
        Ok(Settled { build: self })
    }
}

/// A build whose upper layer is fit to be published.
#[derive(Debug)]
pub struct Settled<'b> {
    build: &'b Build<'b>,
}

impl Settled<'_> {
    /// Publishes the upper layer on top of the base and makes the result current.
    ///
    /// # Errors
    /// [`TreeError`]; the tree that was current before is current then.
    pub fn publish(self) -> Result<TreeId, TreeError> {
        let Build { root, name, .. } = self.build;
        let dir = root.build(name);
        let handle = open_dir(&dir).map_err(TreeError::io("opening", &dir))?;
        let upper = open_dir_beneath(handle.as_fd(), UPPER).map_err(|_| TreeError::NothingBuilt(name.clone()))?;
        // A `publish` that is found after a power cut is published: what is in it must be on disk before it has that name.
        syncfs(&upper).map_err(TreeError::io("syncing", &dir.join(UPPER)))?;
        discard(&dir, PUBLISH)?;
        renameat(&handle, UPPER, &handle, PUBLISH).map_err(TreeError::io("renaming", &dir.join(UPPER)))?;
        fsync(&handle).map_err(TreeError::io("syncing", &dir))?;
        finish(root, name)
    }
}

/// Publishes a `publish` directory that is whole, on the base that the build pinned.
fn finish(root: &Root, name: &BuildName) -> Result<TreeId, TreeError> {
    let dir = root.build(name);
    let base = pins::load(&dir.join(pins::PINS))?.unwrap_or_default();
    let tree = TreeId { build: name.clone(), number: next_number(root, name)? };
    let trees = root.trees_of(name);
    fs::create_dir_all(&trees).map_err(TreeError::io("making", &trees))?;
    let parent = open_dir(&trees).map_err(TreeError::io("opening", &trees))?;
    let new = format!("{NEW}{}", tree.number);
    let failed = |action: &'static str| TreeError::io::<io::Error>(action, &trees);
    remove_tree(parent.as_fd(), new.as_str()).map_err(failed("clearing"))?;
    mkdirat(&parent, new.as_str(), Mode::from_raw_mode(DIRECTORY_MODE)).map_err(TreeError::io("making", &trees))?;
    let target = open_dir_beneath(parent.as_fd(), new.as_str()).map_err(failed("opening"))?;
    if let Some(base) = base.first() {
        let base = open_dir(&root.join(&base.path())).map_err(failed("opening the base of"))?;
        clone::clone(base.as_fd(), target.as_fd()).map_err(failed("cloning into"))?;
    }
    let publish = open_dir(&dir.join(PUBLISH)).map_err(failed("opening what was built for"))?;
    merge::merge(publish.as_fd(), target.as_fd()).map_err(failed("linking into"))?;
    syncfs(&target).map_err(TreeError::io("syncing", &trees))?;
    {
        // A tree that has its number and is not current yet must not meet a collection.
        let _swapping = Lock::trees_shared(root)?;
        renameat(&parent, new.as_str(), &parent, tree.number.to_string()).map_err(TreeError::io("naming", &trees))?;
        fsync(&parent).map_err(TreeError::io("syncing", &trees))?;
        sync_parents(root, &trees)?;
        swap(root, &tree)?;
    }
    discard(&dir, PUBLISH)?;
    discard(&dir, pins::PINS)?;
    Ok(tree)
}

/// Syncs the directories between the root and `trees`, which may be new.
fn sync_parents(root: &Root, trees: &Path) -> Result<(), TreeError> {
    let parents = trees.ancestors().skip(1).take_while(|path| path.starts_with(root.path()));
    for path in parents {
        let dir = open_dir(path).map_err(TreeError::io("opening", path))?;
        fsync(&dir).map_err(TreeError::io("syncing", path))?;
    }
    Ok(())
}

/// Finishes or discards what a killed build left: `.new-*` goes; a `publish` is published when the tree that it was built
/// on is still the current one, and goes otherwise. One of an overlay that cannot be published goes, too, with a warning: what it is made of is
/// kept elsewhere, and it must not keep the overlay from being built or deleted.
///
/// The caller holds the build's lock.
///
/// # Errors
/// [`TreeError`] when publishing or removing fails.
pub fn recover(root: &Root, name: &BuildName) -> Result<(), TreeError> {
    discard_new(root, name)?;
    let dir = root.build(name);
    if !dir.join(PUBLISH).is_dir() {
        return Ok(());
    }
    let base = pins::load(&dir.join(pins::PINS))?;
    let now: Vec<Layer> = standing(root, name)?.into_iter().map(Layer::Tree).collect();
    if base.as_ref() == Some(&now) {
        match finish(root, name) {
            Ok(_) => return Ok(()),
            Err(error) if matches!(name, BuildName::Installation) => return Err(error),
            Err(error) => {
                warn(&format!("what an earlier build left could not be published and goes: {}", chain(&error)));
            }
        }
        discard_new(root, name)?;
    }
    // Pins first: what is half removed must not be published.
    discard(&dir, pins::PINS)?;
    discard(&dir, PUBLISH)
}

/// Whether a build left an upper layer that is not to be published.
#[must_use]
pub fn has_leftovers(root: &Root, name: &BuildName) -> bool {
    let dir = root.build(name);
    !dir.join(PUBLISH).exists() && (dir.join(UPPER).exists() || dir.join(pins::PINS).exists())
}

/// Removes the upper layer that a build left, and lets go of its base. The caller holds the build's lock.
///
/// # Errors
/// [`TreeError::Io`] when something cannot be removed.
pub fn drop_leftovers(root: &Root, name: &BuildName) -> Result<(), TreeError> {
    let dir = root.build(name);
    discard(&dir, pins::PINS)?;
    discard(&dir, SCRIPT)?;
    discard(&dir, UPPER)
}

/// Whether a build left an incomplete tree.
///
/// # Errors
/// [`TreeError::Io`] when the directory cannot be listed.
pub fn has_new(root: &Root, name: &BuildName) -> Result<bool, TreeError> {
    Ok(!incomplete(root, name)?.is_empty())
}

/// Removes the incomplete trees of a build. The caller holds the build's lock.
///
/// # Errors
/// [`TreeError::Io`] when something cannot be removed.
pub fn discard_new(root: &Root, name: &BuildName) -> Result<(), TreeError> {
    let trees = root.trees_of(name);
    incomplete(root, name)?.iter().try_for_each(|new| discard(&trees, new))
}

/// The names of the incomplete trees of a build.
fn incomplete(root: &Root, name: &BuildName) -> Result<Vec<String>, TreeError> {
    let trees = root.trees_of(name);
    let entries = match fs::read_dir(&trees) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(TreeError::io("listing", &trees)(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let file = entry.map_err(TreeError::io("listing", &trees))?.file_name();
        found.extend(file.into_string().ok().filter(|file| file.starts_with(NEW)));
    }
    Ok(found)
}

fn discard(dir: &Path, name: &str) -> Result<(), TreeError> {
    let handle = open_dir(dir).map_err(TreeError::io("opening", dir))?;
    remove_tree(handle.as_fd(), name).map_err(TreeError::io("removing", &dir.join(name)))?;
    Ok(())
}
