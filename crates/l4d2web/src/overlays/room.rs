use crate::pages::kit::size;

/// How much of the space for overlays somebody has used, and may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// What their published overlays hold, in bytes.
    pub used: u64,
    /// What they may hold together; none: no limit.
    pub max: Option<u64>,
}

impl Room {
    /// What is left; none: no limit.
    #[must_use]
    pub fn left(self) -> Option<u64> {
        self.max.map(|max| max.saturating_sub(self.used))
    }

    /// What an overlay may hold that holds `present` now: that and what is left.
    ///
    /// # Errors
    ///
    /// The sentence that refuses it, when nothing may be built at all.
    pub fn for_one(self, present: u64) -> Result<Option<u64>, String> {
        let Some(max) = self.max else { return Ok(None) };
        let others = self.used.saturating_sub(present);
        if others >= max {
            return Err(format!("{} Delete an overlay first, or ask an admin for more.", self.words()));
        }
        Ok(Some(max - others))
    }

    /// How much is used of what may be, as a sentence.
    #[must_use]
    pub fn words(self) -> String {
        match self.max {
            Some(max) => format!("The overlays hold {} of {} that they may hold.", size(self.used), size(max)),
            None => format!("The overlays hold {}; there is no limit.", size(self.used)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(Some(10), 4, 0, Ok(Some(6)))]
    #[case(Some(10), 4, 4, Ok(Some(10)))]
    #[case(Some(10), 12, 4, Ok(Some(2)))]
    #[case(None, 12, 4, Ok(None))]
    #[case(Some(10), 10, 0, Err(()))]
    #[case(Some(0), 0, 0, Err(()))]
    fn one_may_grow_by_what_is_left(
        #[case] max: Option<u64>,
        #[case] used: u64,
        #[case] present: u64,
        #[case] may: Result<Option<u64>, ()>,
    ) {
        assert_eq!(Room { used, max }.for_one(present).map_err(drop), may);
    }

    #[test]
    fn a_refusal_names_the_quota() {
        let room = Room { used: 2_100_000_000, max: Some(2_000_000_000) };
        insta::assert_snapshot!(room.for_one(0).unwrap_err(), @"The overlays hold 2.1 GB of 2 GB that they may hold. Delete an overlay first, or ask an admin for more.");
    }
}
