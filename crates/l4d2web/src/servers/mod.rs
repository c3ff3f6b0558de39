//! Servers as people see them: what one is doing, what can be done with it, and what a start of it is made of. Pure; rows come from
//! `db`, words that all pages share from `pages::kit`.

mod crash;
pub mod spec;
pub mod view;

pub use crash::crash;
