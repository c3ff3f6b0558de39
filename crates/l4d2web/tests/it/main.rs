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
mod health;
mod jobs;
mod login;
mod migrations;
mod overlays;
mod panel;
mod program;
mod queue;
mod serve;
mod servers;
mod stand_in;
mod watch;
