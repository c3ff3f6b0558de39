//! Jobs: the list, the page of each with its log, and what can be done with one.

mod cancel;
mod download;
mod events;
mod line;
mod lines;
mod list;
mod of_server;
mod parts;
mod rendered;
mod retry;
mod row;
mod show;
mod words;

pub use cancel::cancel;
pub use download::download;
pub use events::events;
pub use lines::lines;
pub use list::list;
pub use of_server::{newest, of_server};
pub use rendered::RenderedLines;
pub use retry::retry;
pub use row::{rows, waiting_words, waits};
pub(in crate::pages) use show::log_end;
pub use show::{LogEnds, show};
pub use words::title;
