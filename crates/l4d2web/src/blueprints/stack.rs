use std::collections::HashSet;

use crate::id::OverlayId;

/// The overlays of a blueprint as its form holds them, the one on top first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stack(pub Vec<Place>);

/// A place in a [`Stack`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which overlay.
    pub overlay: OverlayId,
    /// Whether its `server.cfg` is run.
    pub expose: bool,
}

/// What a button of the form does to the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// One place up.
    Up(OverlayId),
    /// One place down.
    Down(OverlayId),
    /// Out.
    Drop(OverlayId),
    /// In, on top.
    Add(OverlayId),
}

impl Move {
    /// Reads `12:up` or `12:down`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, way) = text.split_once(':')?;
        let id = OverlayId(id.parse().ok()?);
        match way {
            "up" => Some(Self::Up(id)),
            "down" => Some(Self::Down(id)),
            _ => None,
        }
    }
}

impl Stack {
    /// From the fields of the form: overlays in their order, and those whose cfg is run. What stands twice counts once.
    #[must_use]
    pub fn of(overlays: &[OverlayId], exposed: &[OverlayId]) -> Self {
        let exposed: HashSet<_> = exposed.iter().collect();
        let mut seen = HashSet::new();
        let once = overlays.iter().filter(|overlay| seen.insert(**overlay));
        Self(once.map(|overlay| Place { overlay: *overlay, expose: exposed.contains(overlay) }).collect())
    }

    /// Whether an overlay is in it.
    #[must_use]
    pub fn has(&self, overlay: OverlayId) -> bool {
        self.0.iter().any(|place| place.overlay == overlay)
    }

    /// Does what a button says; what cannot be done changes nothing.
    pub fn apply(&mut self, step: Move) {
        let at = |stack: &Self, overlay| stack.0.iter().position(|place| place.overlay == overlay);
        match step {
            Move::Up(overlay) => {
                if let Some(place) = at(self, overlay).filter(|place| *place > 0) {
                    self.0.swap(place, place - 1);
                }
            }
            Move::Down(overlay) => {
                if let Some(place) = at(self, overlay).filter(|place| place + 1 < self.0.len()) {
                    self.0.swap(place, place + 1);
                }
            }
            Move::Drop(overlay) => self.0.retain(|place| place.overlay != overlay),
            Move::Add(overlay) => {
                if !self.has(overlay) {
                    self.0.insert(0, Place { overlay, expose: false });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Move::parse("2:up"), "2 1 3")]
    #[case(Move::parse("1:up"), "1 2 3")]
    #[case(Move::parse("1:down"), "2 1 3")]
    #[case(Move::parse("3:down"), "1 2 3")]
    #[case(Move::parse("9:down"), "1 2 3")]
    #[case(Some(Move::Drop(OverlayId(2))), "1 3")]
    #[case(Some(Move::Add(OverlayId(4))), "4 1 2 3")]
    #[case(Some(Move::Add(OverlayId(3))), "1 2 3")]
    fn buttons_change_the_order(#[case] step: Option<Move>, #[case] expected: &str) {
        let mut stack = Stack::of(&[1, 2, 3, 2].map(OverlayId), &[OverlayId(3)]);
        stack.apply(step.unwrap());
        let order: Vec<_> = stack.0.iter().map(|place| place.overlay.to_string()).collect();
        assert_eq!(order.join(" "), expected);
        assert!(stack.0.iter().all(|place| place.expose == (place.overlay == OverlayId(3))));
    }

    #[rstest]
    #[case("2")]
    #[case("x:up")]
    #[case("2:left")]
    fn nonsense_is_no_move(#[case] text: &str) {
        assert_eq!(Move::parse(text), None);
    }
}
