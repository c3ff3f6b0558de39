//! How much may be fetched before the disk is too full for everything else.

use crate::machine::Space;

/// What stays free: so many bytes, or this share of the disk, whichever is more.
const KEPT: u64 = 2_000_000_000;
const KEPT_PERCENT: u64 = 5;

/// How many bytes are missing for `wanted`; none when there is room.
pub(crate) fn missing(space: Space, wanted: u64) -> Option<u64> {
    let kept = KEPT.max(space.total / 100 * KEPT_PERCENT);
    let room = space.free.saturating_sub(kept);
    wanted.checked_sub(room).filter(|missing| *missing > 0)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const GB: u64 = 1_000_000_000;

    #[rstest]
    #[case(10, 20, 8, None)]
    #[case(10, 20, 9, Some(1))]
    #[case(10, 100, 5, None)]
    #[case(10, 100, 6, Some(1))]
    #[case(1, 20, 0, None)] // nothing is wanted
    #[case(1, 20, 3, Some(3))]
    fn two_gigabytes_or_a_twentieth_stay(
        #[case] free: u64,
        #[case] total: u64,
        #[case] wanted: u64,
        #[case] lacks: Option<u64>,
    ) {
        let space = Space { free: free * GB, total: total * GB };
        assert_eq!(missing(space, wanted * GB), lacks.map(|lacks| lacks * GB));
    }
}
