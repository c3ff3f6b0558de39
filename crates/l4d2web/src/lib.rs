//! The web panel of left4me: it decides what shall run; `l4d2ctl` does it.

pub mod host;
pub mod id;
