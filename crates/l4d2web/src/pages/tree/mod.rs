//! A tree of files that the host lists, of a server or of an overlay: folders open in place, files are downloaded. Read only. What is read are
//! layers, by `l4d2ctl`, and never a mount.

mod branch;
mod download;
mod listing;
mod path;
mod refused;

pub(super) use branch::{Branch, PAGE};
pub(super) use download::download;
pub(super) use listing::{Place, way};
pub(super) use path::TreePath;
pub(super) use refused::refused;
