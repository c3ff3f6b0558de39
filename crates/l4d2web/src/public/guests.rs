use std::net::IpAddr;

use crate::account::{ByAddress, TooMany};
use crate::clock::Clock;

/// Pages that one address may open at once, and then one in so many seconds.
const PAGES: (u32, u64) = (60, 1);
/// Downloads and pieces of those: a browser that goes on after a cut asks anew.
const DOWNLOADS: (u32, u64) = (30, 10);

/// How often one address may ask for what is open to everybody.
#[derive(Debug)]
pub struct Guests {
    pages: ByAddress,
    downloads: ByAddress,
}

impl Guests {
    /// Nobody has asked yet.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self { pages: ByAddress::new(PAGES, clock), downloads: ByAddress::new(DOWNLOADS, clock) }
    }

    /// Counts a look at a page.
    ///
    /// # Errors
    ///
    /// When there were too many from that address.
    pub fn look(&self, address: IpAddr) -> Result<(), TooMany> {
        self.pages.count(address)
    }

    /// Counts a download, or a piece of one.
    ///
    /// # Errors
    ///
    /// When there were too many from that address.
    pub fn download(&self, address: IpAddr) -> Result<(), TooMany> {
        self.downloads.count(address)
    }
}
