//! When a server is asked again that could not be asked. Pure.

use std::time::Duration;

use super::Unseen;

/// How long to wait at first, and at most.
const fn bounds(why: Unseen) -> (u64, u64) {
    match why {
        // A connection that is refused costs nothing, and whoever has just pressed Start waits for it.
        Unseen::NotYet | Unseen::Loading => (1, 5),
        Unseen::Closed => (1, 30),
        // It may be starting; or it has had its time already.
        Unseen::Stranger | Unseen::Silent => (1, 10),
        Unseen::Odd => (5, 60),
        // Each wrong password counts towards a ban of this machine.
        Unseen::Locked | Unseen::Unknown => (60, 900),
    }
}

/// Waits longer each time that the same goes wrong.
#[derive(Debug, Default)]
pub(super) struct Pace(Option<(Unseen, Duration)>);

impl Pace {
    /// How long to wait now.
    pub(super) fn pause(&mut self, why: Unseen) -> Duration {
        let (first, most) = bounds(why);
        let pause = match self.0 {
            Some((last, pause)) if last == why => (pause * 2).min(Duration::from_secs(most)),
            _ => Duration::from_secs(first),
        };
        self.0 = Some((why, pause));
        pause
    }

    /// It went well.
    pub(super) fn reset(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_bound_and_begin_anew() {
        let mut pace = Pace::default();
        let pauses = |pace: &mut Pace, why| (0..5).map(|_| pace.pause(why).as_secs()).collect::<Vec<_>>();
        assert_eq!(pauses(&mut pace, Unseen::Loading), [1, 2, 4, 5, 5]);
        assert_eq!(pauses(&mut pace, Unseen::Locked), [60, 120, 240, 480, 900]);
        pace.reset();
        assert_eq!(pace.pause(Unseen::Locked).as_secs(), 60);
    }
}
