use askama::Template;

use crate::db::{Db, server_samples};
use crate::id::ServerId;
use crate::pages::PageResult;
use crate::pages::kit::{duration, size};
use crate::play::graph::{Graph, Paths, Show, Span};
use crate::play::history::Sample;
use crate::play::{Look, Play};

/// The graphs of a server; they stand in the fragment `graphs`.
#[derive(Template)]
#[template(path = "servers/players/graphs.html")]
pub(super) struct Graphs {
    page: String,
    span: Span,
    drawn: Vec<Drawn>,
    /// Whether anything was ever seen in that time.
    empty: bool,
    /// The words below: where in time the columns stand.
    marks: [&'static str; 5],
}

/// A graph with its words.
struct Drawn {
    title: &'static str,
    /// `now 7, most 8`
    words: String,
    /// The same in a sentence, with what it is about.
    label: String,
    paths: Paths,
    width: usize,
}

impl Graphs {
    pub(super) async fn load(db: &Db, play: &Play, server: ServerId, span: Span, now: i64) -> PageResult<String> {
        let samples = samples(db, play, server, span.window(now).0).await?;
        let look = play.of(server);
        let seen = look.as_deref().and_then(|look: &Look| look.seen.as_deref());
        let slots = seen.map_or(8, |seen| i64::from(seen.status.max));
        let draw = |show, top| Graph::draw(&samples, show, span, now, top);
        let graphs = [
            ("Players", draw(Show::Players, slots), seen.map(|seen| i64::from(seen.humans()))),
            ("Frames per second", draw(Show::Fps, 30), seen.and_then(|seen| whole(seen.stats?.fps))),
            ("CPU", draw(Show::Cpu, 25), seen.and_then(|seen| whole(seen.cpu?))),
            ("Memory", draw(Show::Memory, 500), seen.and_then(|seen| i64::try_from(seen.memory? / 1_000_000).ok())),
        ];
        let page = Self {
            page: format!("/servers/{server}/players"),
            span,
            empty: samples.is_empty(),
            drawn: graphs.into_iter().map(|(title, graph, now)| drawn(title, graph, now, span)).collect(),
            marks: match span {
                Span::Day => ["24 h ago", "18 h", "12 h", "6 h", "now"],
                Span::Month => ["30 days ago", "22", "15", "7", "now"],
            },
        };
        Ok(page.render()?)
    }

    fn is_month(&self) -> bool {
        self.span == Span::Month
    }
}

/// What was seen since `from`: what is stored, and what is not stored yet.
async fn samples(db: &Db, play: &Play, server: ServerId, from: i64) -> crate::db::Result<Vec<Sample>> {
    let mut samples = server_samples::since(db, server, from).await?;
    let open = play.open_samples(server);
    if let Some(first) = open.first() {
        samples.retain(|sample| sample.from < first.from);
    }
    samples.extend(open);
    Ok(samples)
}

fn drawn(title: &'static str, graph: Graph, now: Option<i64>, span: Span) -> Drawn {
    let value = |value: i64| match graph.show {
        Show::Players | Show::Fps => value.to_string(),
        Show::Cpu => format!("{value} %"),
        Show::Memory => size(value.unsigned_abs() * 1_000_000),
    };
    let measured = match (graph.most, graph.show) {
        (None, Show::Cpu | Show::Memory) => "not measured".to_owned(),
        (None, _) => "not seen".to_owned(),
        (Some(most), Show::Fps) => format!("least {}, most {}", value(graph.least.unwrap_or(most)), value(most)),
        (Some(most), _) => format!("most {}", value(most)),
    };
    let words = match now {
        Some(now) => format!("now {}, {measured}", value(now)),
        None => measured,
    };
    let time = if span == Span::Day { "24 hours" } else { "30 days" };
    let gap = if graph.unseen > 0 && graph.most.is_some() {
        format!(" Nothing was seen for {}.", duration(graph.unseen))
    } else {
        String::new()
    };
    let label = format!("{title} of the last {time}: {words}.{gap}");
    Drawn { title, words, label, paths: graph.paths, width: graph.width }
}

#[expect(clippy::cast_possible_truncation, reason = "figures of a page")]
fn whole(value: f64) -> Option<i64> {
    value.is_finite().then(|| value.clamp(0.0, 1e9).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_is_told_in_words() {
        let day = Span::Day;
        let graph = |show, most: Option<i64>, unseen| Graph {
            show,
            paths: Paths::default(),
            width: 288,
            most,
            least: most.map(|_| 20),
            unseen,
        };
        let words = |graph, now| drawn("Players", graph, now, day).label;
        assert_eq!(words(graph(Show::Players, Some(8), 0), Some(7)), "Players of the last 24 hours: now 7, most 8.");
        assert_eq!(
            words(graph(Show::Fps, Some(31), 5400), None),
            "Players of the last 24 hours: least 20, most 31. Nothing was seen for 1 h 30 min."
        );
        assert_eq!(words(graph(Show::Cpu, None, 0), None), "Players of the last 24 hours: not measured.");
        assert_eq!(
            words(graph(Show::Memory, Some(412), 0), Some(400)),
            "Players of the last 24 hours: now 400 MB, most 412 MB."
        );
    }
}
