//! Names that come from outside, parsed once at the edge: instances, builds, overlays, layers and pins.
//!
//! A parser is pure. What a name points at on disk is `root`'s and `tree`'s business.

mod build;
mod error;
mod layer;
mod overlay_ref;
mod pins;
mod plain;
mod tree;

pub use build::BuildName;
pub use error::NameError;
pub use layer::Layer;
pub use overlay_ref::OverlayRef;
pub use pins::{LAYERS_MAX, parse_layers, render_layers};
pub use plain::{InstanceName, NAME_MAX, OverlayId};
pub use tree::{TreeId, tree_directory};

/// The build name under which the game itself is installed; no instance or overlay may use it.
pub const INSTALLATION: &str = "installation";
