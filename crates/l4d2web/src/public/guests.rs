use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::account::{ByAddress, TooMany, network};
use crate::clock::Clock;

/// Pages that one address may open at once, and then one in so many seconds.
const PAGES: (u32, u64) = (60, 1);
/// Downloads and pieces of those: a browser that goes on after a cut asks anew.
const DOWNLOADS: (u32, u64) = (30, 10);

/// Downloads that one address may have open.
const AT_ONCE: usize = 2;

/// How often one address may ask for what is open to everybody.
#[derive(Debug)]
pub struct Guests {
    pages: ByAddress,
    downloads: ByAddress,
    /// How many downloads each address has open.
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// The right to one download, until this is dropped.
#[derive(Debug)]
pub struct Visit {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    network: IpAddr,
}

impl Guests {
    /// Nobody has asked yet.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self { pages: ByAddress::new(PAGES, clock), downloads: ByAddress::new(DOWNLOADS, clock), open: Arc::default() }
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

    /// Lets an address download, beside what it downloads already; none when that is as much as one may at once.
    #[must_use]
    pub fn admit(&self, address: IpAddr) -> Option<Visit> {
        let network = network(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.entry(network).or_default();
        if *own >= AT_ONCE {
            return None;
        }
        *own += 1;
        Some(Visit { open: Arc::clone(&self.open), network })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.network) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.network);
            }
        }
    }
}
