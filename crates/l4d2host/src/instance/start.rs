//! `start`: pins what is published now (invariant I2), lays out the upper layer, and starts the unit.

use std::os::fd::AsFd;

use super::stage::stage;
use super::{ARGV, InstanceError, STARTED, StoredSpec, load_spec};
use crate::beneath::{open_dir, replace_file};
use crate::lock::Lock;
use crate::name::{InstanceName, Layer};
use crate::report::{line, step};
use crate::root::Root;
use crate::spec::render_argv;
use crate::systemd::{Systemd, is_down};
use crate::tree::{current, pins};

/// Starts a server, now and at each boot. One that runs (or waits for its automatic restart) is left as it is.
///
/// # Errors
/// [`InstanceError`]; run again, it takes up where it ended.
pub fn start(root: &Root, systemd: &impl Systemd, name: &InstanceName) -> Result<(), InstanceError> {
    let lock = Lock::instance(root, name)?;
    start_locked(root, systemd, name, &lock)
}

pub(super) fn start_locked(
    root: &Root,
    systemd: &impl Systemd,
    name: &InstanceName,
    lock: &Lock,
) -> Result<(), InstanceError> {
    let stored = load_spec(root, name)?;
    let state = systemd.state(name)?;
    if state == "deactivating" {
        return Err(InstanceError::Stopping(name.clone()));
    }
    if !is_down(&state) {
        line(&format!("server {name} is running already; `l4d2ctl restart {name}` applies what has changed"));
        return Ok(());
    }
    step("pinning the layers");
    let layers = pin(root, name, &stored)?;
    step("preparing the upper layer");
    stage(root, name, &stored.spec, &layers)?;
    step("starting the unit");
    systemd.enable(name, lock)?;
    Ok(())
}

/// Resolves the spec's overlays and the installation, and writes what they are now to the pins, the arguments to argv, and
/// a copy of the spec beside them. Returns the layers of the overlays.
fn pin(root: &Root, name: &InstanceName, stored: &StoredSpec) -> Result<Vec<Layer>, InstanceError> {
    let StoredSpec { spec, bytes } = stored;
    let dir = root.instance(name);
    let _trees = Lock::trees_shared(root)?;
    let mut layers = Vec::with_capacity(spec.overlays.len() + 1);
    for entry in &spec.overlays {
        layers.push(current::resolve(root, &entry.reference)?);
    }
    let overlays = layers.clone();
    layers.push(current::installation(root)?);
    let argv: String = render_argv(spec).iter().flat_map(|argument| [argument.as_str(), "\0"]).collect();
    let handle = open_dir(&dir).map_err(InstanceError::io("opening", &dir))?;
    replace_file(handle.as_fd(), ARGV, argv.as_bytes(), 0o644)
        .map_err(InstanceError::io("writing", &dir.join(ARGV)))?;
    replace_file(handle.as_fd(), STARTED, bytes, 0o600).map_err(InstanceError::io("writing", &dir.join(STARTED)))?;
    pins::save(&dir, &layers)?;
    Ok(overlays)
}
