//! What the panel fetches from the internet: files and answers that people's links lead to, and so never from this machine or its network.
//!
//! * https on port 443, at public addresses only. Names are resolved here, every answer is judged ([`is_public`]), and a connection is made
//!   to a judged address or not at all, so that a name cannot lead elsewhere between the look and the call. Redirects are followed by hand,
//!   five at most, and each hop is judged like the first. No proxy is taken from the environment.
//! * One exception: the [`Origin`]s that the operator has named, exactly by scheme, host and port. What has left them does not come back.
//! * Everything is bounded: time to connect, silence, pace, size, redirects, tries. A cut download goes on where it was
//!   ([`Fetcher::download`]), when the server says that the file is still the same.
//!
//! What is fetched, and whether it is what it should be, is the caller's.

mod address;
mod client;
mod download;
mod error;
mod hop;
mod limits;
mod origin;
mod part;
pub mod picture;
mod range;
mod resolve;
mod said;
mod small;
mod version;

pub use address::is_public;
pub use client::{Fetcher, Request, use_ring};
pub use download::{Download, Downloaded};
pub use error::FetchError;
pub use limits::Limits;
pub use origin::Origin;
pub use part::Part;
pub use resolve::{Lookup, Lookups, SystemLookup};
pub use said::Said;
