//! The Log tab of a server: its last lines, those before them, and all of them as a file.

mod download;
mod older;
mod show;

pub use download::download;
pub use older::older;
pub use show::show;
