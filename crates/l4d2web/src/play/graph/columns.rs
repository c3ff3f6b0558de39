//! A stretch of time in columns of the same width.

use crate::play::history::{Figures, Sample};

/// What a graph shows of a column with several samples in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// The most people.
    Players,
    /// The mean of the frames a second.
    Fps,
    /// The mean of the share of a core, in percent.
    Cpu,
    /// The mean of the memory, in MB.
    Memory,
}

impl Show {
    fn of(self, sample: &Sample) -> Option<i64> {
        let Figures { fps, cpu, memory } = sample.figures;
        match self {
            Self::Players => Some(sample.players),
            Self::Fps => fps,
            Self::Cpu => cpu,
            Self::Memory => memory,
        }
    }
}

/// The values of `number` columns from `from` until `until` (Unix seconds), none where nothing was seen. `samples` are in order.
#[must_use]
pub fn columns(samples: &[Sample], show: Show, from: i64, until: i64, number: usize) -> Vec<Option<i64>> {
    // Per column: the most, the sum, and over how many seconds.
    let mut sums = vec![(0_i64, 0_i128, 0_i64); number];
    let count = i64::try_from(number).unwrap_or(i64::MAX);
    let span = (until - from).max(1);
    let edge = |column: i64| from + span * column / count;
    let column_of = |at: i64| usize::try_from(((at - from) * count / span).clamp(0, count - 1)).unwrap_or(0);
    for sample in samples.iter().filter(|sample| sample.to > from && sample.from < until) {
        let Some(value) = show.of(sample) else { continue };
        // Edges are whole seconds: the last may be one further on.
        let (first, last) = (column_of(sample.from), (column_of(sample.to - 1) + 1).min(number - 1));
        for (column, (most, sum, all)) in (0..).zip(&mut sums).skip(first).take(last + 1 - first) {
            let seconds = sample.to.min(edge(column + 1)) - sample.from.max(edge(column));
            if seconds > 0 {
                *most = (*most).max(value);
                *sum += i128::from(value) * i128::from(seconds);
                *all += seconds;
            }
        }
    }
    let value = |(most, sum, seconds)| match (seconds, show) {
        (0, _) => None,
        (_, Show::Players) => Some(most),
        _ => i64::try_from((sum + i128::from(seconds / 2)) / i128::from(seconds)).ok(),
    };
    sums.into_iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(from: i64, to: i64, players: i64, fps: Option<i64>) -> Sample {
        let figures = Figures { fps, cpu: None, memory: None };
        Sample { from, to, map: String::new(), mode: String::new(), players, figures }
    }

    #[test]
    fn players_are_the_most_and_the_rest_is_a_mean() {
        let samples = [sample(0, 50, 2, Some(30)), sample(50, 100, 5, Some(20)), sample(250, 400, 1, None)];
        assert_eq!(columns(&samples, Show::Players, 0, 400, 4), [Some(5), None, Some(1), Some(1)]);
        assert_eq!(columns(&samples, Show::Fps, 0, 400, 4), [Some(25), None, None, None]);
        assert_eq!(columns(&samples, Show::Cpu, 0, 400, 4), [None; 4]);
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let samples = [sample(-500, 20, 7, None), sample(90, 900, 3, None)];
        assert_eq!(columns(&samples, Show::Players, 0, 100, 2), [Some(7), Some(3)]);
        assert_eq!(columns(&[sample(-500, 0, 7, None)], Show::Players, 0, 100, 2), [None, None]);
    }

    proptest! {
        #[test]
        fn each_column_is_right(cuts in proptest::collection::vec((0..50_i64, 1..90_i64, 0..9_i64), 0..40), number in 1..60_usize) {
            let mut at = 0;
            let samples: Vec<_> = cuts.into_iter().map(|(gap, length, players)| {
                at += gap + length;
                sample(at - length, at, players, Some(players))
            }).collect();
            let got = columns(&samples, Show::Players, 0, 1000, number);
            for (column, value) in got.into_iter().enumerate() {
                let edge = |column: usize| 1000 * i64::try_from(column).unwrap() / i64::try_from(number).unwrap();
                let (from, until) = (edge(column), edge(column + 1));
                let inside = samples.iter().filter(|sample| sample.from.max(from) < sample.to.min(until));
                prop_assert_eq!(value, inside.map(|sample| sample.players).max());
            }
        }
    }
}
