//! All servers that a reader sees, as the list shows them: rendered once, and found in many times.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use askama::Template as _;

use super::card::{Card, ServerRow};
use super::cards::cards;
use super::create::NewServer;
use super::list::Find;
use super::summary::Summary;
use crate::db::users::User;
use crate::id::ServerId;
use crate::live::{Fragment, html_digest, seen};
use crate::pages::kit::Lasting;
use crate::pages::{PageError, PageResult};
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

/// A server.
#[derive(Debug)]
pub(super) struct Row {
    id: ServerId,
    pub(super) rank: Rank,
    pub(super) name: String,
    pub(super) port: u16,
    pub(super) blueprint: String,
    /// Its cells.
    cells: Lasting,
    digest: u64,
}

impl Row {
    fn new(card: &Card) -> PageResult<Self> {
        let html = ServerRow { card }.render().map_err(failed)?;
        Ok(Self {
            id: card.view.id,
            rank: card.view.rank,
            name: card.view.name.clone(),
            port: card.address.port,
            blueprint: card.blueprint.name.clone(),
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
            summary: summary.render().map_err(failed)?,
            new: NewServer::load(state, user.id).await?,
            seen: 0,
            latest: Mutex::default(),
        };
        listing.seen = seen(&listing.parts(&listing.rows.iter().collect::<Vec<_>>(), None));
        Ok(listing)
    }

    /// The rows that are looked for as HTML; none when there are none.
    pub(super) fn html(&self, find: &Find, now: i64) -> Option<Arc<str>> {
        if !find.is_all() {
            let found = self.found(find);
            return (!found.is_empty()).then(|| join(&found, now).into());
        }
        if self.rows.is_empty() {
            return None;
        }
        // What is guarded is whole at any moment.
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rows)) = latest.as_ref().filter(|(second, _)| *second == now) {
            return Some(rows.clone());
        }
        let rows: Arc<str> = join(&self.found(find), now).into();
        *latest = Some((now, rows.clone()));
        Some(rows)
    }

    /// What a page with the rows that are looked for has.
    pub(super) fn seen(&self, find: &Find) -> u64 {
        if find.is_all() { self.seen } else { seen(&self.parts(&self.found(find), None)) }
    }

    /// The parts of a page with the rows that are looked for. Rows keep their places until the page is loaded again: nothing moves under the
    /// reader's hand.
    pub(super) fn fragments(&self, find: &Find, now: i64) -> Vec<Fragment> {
        self.parts(&self.found(find), Some(now))
    }

    fn found(&self, find: &Find) -> Vec<&Row> {
        self.rows.iter().filter(|row| find.takes(row)).collect()
    }

    /// The parts; without a time only what they are compared by.
    fn parts(&self, rows: &[&Row], now: Option<i64>) -> Vec<Fragment> {
        let which: BTreeSet<_> = rows.iter().map(|row| row.id).collect();
        let all = now.map_or_else(String::new, |now| join(rows, now));
        let rows = rows.iter().map(|row| {
            let mut html = String::new();
            if let Some(now) = now {
                row.cells.write(&mut html, now);
            }
            Fragment::known(format!("server-{}", row.id), html, row.digest)
        });
        [Fragment::new("summary", self.summary.clone()), Fragment::list("rows", all, &which)]
            .into_iter()
            .chain(rows)
            .collect()
    }
}

fn join(rows: &[&Row], now: i64) -> String {
    let mut html = String::with_capacity(rows.iter().map(|row| row.cells.len() + 96).sum());
    for row in rows {
        row.write(&mut html, now);
    }
    html
}

fn failed(error: askama::Error) -> PageError {
    PageError::Internal(anyhow::Error::new(error).context("a template failed"))
}
