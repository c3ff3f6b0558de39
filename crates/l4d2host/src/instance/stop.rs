//! `stop`: takes the unit down, for the next boots too, and lets go of the trees.

use std::os::fd::AsFd;

use rustix::fs::fsync;

use super::InstanceError;
use crate::beneath::{open_dir, remove_tree};
use crate::lock::Lock;
use crate::name::InstanceName;
use crate::report::step;
use crate::root::Root;
use crate::systemd::Systemd;
use crate::tree::{gc, pins};

/// Stops a server.
///
/// # Errors
/// [`InstanceError`]; run again, it takes up where it ended.
pub fn stop(root: &Root, systemd: &impl Systemd, name: &InstanceName) -> Result<(), InstanceError> {
    let lock = Lock::instance(root, name)?;
    if !root.instance(name).is_dir() {
        return Err(InstanceError::Missing(name.clone()));
    }
    stop_locked(root, systemd, name, &lock)?;
    drop(lock);
    gc::attempt(root, systemd);
    Ok(())
}

pub(super) fn stop_locked(
    root: &Root,
    systemd: &impl Systemd,
    name: &InstanceName,
    lock: &Lock,
) -> Result<(), InstanceError> {
    step("stopping the unit");
    systemd.disable(name, lock)?;
    step("letting go of the layers");
    let dir = root.instance(name);
    match open_dir(&dir) {
        Ok(handle) => {
            remove_tree(handle.as_fd(), pins::PINS).map_err(InstanceError::io("removing", &dir.join(pins::PINS)))?;
            fsync(&handle).map_err(InstanceError::io("syncing", &dir))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(InstanceError::io("opening", &dir)(error)),
    }
}
