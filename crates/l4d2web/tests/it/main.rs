//! Tests of the panel: in process through its router (no prefix), and in a browser or on a real host (`browser_`, `host_`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends by a panic")]

mod access;
mod boundary;
mod cast;
mod client;
mod csrf;
mod login;
mod markup;
mod panel;
mod profile;
mod secrets;
mod sessions;
mod setup;
mod stand_in;
mod users;
mod users_cli;
