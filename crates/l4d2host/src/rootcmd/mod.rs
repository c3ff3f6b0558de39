//! The small programs that systemd and sudo run: how each is called, and what it executes.
//!
//! They trust nothing they are given: the environment is cleared first, arguments are parsed into names, and
//! whatever a program is not told it does not accept.

mod call;
pub mod exec;
pub mod journalctl;
pub mod overlay;
mod program;
mod steamclient;
mod steamcmd;
pub mod systemctl;
mod watch;

pub use call::{Call, CallError, run};
