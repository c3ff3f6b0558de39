//! The file with the arguments of a game: read here, as root, and copied to where the game's unit binds it from.
//!
//! Were it bound from below the root directory, systemd would resolve a path there before each program of the unit. A link
//! that leads nowhere, put there while the server runs, would then keep the helper from unmounting.

use super::disk::Disk;
use super::error::{Result, StackError};
use super::target::Target;

/// Most bytes that the file may have.
const ARGUMENTS_MAX: u64 = 64 * 1024;

/// Reads the arguments of a server; a build has none.
///
/// # Errors
/// [`StackError::Data`] when the file is not a short list of arguments.
pub(super) fn read(disk: &Disk, target: &Target) -> Result<Option<Vec<u8>>> {
    let Some(path) = target.arguments() else { return Ok(None) };
    let arguments = disk.read(&path, ARGUMENTS_MAX)?;
    if arguments.last() != Some(&0) {
        return Err(StackError::data(path, "it must hold at least one argument, and each must end with a NUL"));
    }
    Ok(Some(arguments))
}
