use askama::Template;

use super::row::rows;
use super::table::{JobTable, Nothing};
use crate::db::job_list::{self, Wanted};
use crate::id::JobId;
use crate::live::Fragment;
use crate::pages::PageResult;
use crate::pages::kit::Pager;
use crate::state::AppState;

/// How many jobs stand on a page.
const PAGE: u32 = 50;

/// A page of a list of jobs, with the ways to the others.
#[derive(Debug)]
pub struct Listing {
    /// The jobs.
    pub table: JobTable,
    /// The ways.
    pub pager: Pager,
}

#[derive(Template)]
#[template(path = "jobs/pager.html")]
struct Ways<'a> {
    pager: &'a Pager,
}

impl Listing {
    /// Reads the jobs that are wanted; `address` is that of the page with the jobs before one, or with the newest.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn load(
        state: &AppState,
        wanted: Wanted,
        nothing: Nothing,
        address: impl Fn(Option<JobId>) -> String,
    ) -> PageResult<Self> {
        let mut jobs = job_list::list(&state.db, wanted, PAGE + 1).await?;
        let more = jobs.len() > PAGE as usize;
        jobs.truncate(PAGE as usize);
        let pager = Pager {
            previous: wanted.before.map(|_| address(None)),
            previous_word: "Newest jobs",
            next: jobs.last().filter(|_| more).map(|last| address(Some(last.id))),
            next_word: "Older jobs",
            words: match (jobs.first(), jobs.last()) {
                (Some(first), Some(last)) => format!("{} to {}", first.id, last.id),
                _ => String::new(),
            },
        };
        let rows = rows(&state.db, jobs, state.clock.now()).await?;
        Ok(Self { table: JobTable { rows, nothing }, pager })
    }

    /// The parts that its page's stream brings.
    ///
    /// # Errors
    ///
    /// When a template fails.
    pub fn fragments(&self) -> PageResult<Vec<Fragment>> {
        let pager = Ways { pager: &self.pager }.render()?;
        let mut fragments = vec![Fragment::new("pager", pager)];
        fragments.extend(self.table.fragments()?);
        Ok(fragments)
    }
}
