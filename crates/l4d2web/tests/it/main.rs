//! Tests of the panel: in process through its router (no prefix), and in a browser or on a real host (`browser_`, `host_`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends by a panic")]

mod boundary;
mod client;
mod login;
mod panel;
mod stand_in;
