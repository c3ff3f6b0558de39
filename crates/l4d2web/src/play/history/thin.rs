//! From fine samples to coarse ones. Pure.

use std::collections::BTreeMap;

use super::sample::{Figures, Sample};
use super::{COARSE, COARSE_GAP};

/// The same time in samples of an hour: what lies in one hour, with short gaps at most in between, becomes one, which has the most players, the map
/// that was on longest, and the means of the rest. `samples` are in order and do not overlap; so are those that come out. To thin what is
/// thin already changes nothing.
#[must_use]
pub fn thin(samples: &[Sample]) -> Vec<Sample> {
    let mut thinned: Vec<Sample> = Vec::new();
    let mut rest = samples;
    while let Some(first) = rest.first() {
        let hour = first.from.div_euclid(COARSE);
        let together = rest
            .windows(2)
            .take_while(|pair| pair[1].from.div_euclid(COARSE) == hour && pair[0].meets(&pair[1], COARSE_GAP));
        let (one, others) = rest.split_at(together.count() + 1);
        thinned.push(merge(one));
        rest = others;
    }
    thinned
}

/// One sample in the place of several; at least one is given.
fn merge(samples: &[Sample]) -> Sample {
    let (first, last) = (&samples[0], &samples[samples.len() - 1]);
    let mut longest: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for sample in samples {
        *longest.entry((&sample.map, &sample.mode)).or_default() += sample.seconds();
    }
    let ((map, mode), _) = longest.into_iter().max_by_key(|(_, seconds)| *seconds).unwrap_or_default();
    Sample {
        from: first.from,
        to: last.to,
        map: map.to_owned(),
        mode: mode.to_owned(),
        players: samples.iter().map(|sample| sample.players).max().unwrap_or(0),
        figures: Figures {
            fps: mean(samples, |figures| figures.fps),
            cpu: mean(samples, |figures| figures.cpu),
            memory: mean(samples, |figures| figures.memory),
        },
    }
}

/// The mean over the time in which it was known.
fn mean(samples: &[Sample], of: impl Fn(&Figures) -> Option<i64>) -> Option<i64> {
    let known = samples.iter().filter_map(|sample| Some((of(&sample.figures)?, sample.seconds())));
    let (sum, seconds) = known
        .fold((0, 0), |(sum, all), (value, seconds)| (sum + i128::from(value) * i128::from(seconds), all + seconds));
    let half = i128::from(seconds / 2);
    (seconds > 0).then(|| i64::try_from((sum + half) / i128::from(seconds)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(from: i64, to: i64, map: &str, players: i64, fps: i64) -> Sample {
        let figures = Figures { fps: Some(fps), cpu: None, memory: Some(400) };
        Sample { from, to, map: map.to_owned(), mode: "coop".to_owned(), players, figures }
    }

    #[test]
    fn an_hour_becomes_one() {
        let fine = [
            sample(36_000, 36_300, "a", 1, 30),
            sample(36_300, 37_200, "b", 4, 20),
            sample(37_260, 37_560, "b", 2, 30),
            sample(39_600, 39_900, "b", 0, 30),
        ];
        let coarse = thin(&fine);
        let hour = &coarse[0];
        assert_eq!((coarse.len(), hour.from, hour.to, hour.map.as_str(), hour.players), (2, 36_000, 37_560, "b", 4));
        assert_eq!(hour.figures, Figures { fps: Some(24), cpu: None, memory: Some(400) });
        assert_eq!(coarse[1], fine[3]);
    }

    #[test]
    fn a_long_gap_stays() {
        let fine = [sample(36_000, 36_300, "a", 1, 30), sample(36_300 + COARSE_GAP + 1, 39_000, "a", 1, 30)];
        assert_eq!(thin(&fine), fine);
    }

    proptest! {
        #[test]
        fn what_was_seen_is_kept(parts in proptest::collection::vec((0..900_i64, 5..400_i64, 0..9_i64, 0..3_usize, 0..60_i64), 0..200)) {
            let mut at = 1_000_000;
            let mut fine = Vec::new();
            for (gap, length, players, map, fps) in parts {
                fine.push(sample(at + gap, at + gap + length, ["a", "b", "c"][map], players, fps));
                at += gap + length;
            }
            let coarse = thin(&fine);
            prop_assert_eq!(&thin(&coarse), &coarse);
            for pair in coarse.windows(2) {
                prop_assert!(pair[0].to <= pair[1].from);
            }
            // At most one in an hour, but for gaps that are longer than what is overlooked.
            let hours = |samples: &[Sample]| {
                let mut hours: Vec<_> = samples.iter().map(|sample| sample.from.div_euclid(COARSE)).collect();
                hours.dedup();
                hours.len()
            };
            let gaps = fine.windows(2).filter(|pair| !pair[0].meets(&pair[1], COARSE_GAP)).count();
            prop_assert!(coarse.len() <= hours(&fine) + gaps);
            for seen in &fine {
                let found: Vec<_> = coarse.iter().filter(|hour| hour.from <= seen.from && seen.to <= hour.to).collect();
                prop_assert_eq!(found.len(), 1);
                let within: Vec<_> = fine.iter().filter(|other| found[0].from <= other.from && other.to <= found[0].to).collect();
                prop_assert_eq!(found[0].players, within.iter().map(|other| other.players).max().unwrap());
                let fps = within.iter().filter_map(|other| other.figures.fps);
                let (low, high) = (fps.clone().min(), fps.max());
                prop_assert!(low <= found[0].figures.fps && found[0].figures.fps <= high);
                prop_assert!(within.iter().any(|other| other.map == found[0].map));
            }
        }
    }
}
