//! Small drawings of who played within a day, for lists: of all servers at once from one statement, and anew each ten minutes, since a list is made
//! anew far more often.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::Play;
use super::graph::{Paths, Show, columns, paths};
use super::history::Sample;
use crate::db::{self, Db, server_samples};
use crate::id::ServerId;

/// How long they stay as they are, in seconds.
const FRESH: i64 = 600;
/// How many columns one has, and how many seconds each is.
const COLUMNS: i64 = 48;
const WIDE: i64 = 1800;
/// What there is room for at least, so that one player does not look like a crowd.
const LEAST: i64 = 4;

/// A drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spark {
    /// It, a unit wide for each column.
    pub paths: Paths,
    /// The most who played at once.
    pub most: i64,
}

/// Those of all servers on which somebody was seen.
pub type Sparks = Arc<HashMap<ServerId, Spark>>;

/// The newest ones.
#[derive(Debug, Default)]
pub struct SparksKept(Mutex<Option<(i64, Sparks)>>);

impl Spark {
    /// How many columns each has.
    pub const COLUMNS: i64 = COLUMNS;

    /// What `samples` (in order) say of the day before `now`; none when nobody played.
    #[must_use]
    pub fn draw(samples: &[Sample], now: i64) -> Option<Self> {
        let until = (now.div_euclid(WIDE) + 1) * WIDE;
        let number = usize::try_from(COLUMNS).unwrap_or_default();
        let values = columns(samples, Show::Players, until - COLUMNS * WIDE, until, number);
        let most = values.iter().flatten().max().copied().filter(|most| *most > 0)?;
        Some(Self { paths: paths(&values, most.max(LEAST)), most })
    }
}

impl SparksKept {
    /// Those of now, or of a few minutes ago.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn of(&self, db: &Db, play: &Play, now: i64) -> db::Result<Sparks> {
        let mut kept = self.0.lock().await;
        let turn = now.div_euclid(FRESH);
        if let Some((_, sparks)) = kept.as_ref().filter(|(then, _)| *then == turn) {
            return Ok(sparks.clone());
        }
        let stored = server_samples::of_all(db, now - COLUMNS * WIDE).await?;
        let draw = |(server, mut samples): (ServerId, Vec<Sample>)| {
            samples.extend(play.open_samples(server));
            Some((server, Spark::draw(&samples, now)?))
        };
        let sparks: Sparks = Arc::new(stored.into_iter().filter_map(draw).collect());
        *kept = Some((turn, sparks.clone()));
        Ok(sparks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play::history::Figures;

    fn sample(from: i64, to: i64, players: i64) -> Sample {
        let figures = Figures { fps: None, cpu: None, memory: None };
        Sample { from, to, map: String::new(), mode: String::new(), players, figures }
    }

    #[test]
    fn a_day_is_drawn_when_somebody_played() {
        let now = 1_795_286_520;
        assert_eq!(Spark::draw(&[], now), None);
        assert_eq!(Spark::draw(&[sample(now - 7200, now, 0)], now), None);
        assert_eq!(Spark::draw(&[sample(now - 200_000, now - 100_000, 5)], now), None, "that was before");
        let spark = Spark::draw(&[sample(now - 7200, now - 3600, 0), sample(now - 3600, now, 2)], now).unwrap();
        assert_eq!(spark.most, 2);
        assert!(spark.paths.line.ends_with("V51H48"), "half of the four that there is room for: {}", spark.paths.line);
    }
}
