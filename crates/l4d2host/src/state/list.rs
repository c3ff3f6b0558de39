//! Which servers there are.

use std::fs;
use std::io;

use serde::Serialize;

use super::StateError;
use crate::instance::load_spec;
use crate::name::InstanceName;
use crate::root::Root;
use crate::systemd::server_unit;

/// One server as its spec has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its port; none when its spec cannot be read.
    pub port: Option<u16>,
    /// Whether it starts at boot.
    pub enabled: bool,
    /// The references of its overlays, the one on top first.
    pub overlays: Vec<String>,
}

/// The names of all servers, sorted. Every directory below `instances/` with a valid name is one.
///
/// # Errors
/// [`StateError::Io`] when the directory cannot be listed.
pub fn names(root: &Root) -> Result<Vec<InstanceName>, StateError> {
    let dir = root.instances();
    let entries = match fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StateError::io("listing", &dir)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StateError::io("listing", &dir))?;
        let is_dir = entry.file_type().map_err(StateError::io("listing", &dir))?.is_dir();
        names.extend(entry.file_name().to_str().filter(|_| is_dir).and_then(|name| InstanceName::parse(name).ok()));
    }
    names.sort();
    Ok(names)
}

/// All servers, sorted by name. Asks no subprocess.
///
/// # Errors
/// [`StateError::Io`] when they cannot be listed.
pub fn list(root: &Root) -> Result<Vec<Listed>, StateError> {
    let listed = |name: InstanceName| {
        let spec = load_spec(root, &name).map(|stored| stored.spec).ok();
        Listed {
            enabled: is_enabled(root, &name),
            port: spec.as_ref().map(|spec| spec.port.get()),
            overlays: spec.map_or_else(Vec::new, |spec| {
                spec.overlays.iter().map(|entry| entry.reference.as_str().to_owned()).collect()
            }),
            name: name.as_str().to_owned(),
        }
    };
    Ok(names(root)?.into_iter().map(listed).collect())
}

/// Whether a server starts at boot.
pub(super) fn is_enabled(root: &Root, name: &InstanceName) -> bool {
    root.wants().join(server_unit(name)).symlink_metadata().is_ok()
}
