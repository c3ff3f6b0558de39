use askama::Template;

use super::card::Card;
use crate::servers::view::Rank;

/// How all servers are, in a sentence.
#[derive(Debug, Template)]
#[template(path = "servers/summary.html")]
pub(super) struct Summary {
    /// How many there are, running, in need, and the rest.
    pub(super) counts: [usize; 4],
    /// Name and page of those in need.
    needy: Vec<(String, String)>,
}

impl Summary {
    pub(super) fn of(cards: &[Card]) -> Self {
        let of = |rank| cards.iter().filter(|card| card.view.rank == rank).count();
        let counts = [cards.len(), of(Rank::Running), of(Rank::NeedsYou), of(Rank::Rest)];
        let needy = cards.iter().filter(|card| card.view.rank == Rank::NeedsYou);
        Self { counts, needy: needy.map(|card| (card.view.name.clone(), card.page())).take(5).collect() }
    }

    fn words(&self) -> String {
        let [all, running, need, _] = self.counts;
        let runs = if running == 1 { "runs" } else { "run" };
        match need {
            _ if all == 0 => String::new(),
            0 => format!("{running} of {all} {runs}."),
            1 => format!("{running} of {all} {runs}. 1 needs you: "),
            _ => format!("{running} of {all} {runs}. {need} need you: "),
        }
    }
}
