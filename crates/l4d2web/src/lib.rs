//! The web panel of left4me: who may do what, what a server is made of, and the queue of work for the host.
//!
//! It decides; the host does. Everything on the host is reached through the command `l4d2ctl` (argv, exit codes, JSON and streams), never by
//! linking its library. State is one SQLite database.

pub mod account;
pub mod archive;
pub mod assets;
pub mod blueprints;
pub mod care;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod db;
#[cfg(debug_assertions)]
pub mod dev;
pub mod fetch;
pub mod files;
pub mod game;
pub mod host;
pub mod id;
pub mod live;
pub mod logging;
pub mod machine;
pub mod maps;
pub mod metrics;
pub mod overlays;
pub mod pages;
pub mod play;
pub mod public;
pub mod queue;
pub mod rights;
pub mod routes;
mod sentence;
pub mod serve;
pub mod servers;
pub mod state;
pub mod steam;
pub mod vpk;
pub mod workshop;

pub(crate) use sentence::sentence;
