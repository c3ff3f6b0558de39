//! Pages that only `l4d2web dev` has: for those who work on the panel.

pub mod kit;
