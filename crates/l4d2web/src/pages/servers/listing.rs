//! All servers that a reader sees, as the list shows them: rendered once, and found in many times.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template;

use super::card::{Card, ServerRow};
use super::cards::cards;
use super::create::NewServer;
use super::list::Find;
use super::summary::Summary;
use crate::db::users::User;
use crate::id::ServerId;
use crate::live::{Fragment, html_digest, seen};
use crate::pages::PageResult;
use crate::pages::kit::{Lasting, count};
use crate::servers::view::Rank;
use crate::state::AppState;

/// What a reader's list is made of.
#[derive(Debug)]
pub(super) struct Listing {
    rows: Vec<Row>,
    /// How many there are, running, in need, and the rest.
    pub(super) counts: [usize; 4],
    /// How they are, in a sentence.
    pub(super) summary: String,
    /// The empty form for another one.
    pub(super) new: NewServer,
    /// What a page with all of them has: see [`seen`].
    seen: u64,
    /// All rows as they were at a second.
    latest: Mutex<Option<(i64, Arc<str>)>>,
}

/// The servers that are looked for, or what is said in their place.
#[derive(Debug)]
pub(super) enum Shown {
    /// Their rows.
    Rows(Arc<str>),
    /// There are none.
    Nothing(Nothing),
}

/// What is not here, what it is for, and the next steps: where each leads, and its word.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Nothing {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) steps: Vec<(&'static str, String)>,
}

/// What stands in the list's place of the page.
#[derive(Template)]
#[template(path = "servers/rows.html")]
struct Rows {
    shown: Shown,
}

/// The form that finds.
#[derive(Template)]
#[template(path = "servers/find.html")]
struct Search<'a> {
    counts: &'a [usize; 4],
    word: &'a str,
    show: &'a str,
}

impl Shown {
    /// About how many bytes it is.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Nothing(_) => 0,
        }
    }
}

/// A server.
#[derive(Debug)]
pub(super) struct Row {
    id: ServerId,
    pub(super) rank: Rank,
    pub(super) name: String,
    pub(super) port: u16,
    pub(super) blueprint: String,
    /// The map that is on, in words.
    pub(super) map: String,
    /// Its cells.
    cells: Lasting,
    digest: u64,
}

impl Row {
    fn new(card: &Card) -> PageResult<Self> {
        let html = ServerRow { card }.render()?;
        Ok(Self {
            id: card.view.id,
            rank: card.view.rank,
            name: card.view.name.clone(),
            port: card.address.port,
            blueprint: card.blueprint.name.clone(),
            map: card.now().map(|now| now.map.clone()).unwrap_or_default(),
            digest: html_digest(&html),
            cells: Lasting::new(html),
        })
    }

    /// Adds it with the place that its own events go to.
    fn write(&self, out: &mut String, now: i64) {
        let id = self.id.to_string();
        out.extend(["<tr id=\"server-", &id, "\" sse-swap=\"server-", &id, "\" hx-swap=\"morph:innerHTML\">"]);
        self.cells.write(out, now);
        out.push_str("</tr>");
    }
}

impl Listing {
    /// Reads and renders them, in the order of lists.
    pub(super) async fn load(state: &AppState, user: &User, host: &str) -> PageResult<Self> {
        let cards = cards(state, user, host).await?;
        let summary = Summary::of(&cards);
        let mut listing = Self {
            rows: cards.iter().map(Row::new).collect::<PageResult<_>>()?,
            counts: summary.counts,
            summary: summary.render()?,
            new: NewServer::load(state, user.id).await?,
            seen: 0,
            latest: Mutex::default(),
        };
        listing.seen = seen(&listing.parts(&Find::default(), "", None)?);
        Ok(listing)
    }

