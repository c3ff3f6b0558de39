//! `reset`: back to what `initialize` left.

use std::os::fd::AsFd;
use std::path::Path;

use super::stop::stop_locked;
use super::{ARGV, InstanceError, STARTED};
use crate::beneath::{open_dir, remove_tree};
use crate::lock::Lock;
use crate::name::InstanceName;
use crate::report::step;
use crate::root::Root;
use crate::systemd::Systemd;
use crate::tree::gc;

/// Stops a server and removes all that it wrote; its spec stays. One that does not exist has nothing to remove.
///
/// # Errors
/// [`InstanceError`]; run again, it takes up where it ended.
pub fn reset(root: &Root, systemd: &impl Systemd, name: &InstanceName) -> Result<(), InstanceError> {
    let lock = Lock::instance(root, name)?;
    stop_locked(root, systemd, name, &lock)?;
    remove_runtime(root, name)?;
    for left in [ARGV, STARTED] {
        remove_below(&root.instance(name), left)?;
    }
    drop(lock);
    gc::attempt(root, systemd);
    Ok(())
}

pub(super) fn remove_runtime(root: &Root, name: &InstanceName) -> Result<(), InstanceError> {
    step("removing what the server wrote");
    remove_below(&root.path().join("runtime"), name.as_str())
}

/// Removes `name` in `dir`; when either is missing there is nothing to do.
pub(super) fn remove_below(dir: &Path, name: &str) -> Result<(), InstanceError> {
    let handle = match open_dir(dir) {
        Ok(handle) => handle,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(InstanceError::io("opening", dir)(error)),
    };
    remove_tree(handle.as_fd(), name).map_err(InstanceError::io("removing", &dir.join(name)))?;
    rustix::fs::fsync(&handle).map_err(InstanceError::io("syncing", dir))
}
