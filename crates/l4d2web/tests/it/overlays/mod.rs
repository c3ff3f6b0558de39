//! Overlays: their pages, what is refused, and builds.

mod directories;
mod files;
