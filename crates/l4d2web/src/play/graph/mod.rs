//! Graphs of what was seen, drawn here as SVG, so that a page shows them without a script. Pure.

mod columns;
mod path;

pub use columns::{Show, columns};
pub use path::{Paths, paths};

use super::history::{KEPT_FOR, Sample};

/// What time a graph shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The last 24 hours, in columns of five minutes.
    Day,
    /// The last 30 days, in columns of two hours.
    Month,
}

/// A graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graph {
    /// What it shows.
    pub show: Show,
    /// The drawing, so many units wide as there are columns.
    pub paths: Paths,
    /// How wide it is.
    pub width: usize,
    /// The greatest value in it; none when nothing was seen.
    pub most: Option<i64>,
    /// The least.
    pub least: Option<i64>,
    /// For how many seconds nothing was seen, since something was.
    pub unseen: i64,
}

impl Span {
    /// How long it is, in seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self {
            Self::Day => 86_400,
            Self::Month => KEPT_FOR,
        }
    }

    fn columns(self) -> usize {
        match self {
            Self::Day => 288,
            Self::Month => 360,
        }
    }

    /// From when until when it goes at `now`: whole columns, so that a graph stays the same as long as nothing is added to it.
    #[must_use]
    pub fn window(self, now: i64) -> (i64, i64) {
        let wide = self.seconds() / i64::try_from(self.columns()).unwrap_or(1);
        let until = (now.div_euclid(wide) + 1) * wide;
        (until - self.seconds(), until)
    }
}

impl Graph {
    /// Draws what `samples` (in order) say. `top` is the greatest value that the drawing has room for at least.
    #[must_use]
    pub fn draw(samples: &[Sample], show: Show, span: Span, now: i64, top: i64) -> Self {
        let (from, until) = span.window(now);
        let values = columns(samples, show, from, until, span.columns());
        let (most, least) = (values.iter().flatten().max().copied(), values.iter().flatten().min().copied());
        let wide = span.seconds() / i64::try_from(values.len()).unwrap_or(1);
        let empty = values.iter().skip_while(|value| value.is_none()).filter(|value| value.is_none()).count();
        Self {
            show,
            paths: paths(&values, most.unwrap_or(0).max(top)),
            width: values.len(),
            most,
            least,
            unseen: i64::try_from(empty).unwrap_or(0) * wide,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play::history::Figures;

    #[test]
    fn a_graph_says_in_figures_what_it_shows() {
        let now = 1_795_286_520;
        let sample = |from, to, players| Sample {
            from,
            to,
            map: String::new(),
            mode: String::new(),
            players,
            figures: Figures { fps: Some(30), cpu: None, memory: None },
        };
        let samples = [sample(now - 7200, now - 3600, 3), sample(now - 1800, now, 1)];
        let graph = Graph::draw(&samples, Show::Players, Span::Day, now, 8);
        assert_eq!((graph.most, graph.least, graph.width), (Some(3), Some(1), 288));
        assert!((1200..=1800).contains(&graph.unseen), "{}", graph.unseen);
        assert!(!graph.paths.gaps.is_empty());
        assert_eq!(Graph::draw(&samples, Show::Cpu, Span::Day, now, 1).most, None);
        assert_eq!(Graph::draw(&samples, Show::Players, Span::Day, now + 1, 8), graph, "it stays the same for a while");
    }
}
