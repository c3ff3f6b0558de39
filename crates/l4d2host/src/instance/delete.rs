//! `delete`: nothing of the server stays.

use super::InstanceError;
use super::reset::{remove_below, remove_runtime};
use super::stop::stop_locked;
use crate::lock::Lock;
use crate::name::InstanceName;
use crate::report::{line, step};
use crate::root::Root;
use crate::systemd::{Systemd, server_unit};
use crate::tree::gc;

/// Stops a server and removes it. One that does not exist is no error.
///
/// # Errors
/// [`InstanceError`]; run again, it takes up where it ended.
pub fn delete(root: &Root, systemd: &impl Systemd, name: &InstanceName) -> Result<(), InstanceError> {
    let lock = Lock::instance(root, name)?;
    let enabled = root.wants().join(server_unit(name));
    let known = [root.instance(name), root.runtime(name), enabled].iter().any(|path| path.symlink_metadata().is_ok())
        || !systemd.is_down(name)?;
    if !known {
        line(&format!("server {name} does not exist: nothing to delete"));
        return Ok(());
    }
    stop_locked(root, systemd, name, &lock)?;
    remove_runtime(root, name)?;
    step("removing the spec");
    remove_below(&root.instances(), name.as_str())?;
    drop(lock);
    gc::attempt(root, systemd);
    Ok(())
}
