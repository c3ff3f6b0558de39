//! A real browser (Debian's Chromium, without a window) and a real panel for it. Both end with the test, however that ends.

#![expect(clippy::disallowed_methods, reason = "a test starts programs as a person would")]

mod chrome;
mod hand;
mod judge;
mod site;
mod stock;

pub(crate) use chrome::{Chrome, Theme};
pub(crate) use judge::{Judge, VIEWS};
pub(crate) use site::{PASSWORD, Site};

use std::path::PathBuf;

/// The directory that cargo builds into.
pub(crate) fn target() -> PathBuf {
    // target/debug/deps/it-…
    std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned()
}
