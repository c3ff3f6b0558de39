//! The specs of an instance on disk: the one that the next start takes, and a copy of the one that it was started with.

use std::io;
use std::os::fd::AsFd;

use super::{InstanceError, SPEC, STARTED};
use crate::beneath::{open_dir, open_file_beneath, read_bounded};
use crate::name::InstanceName;
use crate::root::Root;
use crate::spec::{self, SPEC_MAX, Spec, SpecError};

/// A spec, and the file that it was read from.
#[derive(Debug, Clone)]
pub struct StoredSpec {
    /// What the file says.
    pub spec: Spec,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The spec that the instance has.
///
/// # Errors
/// [`InstanceError::Missing`] when there is no instance, [`InstanceError::Spec`] when its spec is wrong.
pub fn load_spec(root: &Root, name: &InstanceName) -> Result<StoredSpec, InstanceError> {
    let path = root.instance(name).join(SPEC);
    let wrong = |source| InstanceError::Spec { file: path.display().to_string(), source };
    let bytes = match read(root, name, SPEC) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(InstanceError::Missing(name.clone())),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => return Err(wrong(SpecError::TooLong)),
        other => other.map_err(InstanceError::io("reading", &path))?,
    };
    Ok(StoredSpec { spec: spec::parse(&bytes).map_err(wrong)?.spec, bytes })
}

/// Whether a server that runs was started with another spec than this one; none when nothing tells with which. A spec
/// that is only written differently is the same.
#[must_use]
pub fn started_with_another(root: &Root, name: &InstanceName, now: &StoredSpec) -> Option<bool> {
    let started = read(root, name, STARTED).ok()?;
    Some(started != now.bytes && spec::parse(&started).map_or(true, |parsed| parsed.spec != now.spec))
}

fn read(root: &Root, name: &InstanceName, file: &str) -> io::Result<Vec<u8>> {
    let dir = open_dir(&root.instance(name))?;
    read_bounded(open_file_beneath(dir.as_fd(), file)?, SPEC_MAX)
}
