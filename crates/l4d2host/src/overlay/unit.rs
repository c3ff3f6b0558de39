//! The unit in which a script runs, by `left4me-systemctl`.

use std::os::unix::fs::MetadataExt;

use super::error::OverlayError;
use crate::ended::{Ended, Record};
use crate::follow::{Guard, follow_guarded};
use crate::name::{BuildName, OverlayId};
use crate::root::Root;
use crate::systemd::{Systemd, root_program};

/// The root program that starts and stops the units of builds.
const PROGRAM: &str = "left4me-systemctl";

/// Runs the unit to its end, and hands every piece of its output on.
pub(super) fn run(
    root: &Root,
    id: &OverlayId,
    output: &mut dyn FnMut(&[u8]),
    guard: Guard<'_>,
) -> Result<Ended, OverlayError> {
    let (last, unit) = (root.last(), format!("left4me-build@{id}"));
    let before = Record::load(&last, &unit);
    let code = follow_guarded(&root_program(PROGRAM, &["start-build", id.as_str()]), output, guard)?;
    let after = Record::load(&last, &unit).filter(|after| before.as_ref() != Some(after));
    Ok(Ended::new(code, after.as_ref().map(|record| &record.last)))
}

/// Stops the unit, and has its stack taken away, when a build that was killed left one of them; so it has what a power cut
/// left of the stack. Says whether a build had been killed.
pub(super) fn stop_leftover(root: &Root, systemd: &impl Systemd, id: &OverlayId) -> Result<bool, OverlayError> {
    let name = format!("left4me-build@{id}.service");
    let up = systemd.units()?.iter().any(|unit| unit.unit == name && !unit.is_down());
    let left = up || mounted(root, id).exists();
    if left || has_kernels_directory(root, id) {
        root_program(PROGRAM, &["stop-build", id.as_str()]).run()?;
    }
    Ok(left)
}

/// Whether overlayfs' own directory is in the work directory, which root alone can remove.
fn has_kernels_directory(root: &Root, id: &OverlayId) -> bool {
    let path = root.build(&BuildName::Overlay(id.clone())).join("work/work");
    std::fs::symlink_metadata(path).is_ok_and(|meta| {
        let mode = meta.mode() & 0o777;
        meta.is_dir() && meta.uid() == 0 && mode == 0
    })
}

/// The file that is there as long as the stack of the build is mounted.
pub(super) fn mounted(root: &Root, id: &OverlayId) -> std::path::PathBuf {
    root.mounted().join(format!("build-{id}"))
}
