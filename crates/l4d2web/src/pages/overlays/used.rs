//! Which blueprints use an overlay, for one reader.

use crate::db::overlays::Use;
use crate::id::{BlueprintId, OverlayId, UserId};
use crate::pages::kit::count;

/// The blueprints that use an overlay: the reader's by name, others counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct UsedBy {
    /// The reader's own, and those that are shared.
    pub(super) known: Vec<(BlueprintId, String)>,
    /// How many others.
    pub(super) others: usize,
}

impl UsedBy {
    /// Those of `uses` that use `overlay`.
    pub(super) fn of(uses: &[Use], overlay: OverlayId, me: UserId) -> Self {
        let (known, others): (Vec<_>, Vec<_>) = uses
            .iter()
            .filter(|usage| usage.overlay_id == overlay)
            .partition(|usage| usage.owner_id == me || usage.shared);
        let known = known.into_iter().map(|usage| (usage.blueprint_id, usage.blueprint.clone())).collect();
        Self { known, others: others.len() }
    }

    /// Whether none does.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty() && self.others == 0
    }

    /// `2 blueprints of others`; empty when there are none.
    pub(super) fn others_words(&self) -> String {
        match self.others {
            0 => String::new(),
            others => count(others, "blueprint of somebody else", "blueprints of others"),
        }
    }

    /// `“Versus”, “Practice”, 2 blueprints of others`; `no blueprint`.
    pub(super) fn words(&self) -> String {
        let mut words: Vec<String> = self.known.iter().map(|(_, name)| format!("“{name}”")).collect();
        words.extend(Some(self.others_words()).filter(|others| !others.is_empty()));
        if words.is_empty() { "no blueprint".to_owned() } else { words.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_and_shared_are_named_and_others_counted() {
        let usage = |id, name: &str, owner, shared| Use {
            overlay_id: OverlayId(1),
            blueprint_id: BlueprintId(id),
            blueprint: name.to_owned(),
            owner_id: UserId(owner),
            shared,
        };
        let mut uses = vec![usage(1, "Versus", 1, false), usage(2, "Shared", 2, true), usage(3, "Secret", 2, false)];
        let by = UsedBy::of(&uses, OverlayId(1), UserId(1));
        assert_eq!(by.words(), "“Versus”, “Shared”, 1 blueprint of somebody else");
        uses.push(usage(4, "Secret too", 3, false));
        assert!(UsedBy::of(&uses, OverlayId(1), UserId(1)).words().ends_with("2 blueprints of others"));
        assert!(UsedBy::of(&uses, OverlayId(2), UserId(1)).is_empty());
        assert_eq!(UsedBy::default().words(), "no blueprint");
    }
}
