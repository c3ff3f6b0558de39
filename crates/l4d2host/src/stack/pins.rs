//! The pins file: which layers a stack has, written by an unprivileged user and therefore read with care.

use super::disk::Disk;
use super::error::{Result, StackError};
use super::target::Target;
use crate::name::{Layer, parse_layers};
use rustix::fs::{FileType, fstat};
use std::fs::File;
use std::io::Read;

/// Most bytes that a pins file may have.
const PINS_MAX: u64 = 64 * 1024;

/// Reads the layers of a stack, top first. Only a build may have none.
///
/// # Errors
/// [`StackError::Data`] or [`StackError::Layers`] when the file is not a short text of layers.
pub(super) fn read(disk: &Disk, target: &Target) -> Result<Vec<Layer>> {
    let path = target.pins();
    let file = disk.open_file(&path)?;
    let stat = fstat(&file).map_err(StackError::system(format!("look at {path}")))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(StackError::data(path, "it must be a regular file"));
    }
    // What is wrong with a file is quoted in the message, so a file of somebody else (a hard link) is not even read.
    if stat.st_uid != disk.uid {
        return Err(StackError::data(path, "it must belong to the owner of the root directory"));
    }
    let mut text = Vec::new();
    File::from(file).take(PINS_MAX + 1).read_to_end(&mut text).map_err(StackError::io(format!("read {path}")))?;
    if text.len() as u64 > PINS_MAX {
        return Err(StackError::data(path, format!("it must have at most {PINS_MAX} bytes")));
    }
    let text = String::from_utf8(text).map_err(|_| StackError::data(&path, "it must be UTF-8 text"))?;
    let layers = parse_layers(&text).map_err(|source| StackError::Layers { path: path.clone(), source })?;
    if layers.is_empty() && matches!(target, Target::Server(_)) {
        return Err(StackError::data(path, "it must name at least one layer"));
    }
    Ok(layers)
}
