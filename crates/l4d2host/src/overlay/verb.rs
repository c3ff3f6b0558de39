//! `overlay build`: an upper layer, filled by one of the kinds, and published when it makes a difference.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use super::error::OverlayError;
use super::figures::Figures;
use super::limits::Limits;
use super::plan::{Kind, Plan};
use super::snapshot::Snapshot;
use super::tally::Tally;
use super::{links, script, unit};
use crate::beneath::{open_dir, open_dir_beneath};
use crate::name::{BuildName, OverlayId, TreeId};
use crate::report::{chain, line, step, warn};
use crate::root::Root;
use crate::systemd::Systemd;
use crate::tree::current::standing;
use crate::tree::prune::{CONTENT, Counts, EVERYTHING, changes, prune};
use crate::tree::publish::Build;
use crate::tree::settle::Made;
use crate::tree::{TreeError, gc};

/// Builds an overlay and makes it current; what runs goes on with what it has.
///
/// # Errors
/// [`OverlayError`]; what was published before is published still, and nothing of this build is kept.
pub fn build(
    root: &Root,
    systemd: &impl Systemd,
    id: &OverlayId,
    plan: &Plan,
    limits: &Limits,
) -> Result<(), OverlayError> {
    let name = BuildName::Overlay(id.clone());
    refuse_plain(root, &name)?;
    let build = Build::lock_patiently(root, &name, || Ok::<_, OverlayError>(false))?;
    // It would write where we are about to.
    if unit::stop_leftover(root, systemd, id)? {
        step("stopped the build of an l4d2ctl that was killed");
    }
    let limits = Limits {
        max_bytes: limits.max_bytes.min(plan.max_bytes),
        max_files: limits.max_files.min(plan.max_files),
        ..*limits
    };
    let alone = !matches!(plan.kind, Kind::Script { reset: false, .. });
    let (base, _) = build.prepare(false, alone)?;
    let work = Work { root, id, build: &build, limits, base, current: standing(root, &name)? };
    match work.run(&plan.kind, systemd) {
        Ok(done) => line(&done),
        Err(error) => {
            // A stack that is still mounted is left to the next build, which has it taken away first.
            if !matches!(error, OverlayError::StillMounted(_))
                && let Err(error) = build.abandon()
            {
                warn(&format!("what the build left stays for now: {}", chain(&error)));
            }
            return Err(error);
        }
    }
    drop(build);
    gc::attempt(root, systemd);
    Ok(())
}

/// Refuses an overlay that is a directory of an admin's.
pub(super) fn refuse_plain(root: &Root, name: &BuildName) -> Result<(), OverlayError> {
    let path = root.current_link(name);
    match fs::symlink_metadata(&path) {
        Ok(meta) if !meta.is_symlink() => Err(TreeError::PlainInTheWay { path }.into()),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(OverlayError::io("reading", path)(error)),
    }
}

/// A build under way.
struct Work<'w> {
    root: &'w Root,
    id: &'w OverlayId,
    build: &'w Build<'w>,
    limits: Limits,
    /// What the upper layer lies on.
    base: Option<TreeId>,
    /// What is published now.
    current: Option<TreeId>,
}

impl Work<'_> {
    /// Builds and publishes; returns the last line.
    fn run(&self, kind: &Kind, systemd: &impl Systemd) -> Result<String, OverlayError> {
        step("building");
        let dir = self.build.upper();
        let upper = open_dir(&dir).map_err(OverlayError::io("opening", &dir))?;
        let current = self.open(self.current.as_ref())?;
        match kind {
            Kind::Links(files) => links::fill(self.root, upper.as_fd(), files, &self.limits)?,
            Kind::Snapshot => {
                let files = self.files()?;
                let snapshot = Snapshot::new(self.root.path(), &self.limits);
                snapshot.fill(files.as_fd(), upper.as_fd(), current.as_ref().map(AsFd::as_fd))?;
            }
            Kind::Script { text, .. } => script::run(self.root, self.id, upper.as_fd(), text, &self.limits, systemd)?,
        }
        let made = if matches!(kind, Kind::Script { .. }) { Made::ByAUnit } else { Made::ByLinks };
        let settled = self.build.settle(made)?;
        let base = self.open(self.base.as_ref())?;
        let figures = self.count(upper.as_fd(), base.as_ref())?;
        if let (Some(tree), Some(current)) = (&self.current, &current) {
            let changed = self.changes(kind, upper.as_fd(), current);
            if !changed.map_err(OverlayError::io("comparing", &dir))? {
                self.build.abandon()?;
                return Ok(format!("up to date: {} ({figures})", tree.path()));
            }
        }
        step("publishing");
        let tree = settled.publish()?;
        Ok(format!("published: {} ({figures})", tree.path()))
    }

    fn open(&self, tree: Option<&TreeId>) -> Result<Option<OwnedFd>, OverlayError> {
        let open = |tree| {
            let path = self.root.tree(tree);
            open_dir(&path).map_err(OverlayError::io("opening", path))
        };
        tree.map(open).transpose()
    }

    /// The directory that a snapshot is taken of.
    fn files(&self) -> Result<OwnedFd, OverlayError> {
        let path = format!("files/{}", self.id);
        let top = open_dir(self.root.path()).map_err(OverlayError::io("opening", self.root.path()))?;
        open_dir_beneath(top.as_fd(), path.as_str()).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => OverlayError::NoFiles(self.id.clone()),
            _ => OverlayError::io("opening", self.root.join(&path))(error),
        })
    }

    /// How much the new tree would have, which must be within the limits.
    fn count(&self, upper: BorrowedFd<'_>, base: Option<&OwnedFd>) -> Result<Figures, OverlayError> {
        let mut tally = Tally::default();
        let counted = match base {
            Some(base) => tally.add_merged(upper, base.as_fd()),
            None => tally.add_tree(upper),
        };
        counted.map_err(OverlayError::io("counting what is in", self.build.upper()))?;
        self.limits.allow(&tally)?;
        Ok(tally.figures)
    }

    /// Whether the new tree would differ from the current one in more than times. What makes no difference is taken out of
    /// an upper layer first.
    fn changes(&self, kind: &Kind, upper: BorrowedFd<'_>, current: &OwnedFd) -> io::Result<bool> {
        let current = current.as_fd();
        match kind {
            // What the cache has anew replaces what it had, or both would stay on disk.
            Kind::Links(_) => changes(upper, current, Counts { inodes: true, ..CONTENT }, true),
            Kind::Snapshot => changes(upper, current, CONTENT, true),
            Kind::Script { .. } => {
                if self.base.is_some() {
                    prune(upper, current, EVERYTHING)?;
                }
                changes(upper, current, Counts { times: false, ..EVERYTHING }, self.base.is_none())
            }
        }
    }
}
