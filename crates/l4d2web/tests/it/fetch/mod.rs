//! What is fetched, and what never is.

mod downloads;
pub(crate) mod refusals;
mod steam_api;
