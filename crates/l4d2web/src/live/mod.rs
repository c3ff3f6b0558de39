//! What is pushed to open pages: the bus of changes, streams of them, the logs of servers, and what the host does by itself.

mod after;
mod bus;
mod fragment;
mod kind;
mod plain;
pub mod server_log;
pub mod sse;
pub mod streams;
pub mod watch;

pub use after::After;
pub use bus::{Bus, Change};
pub use fragment::{Fragment, event, html_digest, seen};
pub use kind::kind_of;
pub use plain::plain;
pub use server_log::ServerLogs;
pub use sse::{Live, open};
pub use streams::{Refused, Streams};
