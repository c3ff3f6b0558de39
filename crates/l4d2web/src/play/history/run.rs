//! From looks to samples: a run lasts as long as map, mode and number of players stay, five minutes at most.

use super::sample::{Figures, Sample};
use super::{FINE, GAP, Moment};

/// Memory is kept in steps of so many MB, so that what does not matter makes no rows.
const MEMORY_STEP: i64 = 5;
/// How long a single look counts for: until the next would have been.
const LOOK: i64 = 5;

/// The run of a server that is under way.
#[derive(Debug, Clone)]
pub struct Run {
    from: i64,
    to: i64,
    map: String,
    mode: String,
    players: i64,
    fps: Mean,
    cpu: Mean,
    memory: Mean,
}

impl Run {
    /// A run that begins with this look.
    #[must_use]
    pub fn begin(moment: &Moment) -> Self {
        let mut run = Self {
            from: moment.at,
            to: moment.at,
            map: moment.map.clone(),
            mode: moment.mode.clone(),
            players: moment.players,
            fps: Mean::default(),
            cpu: Mean::default(),
            memory: Mean::default(),
        };
        run.add(moment);
        run
    }

    /// Takes the next look. When that begins another run, this one is put in its place, and the run that is over is given back.
    pub fn take(&mut self, moment: &Moment) -> Option<Sample> {
        if moment.at < self.to {
            // The clock was set back: what was seen stays, and what is seen now is not put into the past.
            return None;
        }
        let same = (self.players, &self.map, &self.mode) == (moment.players, &moment.map, &moment.mode);
        let near = moment.at - self.to <= GAP;
        if same && near && moment.at - self.from < FINE {
            self.to = moment.at;
            self.add(moment);
            return None;
        }
        if moment.at == self.from {
            // Of two looks within a second the later counts.
            *self = Self::begin(moment);
            return None;
        }
        if near {
            // What was seen last held until now.
            self.to = moment.at;
        }
        let over = std::mem::replace(self, Self::begin(moment));
        Some(over.sample())
    }

    /// What it is so far.
    #[must_use]
    pub fn sample(&self) -> Sample {
        Sample {
            from: self.from,
            to: if self.to > self.from { self.to } else { self.from + LOOK },
            map: self.map.clone(),
            mode: self.mode.clone(),
            players: self.players,
            figures: Figures {
                fps: self.fps.rounded(1),
                cpu: self.cpu.rounded(1),
                memory: self.memory.rounded(MEMORY_STEP),
            },
        }
    }

    fn add(&mut self, moment: &Moment) {
        self.fps.add(moment.fps);
        self.cpu.add(moment.cpu);
        #[expect(clippy::cast_precision_loss, reason = "a mean of megabytes")]
        self.memory.add(moment.memory.map(|bytes| bytes as f64 / 1e6));
    }
}

/// A mean of what was known.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    number: u32,
}

impl Mean {
    fn add(&mut self, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.sum += value.clamp(0.0, 1e9);
            self.number += 1;
        }
    }

    /// The mean to the nearest multiple of `step`.
    fn rounded(self, step: i64) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a bounded mean")]
        let rounded = |mean: f64| (mean / step as f64).round() as i64 * step;
        (self.number > 0).then(|| rounded(self.sum / f64::from(self.number)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(at: i64, map: &str, players: i64) -> Moment {
        let (map, mode) = (map.to_owned(), "coop".to_owned());
        Moment { at, map, mode, players, fps: Some(30.2), cpu: None, memory: Some(412_000_000) }
    }

    #[test]
    fn a_run_lasts_until_something_changes() {
        let mut run = Run::begin(&moment(1000, "c1m1_hotel", 2));
        assert_eq!(run.take(&moment(1005, "c1m1_hotel", 2)), None);
        assert_eq!(run.take(&moment(1010, "c1m1_hotel", 2)), None);
        let over = run.take(&moment(1015, "c1m1_hotel", 3)).unwrap();
        assert_eq!((over.from, over.to, over.players), (1000, 1015, 2));
        assert_eq!(over.figures, Figures { fps: Some(30), cpu: None, memory: Some(410) });
        let over = run.take(&moment(1020, "c1m2_streets", 3)).unwrap();
        assert_eq!((over.from, over.to, over.map.as_str()), (1015, 1020, "c1m1_hotel"));
    }

    #[test]
    fn where_nothing_was_seen_is_a_gap() {
        let mut run = Run::begin(&moment(1000, "a", 2));
        let over = run.take(&moment(1000 + GAP + 1, "a", 2)).unwrap();
        assert_eq!((over.from, over.to), (1000, 1005));
        assert_eq!(run.sample().from, 1000 + GAP + 1);
    }

    #[test]
    fn a_clock_that_is_set_back_writes_nothing_into_the_past() {
        let mut run = Run::begin(&moment(1000, "a", 2));
        assert_eq!(run.take(&moment(900, "a", 3)), None);
        assert_eq!(run.sample().players, 2);
    }

    proptest! {
        /// At each moment at which something was seen, exactly one sample says what it was.
        #[test]
        fn what_was_seen_is_kept(looks in proptest::collection::vec((1..200_i64, 0..3_i64, 0..2_usize), 1..300)) {
            let (mut at, mut moments) = (1_000_000, Vec::new());
            for (step, players, map) in looks {
                at += step;
                moments.push(moment(at, ["a", "b"][map], players));
            }
            let mut run = Run::begin(&moments[0]);
            let mut samples: Vec<_> = moments[1..].iter().filter_map(|moment| run.take(moment)).collect();
            samples.push(run.sample());
            for pair in samples.windows(2) {
                prop_assert!(pair[0].from < pair[0].to && pair[0].to <= pair[1].from, "{pair:?}");
                prop_assert!(pair[0].seconds() <= FINE + GAP);
            }
            for moment in &moments {
                let found: Vec<_> = samples.iter().filter(|sample| (sample.from..sample.to).contains(&moment.at)).collect();
                // The last look of a run may stand at its very end when nothing came after it.
                let found = if found.is_empty() {
                    samples.iter().filter(|sample| sample.to == moment.at).collect()
                } else {
                    found
                };
                prop_assert_eq!(found.len(), 1);
                prop_assert_eq!((found[0].players, &found[0].map), (moment.players, &moment.map));
            }
        }
    }
}
