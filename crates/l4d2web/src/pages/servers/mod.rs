//! Servers: the list, and the page of each.

pub mod card;
pub mod list;
