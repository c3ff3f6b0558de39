//! Counts how often an ordered failure has happened, in `$HOME` (the directory of the binary may be read-only).

use std::fs;

use crate::orders::{OrderedFailure, Orders};
use crate::place::Place;

/// Whether the order still stands. Counts it when it does.
pub(crate) fn still_fails(place: &Place, orders: &Orders, order: &OrderedFailure) -> bool {
    let Some(times) = order.times else { return true };
    let directory = place.home.join(".left4me-standin");
    let file = directory.join(format!("{}-{:016x}", order.key, orders.fingerprint));
    let so_far: u32 = fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    if so_far >= times {
        return false;
    }
    if let Err(error) = fs::create_dir_all(&directory).and_then(|()| fs::write(&file, format!("{}\n", so_far + 1))) {
        eprintln!("stand-in: {}: {error}", file.display());
    }
    true
}
