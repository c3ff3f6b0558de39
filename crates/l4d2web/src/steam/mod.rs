//! The Steam Web API: what items of the Workshop are, what is in collections, and what people paste to name either; and, for who has a key, what
//! players are called.
//!
//! What Steam says is read leniently (numbers come as numbers or as text) and trusted in nothing: the addresses that it
//! names are fetched by [`crate::fetch`], which judges them.

mod app;
mod client;
mod collections;
mod details;
mod error;
mod item_id;
mod number;
mod paste;
mod people;

pub use app::{L4D2, app_name};
pub use client::Steam;
pub use collections::Expanded;
pub use details::{Item, Word};
pub use error::SteamError;
pub use item_id::ItemId;
pub use paste::{PasteError, Pasted, parse_paste};
pub use people::Person;
