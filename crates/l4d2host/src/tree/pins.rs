//! Files that hold a tree: the pins of an instance, the base of a build, the layers of a mounted stack.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use super::TreeError;
use crate::beneath::{open_dir, read_bounded, replace_file};
use crate::name::{Layer, NameError, parse_layers, render_layers};

/// Longest pins file: 500 layers of the longest references fit.
pub const PINS_MAX: u64 = 64 * 1024;

/// The file's name in an instance's and in a build's directory.
pub const PINS: &str = "pins";

/// Reads a list of layers; none when there is no file.
///
/// # Errors
/// [`TreeError::Unreadable`] when it cannot be read, [`TreeError::Pins`] when it is not a list of layers.
pub fn load(path: &Path) -> Result<Option<Vec<Layer>>, TreeError> {
    let unreadable = |source| TreeError::Unreadable { path: path.to_owned(), source };
    let file = match rustix::fs::open(
        path,
        rustix::fs::OFlags::RDONLY
            | rustix::fs::OFlags::NOFOLLOW
            | rustix::fs::OFlags::NONBLOCK
            | rustix::fs::OFlags::CLOEXEC,
        rustix::fs::Mode::empty(),
    ) {
        Ok(file) => File::from(file),
        Err(rustix::io::Errno::NOENT) => return Ok(None),
        Err(error) => return Err(unreadable(error.into())),
    };
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(unreadable(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")));
    }
    let bytes = read_bounded(file, PINS_MAX).map_err(unreadable)?;
    let pins = |source| TreeError::Pins { path: path.to_owned(), source };
    let text = String::from_utf8(bytes).map_err(|_| pins(NameError::Layer { line: "not UTF-8".to_owned() }))?;
    parse_layers(&text).map(Some).map_err(pins)
}

/// Writes a list of layers into `dir` as `pins`, synced.
///
/// # Errors
/// [`TreeError::Io`] when it cannot be written.
pub fn save(dir: &Path, layers: &[Layer]) -> Result<(), TreeError> {
    let path = dir.join(PINS);
    let handle = open_dir(dir).map_err(TreeError::io("opening", dir))?;
    replace_file(handle.as_fd(), PINS, render_layers(layers).as_bytes(), 0o644).map_err(TreeError::io("writing", &path))
}
