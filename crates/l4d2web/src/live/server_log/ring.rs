//! The last lines of a log, and what of them follows a place. Pure.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Line, Place};

/// How many lines are kept: what a follower can miss without noticing.
pub(super) const KEPT: usize = 1000;

/// The last lines.
#[derive(Debug, Default)]
pub(super) struct Ring(VecDeque<Arc<Line>>);

impl Ring {
    /// Adds lines; the oldest go.
    pub(super) fn extend(&mut self, lines: &[Arc<Line>]) {
        self.0.extend(lines.iter().cloned());
        self.0.drain(..self.0.len().saturating_sub(KEPT));
    }

    /// Forgets all lines.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The last line.
    pub(super) fn newest(&self) -> Option<&Arc<Line>> {
        self.0.back()
    }

    /// The last `count` lines, the oldest first.
    pub(super) fn last(&self, count: usize) -> impl Iterator<Item = &Arc<Line>> {
        self.0.iter().skip(self.0.len().saturating_sub(count))
    }

    /// What follows a place; none when the place is not known (any more).
    pub(super) fn after(&self, place: Place) -> Option<impl Iterator<Item = &Arc<Line>>> {
        let at = self.0.iter().rposition(|line| line.place == place)?;
        Some(self.0.iter().skip(at + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(numbers: std::ops::Range<usize>) -> Vec<Arc<Line>> {
        let line =
            |number: usize| Line { place: Place::of(&number.to_string()), time_us: 0, html: number.to_string().into() };
        numbers.map(|number| Arc::new(line(number))).collect()
    }

    fn told<'l>(lines: impl Iterator<Item = &'l Arc<Line>>) -> Vec<String> {
        lines.map(|line| line.html.to_string()).collect()
    }

    #[test]
    fn what_follows_a_place() {
        let mut ring = Ring::default();
        ring.extend(&lines(0..5));
        assert_eq!(told(ring.after(Place::of("2")).unwrap()), ["3", "4"]);
        assert_eq!(told(ring.after(Place::of("4")).unwrap()), [""; 0]);
        assert!(ring.after(Place::of("9")).is_none());
        assert_eq!(told(ring.last(2)), ["3", "4"]);
        assert_eq!(told(ring.last(9)).len(), 5);
    }

    #[test]
    fn the_oldest_lines_go() {
        let mut ring = Ring::default();
        ring.extend(&lines(0..KEPT));
        ring.extend(&lines(KEPT..KEPT + 3));
        assert!(ring.after(Place::of("2")).is_none());
        assert_eq!(ring.after(Place::of("3")).unwrap().count(), KEPT - 1);
    }
}
