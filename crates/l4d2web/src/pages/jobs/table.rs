use askama::Template;

use crate::live::Fragment;
use crate::pages::PageResult;
use crate::pages::kit::JobRow;

/// A list of jobs in a page, and the events that keep it as it is: the whole when jobs come or go, else the rows that differ. It stands in the
/// element to which the event `jobs` goes.
#[derive(Debug, Template)]
#[template(path = "jobs/table.html")]
pub struct JobTable {
    /// The jobs.
    pub rows: Vec<JobRow>,
    /// What is said when there are none.
    pub nothing: Nothing,
}

/// What stands in place of an empty list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Nothing {
    /// What is not here; empty where a panel says it already.
    pub title: &'static str,
    /// What would be.
    pub text: &'static str,
    /// The next step: where it leads, and its word.
    pub step: Option<(&'static str, &'static str)>,
}

/// The cells of a row.
#[derive(Template)]
#[template(path = "jobs/row.html")]
struct Cells<'a> {
    job: &'a JobRow,
}

impl JobTable {
    /// All of it, then each row.
    ///
    /// # Errors
    ///
    /// When a template fails.
    pub fn fragments(&self) -> PageResult<Vec<Fragment>> {
        let order: Vec<_> = self.rows.iter().map(|job| job.id).collect();
        let mut fragments = vec![Fragment::list("jobs", self.render()?, &(order, self.nothing))];
        for job in &self.rows {
            fragments.push(Fragment::new(format!("job-{}", job.id), Cells { job }.render()?));
        }
        Ok(fragments)
    }
}
