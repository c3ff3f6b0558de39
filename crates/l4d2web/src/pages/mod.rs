//! The pages: for each a file with its handler and the struct that its template shows, below the area that it belongs to.
#![expect(clippy::missing_errors_doc, reason = "a handler's errors are the pages of PageError")]

pub mod admin;
mod answer;
mod attachment;
pub mod blueprints;
pub mod care;
#[cfg(debug_assertions)]
pub mod dev;
pub mod error;
pub mod fields;
mod health;
mod home;
pub mod jobs;
pub mod kit;
mod layout;
pub mod login;
mod logout;
mod metrics;
pub mod overlays;
mod people;
pub mod profile;
pub mod public;
pub mod servers;
pub mod setup;
mod theme;
mod toast;
mod tree;

pub use answer::{go, too_many};
pub use error::{PageError, not_found, wrong_method};
pub use health::health;
pub use home::home;
pub use layout::{Nav, Shell, ShellUser};
pub use logout::logout;
pub use metrics::metrics;
pub use theme::theme;
pub use toast::{Toast, refuse, went};

/// What a handler answers.
pub type PageResult<T = axum::response::Response> = Result<T, PageError>;
