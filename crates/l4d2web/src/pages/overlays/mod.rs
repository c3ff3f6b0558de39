//! Overlays: the list, the page of each, and what can be done with one. Around what a kind of overlay is made of stands the same page; what is
//! its own is a module of its own, and [`panel`] knows them all.

mod act;
mod create;
mod delete;
mod directory;
mod events;
pub mod files;
mod list;
mod list_events;
mod log;
pub mod maps;
mod panel;
mod parts;
mod rename;
pub mod script;
mod show;
mod tree;
mod used;
pub mod workshop;

pub use act::build;
pub use create::create;
pub use delete::delete;
pub use events::events;
pub use list::list;
pub use list_events::list_events;
pub use rename::rename;
pub use show::show;
pub use tree::{download, files as show_files};
