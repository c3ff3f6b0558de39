//! The script of a build: read here, as root, and copied to where the build's unit binds it from, for the reason that
//! `arguments` has.

use super::disk::Disk;
use super::error::{Result, StackError};
use super::target::Target;

/// Most bytes that it may have.
const SCRIPT_MAX: u64 = 1024 * 1024;

/// Reads the script of an overlay's build; nothing else has one. What it says is for bash, in the unit.
///
/// # Errors
/// [`StackError::Data`] when it is not a regular file of text that bash takes.
pub(super) fn read(disk: &Disk, target: &Target) -> Result<Option<Vec<u8>>> {
    let Some(path) = target.script() else { return Ok(None) };
    let script = disk.read(&path, SCRIPT_MAX)?;
    if script.contains(&0) {
        return Err(StackError::data(path, "it must have no NUL in it"));
    }
    Ok(Some(script))
}
