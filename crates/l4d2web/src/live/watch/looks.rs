//! When to look again at servers that are between two states. Pure.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::id::ServerId;

/// When the first look is, and how far apart looks are at most.
const APART: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));
/// How many there are before it is left to the poll.
const MOST: u32 = 60;

/// The looks to come.
#[derive(Debug, Default)]
pub(super) struct Looks(HashMap<ServerId, Look>);

#[derive(Debug, Clone, Copy)]
struct Look {
    at: Instant,
    number: u32,
}

impl Looks {
    /// Notes that a server was seen, and whether it is between two states.
    pub(super) fn seen(&mut self, server: ServerId, moving: bool, now: Instant) {
        if !moving {
            self.0.remove(&server);
            return;
        }
        let look = self.0.entry(server).or_insert(Look { at: now, number: 0 });
        if look.at <= now && look.number < MOST {
            look.at = now + (APART.0 * 2_u32.pow(look.number.min(8))).min(APART.1);
            look.number += 1;
        }
    }

    /// When the next is.
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.values().filter(|look| look.number < MOST).map(|look| look.at).min()
    }

    /// Which servers are to be looked at now. Those are not due again before they were seen.
    pub(super) fn due(&mut self, now: Instant) -> Vec<ServerId> {
        let mut due = Vec::new();
        for (server, look) in self.0.iter_mut().filter(|(_, look)| look.at <= now && look.number < MOST) {
            due.push(*server);
            // Whoever is not seen although it was asked for is asked for again.
            look.at = now + APART.1;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_looked_at_until_it_stands() {
        let (mut looks, server) = (Looks::default(), ServerId(7));
        let mut now = Instant::now();
        let begun = now;
        looks.seen(server, true, now);
        let mut times = Vec::new();
        for _ in 0..6 {
            now = looks.next().unwrap();
            times.push((now - begun).as_millis());
            assert_eq!(looks.due(now), [server]);
            assert!(looks.due(now).is_empty());
            looks.seen(server, true, now + APART.1);
            now += APART.1;
        }
        assert_eq!(times[0], 250);
        looks.seen(server, false, now);
        assert_eq!(looks.next(), None);
    }

    #[test]
    fn a_server_that_never_stands_is_left_to_the_poll() {
        let (mut looks, server) = (Looks::default(), ServerId(7));
        let mut now = Instant::now();
        for _ in 0..MOST {
            looks.seen(server, true, now);
            now += APART.1;
        }
        looks.seen(server, true, now);
        assert_eq!(looks.next(), None);
        assert!(looks.due(now + APART.1).is_empty());
    }
}