    /// The rows that are looked for.
    pub(super) fn shown(&self, find: &Find, now: i64) -> Shown {
        let found = self.found(find);
        if found.is_empty() {
            return Shown::Nothing(self.nothing(find));
        }
        if !find.is_all() {
            return Shown::Rows(join(&found, now).into());
        }
        // What is guarded is whole at any moment.
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rows)) = latest.as_ref().filter(|(second, _)| *second == now) {
            return Shown::Rows(rows.clone());
        }
        let rows: Arc<str> = join(&found, now).into();
        *latest = Some((now, rows.clone()));
        Shown::Rows(rows)
    }

    /// The form that finds; empty when there is nothing to find.
    pub(super) fn search(&self, find: &Find) -> PageResult<String> {
        Ok(Search { counts: &self.counts, word: find.word(), show: find.show() }.render()?)
    }

    /// What a page with the rows that are looked for has.
    pub(super) fn seen(&self, find: &Find, no_game: &str) -> PageResult<u64> {
        if find.is_all() && no_game.is_empty() {
            return Ok(self.seen);
        }
        Ok(seen(&self.parts(find, no_game, None)?))
    }

    /// The parts of a page with the rows that are looked for. Rows keep their places until the page is loaded again: nothing moves under the
    /// reader's hand.
    pub(super) fn fragments(&self, find: &Find, no_game: &str, now: i64) -> PageResult<Vec<Fragment>> {
        self.parts(find, no_game, Some(now))
    }

    /// What to say when nothing is found.
    fn nothing(&self, find: &Find) -> Nothing {
        let all = self.counts[0];
        if all == 0 {
            let steps = if self.new.blueprints.is_empty() {
                vec![("/blueprints?new=1", "Make a blueprint".to_owned())]
            } else {
                vec![("/servers?new=1", "Make a server".to_owned()), ("/blueprints", "See blueprints".to_owned())]
            };
            let text =
                "A server runs one blueprint on its own port. Make a blueprint first, if there is none.".to_owned();
            return Nothing { title: "No servers yet".to_owned(), text, steps };
        }
        let counted = count(all, "server", "servers");
        let title = match (find.word(), find.show()) {
            ("", "running") => "No server runs".to_owned(),
            ("", "need") => "No server needs you".to_owned(),
            ("", _) => "No server is stopped".to_owned(),
            (word, _) => format!("No server is called “{word}”"),
        };
        let text = if find.word().is_empty() {
            format!("There are {counted} in all.")
        } else {
            format!("Looked in names, blueprints, maps and ports of {counted}.")
        };
        Nothing { title, text, steps: vec![("/servers", format!("Show all {all}"))] }
    }

    fn found(&self, find: &Find) -> Vec<&Row> {
        self.rows.iter().filter(|row| find.takes(row)).collect()
    }

    /// The parts; without a time only what they are compared by.
    fn parts(&self, find: &Find, no_game: &str, now: Option<i64>) -> PageResult<Vec<Fragment>> {
        let found = self.found(find);
        let which: BTreeSet<_> = found.iter().map(|row| row.id).collect();
        let nothing = found.is_empty().then(|| self.nothing(find));
        let (search, all) = match now {
            Some(now) => (self.search(find)?, Rows { shown: self.shown(find, now) }.render()?),
            None => Default::default(),
        };
        let rows = found.iter().map(|row| {
            let mut html = String::new();
            if let Some(now) = now {
                row.cells.write(&mut html, now);
            }
            Fragment::known(format!("server-{}", row.id), html, row.digest)
        });
        let around = [
            Fragment::new("summary", self.summary.clone()),
            Fragment::new("no-game", no_game.to_owned()),
            // What the reader types into it stays: it comes with the first server, and goes with the last.
            Fragment::known("find", search, u64::from(self.counts[0] > 0)),
            Fragment::list("rows", all, &(which, nothing)),
        ];
        Ok(around.into_iter().chain(rows).collect())
    }
}

fn join(rows: &[&Row], now: i64) -> String {
    let mut html = String::with_capacity(rows.iter().map(|row| row.cells.len() + 96).sum());
    for row in rows {
        row.write(&mut html, now);
    }
    html
}
