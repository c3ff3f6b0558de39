//! What a monitor is told at `/metrics`, in the text format that Prometheus reads (`OpenMetrics`).
//!
//! What happens is counted as it happens ([`Counters`]); how things stand is asked for when somebody asks ([`Figures`]). Both are written by
//! [`render`]. Names follow the rules of Prometheus: base units (seconds, bytes), `_total` for what only grows.

mod counters;
mod figures;
mod render;

pub use counters::Counters;
pub use figures::{Figures, Played};
pub use render::{CONTENT_TYPE, render};
