//! `restart`: stop and start under one lock, on what is published now.

use super::start::start_locked;
use super::stop::stop_locked;
use super::{InstanceError, load_spec};
use crate::lock::Lock;
use crate::name::InstanceName;
use crate::root::Root;
use crate::systemd::Systemd;
use crate::tree::gc;

/// Restarts a server; one that is down is started.
///
/// # Errors
/// [`InstanceError`]; a spec that cannot be read is found before anything stops.
pub fn restart(root: &Root, systemd: &impl Systemd, name: &InstanceName) -> Result<(), InstanceError> {
    let lock = Lock::instance(root, name)?;
    load_spec(root, name)?;
    stop_locked(root, systemd, name, &lock)?;
    start_locked(root, systemd, name, &lock)?;
    drop(lock);
    gc::attempt(root, systemd);
    Ok(())
}
