//! `initialize`: checks a spec and keeps it. What runs is not touched.

use std::fs;
use std::os::fd::AsFd;

use super::{InstanceError, SPEC, survey};
use crate::beneath::{open_dir, replace_file};
use crate::lock::Lock;
use crate::name::{InstanceName, Layer};
use crate::report::step;
use crate::root::Root;
use crate::spec::{self, Spec};
use crate::tree::current::resolve;

/// Checks the spec and stores it as the instance's; makes the instance when there is none. `file` names the spec in
/// messages. Returns warnings.
///
/// # Errors
/// [`InstanceError`]; nothing on disk has changed when the spec is at fault.
pub fn initialize(root: &Root, name: &InstanceName, file: &str, bytes: &[u8]) -> Result<Vec<String>, InstanceError> {
    step("checking the spec");
    let parsed = spec::parse(bytes).map_err(|source| InstanceError::Spec { file: file.to_owned(), source })?;
    let mut warnings = parsed.warnings;
    {
        let _trees = Lock::trees_shared(root)?;
        warnings.extend(check_overlays(root, &parsed.spec)?);
    }
    let _lock = Lock::instance(root, name)?;
    step("writing the spec");
    let dir = root.instance(name);
    fs::create_dir_all(&dir).map_err(InstanceError::io("making", &dir))?;
    let handle = open_dir(&dir).map_err(InstanceError::io("opening", &dir))?;
    replace_file(handle.as_fd(), SPEC, bytes, 0o600).map_err(InstanceError::io("writing", &dir.join(SPEC)))?;
    for parent in [root.instances(), root.path().to_owned()] {
        let handle = open_dir(&parent).map_err(InstanceError::io("opening", &parent))?;
        rustix::fs::fsync(&handle).map_err(InstanceError::io("syncing", &parent))?;
    }
    Ok(warnings)
}

/// Every overlay is there, and a server can work with every file of it. Returns warnings.
fn check_overlays(root: &Root, spec: &Spec) -> Result<Vec<String>, InstanceError> {
    let mut warnings = Vec::new();
    for entry in &spec.overlays {
        let Layer::Plain(reference) = resolve(root, &entry.reference)? else { continue };
        let owners = survey(root, &reference)?;
        if let Some(foreign) = owners.foreign {
            return Err(foreign);
        }
        warnings.extend(owners.roots_directory.map(|path| {
            format!(
                "overlay {reference}: directory {} belongs to root; what a server writes below it cannot be removed by reset or delete: chown -R left4me:left4me it when servers write there",
                path.display()
            )
        }));
    }
    Ok(warnings)
}
