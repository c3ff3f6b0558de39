//! The files that a server or an overlay has, read from the layers and never through a mount (invariant I3).
//!
//! The merge follows overlayfs: the layer on top wins, directories are merged, a whiteout or a file hides what is below
//! it, an opaque directory hides the layers below it. A path is walked by descriptor, one name at a time, in every layer
//! at once; a symbolic link is shown, and never followed.

mod cat;
mod error;
mod list;
mod listing;
mod path;
mod stack;
mod walk;

pub use cat::cat;
pub use error::FilesError;
pub use list::list;
pub use listing::{FileEntry, Kind, LayerInfo, Listing, Page};
pub use path::FilePath;
pub use stack::Stack;

/// The name under which a server's own layer is shown.
pub const UPPER: &str = "upper";
