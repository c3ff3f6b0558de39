//! Tests of the panel: in process through its router (no prefix), and in a browser or on a real host (`browser_`, `host_`).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends by a panic")]

mod access;
mod admin;
mod backup;
mod blueprints;
mod boundary;
mod browser;
mod browser_flows;
mod browser_kit;
mod browser_pages;
mod cast;
mod client;
mod contrast;
mod csrf;
mod fetch;
mod files_tab;
mod health;
mod host_panel;
mod jobs;
mod kernel_fetch;
mod login;
mod markup;
mod migrations;
mod overlays;
mod panel;
mod profile;
mod program;
mod queue;
mod script_examples;
mod secrets;
mod serve;
mod server_log;
mod servers;
mod sessions;
mod setup;
mod sse;
mod stand_in;
mod steam;
#[path = "../../examples/steam/stand_in/mod.rs"]
mod steam_stand_in;
mod streams;
mod users;
mod users_cli;
mod vpk;
mod watch;
mod working;
