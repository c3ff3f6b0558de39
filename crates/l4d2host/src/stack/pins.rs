//! The pins file: which layers a stack has, written by an unprivileged user and therefore read with care.

use super::disk::Disk;
use super::error::{Result, StackError};
use super::target::Target;
use crate::name::{Layer, parse_layers};

/// Most bytes that a pins file may have.
const PINS_MAX: u64 = 64 * 1024;

/// Reads the layers of a stack, top first. Only a build may have none.
///
/// # Errors
/// [`StackError::Data`] or [`StackError::Layers`] when the file is not a short text of layers.
pub(super) fn read(disk: &Disk, target: &Target) -> Result<Vec<Layer>> {
    let path = target.pins();
    let text = disk.read(&path, PINS_MAX)?;
    let text = String::from_utf8(text).map_err(|_| StackError::data(&path, "it must be UTF-8 text"))?;
    let layers = parse_layers(&text).map_err(|source| StackError::Layers { path: path.clone(), source })?;
    if layers.is_empty() && matches!(target, Target::Server(_)) {
        return Err(StackError::data(path, "it must name at least one layer"));
    }
    Ok(layers)
}
