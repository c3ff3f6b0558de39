//! What a server shows to everybody, when those who manage it wish that: its page, and the files that players need to join.
//!
//! Strangers read it, so that everything here is bounded: what is asked of the host is kept for a while and asked for once for all
//! ([`Offers`]), each address has a pace ([`Guests`]), and all downloads together go no faster than is good for the games ([`Pace`]).

mod guests;
mod offer;
mod offers;
mod opening;
mod pace;
mod range;

pub use guests::{Guests, Visit};
pub use offer::{Item, Offer, Vpk};
pub use offers::{ADDONS, OfferError, Offers};
pub use opening::Opening;
pub use pace::Pace;
pub use range::{Part, part};

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::host::Host;

/// What all pages for everybody share.
#[derive(Debug)]
pub struct Public {
    /// How often addresses may ask.
    pub guests: Guests,
    /// What servers offer.
    pub offers: Offers,
    /// How fast it goes.
    pub pace: Pace,
}

impl Public {
    /// Nobody has asked for anything yet.
    #[must_use]
    pub fn new(config: &Config, db: &Db, host: &Host, clock: &Clock) -> Self {
        Self {
            guests: Guests::new(clock),
            offers: Offers::new(db.clone(), host.clone()),
            pace: Pace::new(config.public_rate),
        }
    }
}
