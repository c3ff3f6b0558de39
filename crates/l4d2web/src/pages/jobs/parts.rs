//! The parts of a job's page that change while it runs, as they are for one reader: in the page, and pushed one by one.

use askama::Template;

use super::words::title;
use crate::db::job_steps::{self, Step};
use crate::db::jobs::Job;
use crate::db::{self, Db, users};
use crate::host::Progress;
use crate::live::Fragment;
use crate::pages::kit::{StatePill, duration};
use crate::queue::{JobState, Kind};
use crate::rights::{JobRight, JobStanding};

/// Most steps that are shown.
const STEPS: u32 = 100;

/// All parts.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) job: Job,
    pub(super) title: String,
    pub(super) by: String,
    pub(super) pill: StatePill,
    pub(super) may_cancel: bool,
    pub(super) may_retry: bool,
    /// Why it cannot be repeated, although its reader might.
    pub(super) no_retry: Option<&'static str>,
    /// Where to ask for it anew, when it is not repeated without asking.
    pub(super) anew: Option<String>,
    pub(super) waits: Option<String>,
    pub(super) progress: Option<Progress>,
    pub(super) steps: Vec<StepView>,
    pub(super) now: i64,
}

/// A step as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StepView {
    pub(super) class: &'static str,
    pub(super) words: String,
    pub(super) took: String,
}

#[derive(Template)]
#[template(path = "jobs/head.html")]
pub(super) struct Head<'a> {
    pub(super) parts: &'a Parts,
}

#[derive(Template)]
#[template(path = "jobs/notice.html")]
pub(super) struct Notice<'a> {
    pub(super) parts: &'a Parts,
}

#[derive(Template)]
#[template(path = "jobs/side.html")]
pub(super) struct Side<'a> {
    pub(super) parts: &'a Parts,
}

impl Parts {
    /// Looks at a job.
    pub(super) async fn of(db: &Db, job: Job, standing: JobStanding, now: i64) -> db::Result<Self> {
        let by = match job.user_id {
            Some(id) => users::find(db, id).await?.map(|user| user.name),
            None => None,
        };
        let waits = match job.state {
            JobState::Queued => super::waiting_words(db, job.id).await?,
            _ => None,
        };
        let steps = job_steps::list(db, job.id, STEPS).await?;
        let gone = job.work().is_none();
        let retries = job.state.can_retry() && standing.may(JobRight::Retry, job.kind);
        Ok(Self {
            title: title(job.kind, &job.subject),
            by: by.unwrap_or_else(|| "left4me".to_owned()),
            pill: StatePill::of_job(job.state.as_str()),
            may_cancel: !job.state.is_over() && standing.may(JobRight::Cancel, job.kind),
            may_retry: retries && !gone && !job.kind.destroys(),
            no_retry: (retries && gone).then_some(gone_words(job.kind)),
            anew: job.server_id.filter(|_| retries && job.kind.destroys()).map(|server| format!("/servers/{server}")),
            waits,
            progress: job.progress().filter(|_| !job.state.is_over()),
            steps: views(&steps, &job, now),
            now,
            job,
        })
    }

    /// What follows the state in the head: since when it runs, and the time now.
    pub(super) fn runs(&self) -> Option<(i64, i64)> {
        self.job.started_at.filter(|_| !self.job.state.is_over()).map(|started| (started, self.now))
    }

    /// How long it took, once it ended.
    pub(super) fn took(&self) -> Option<String> {
        Some(duration(self.job.finished_at? - self.job.started_at?))
    }

    /// What went wrong, in two words.
    pub(super) fn trouble(&self) -> Option<(&'static str, &'static str)> {
        match self.job.state {
            JobState::Failed => Some(("failed", "It did not work")),
            JobState::Interrupted => Some(("drift", "The panel ended while it ran")),
            JobState::Cancelled => Some(("stale", "It was cancelled")),
            _ => None,
        }
    }

    /// How far it is, 0 to 100.
    pub(super) fn percent(&self) -> Option<f32> {
        self.progress.as_ref()?.percent
    }

    /// The percentage as words: `40 %`.
    pub(super) fn percent_words(&self) -> Option<String> {
        self.percent().map(|percent| format!("{percent:.0} %"))
    }

    /// The parts as events bring them.
    pub(super) fn fragments(&self) -> Result<Vec<Fragment>, askama::Error> {
        Ok(vec![
            Fragment::new("head", Head { parts: self }.render()?),
            Fragment::new("notice", Notice { parts: self }.render()?),
            Fragment::new("side", Side { parts: self }.render()?),
        ])
    }
}

/// Why there is nothing to repeat.
fn gone_words(kind: Kind) -> &'static str {
    if kind == Kind::Build { "The overlay is gone." } else { "The server is gone." }
}

fn views(steps: &[Step], job: &Job, now: i64) -> Vec<StepView> {
    let end = job.finished_at.unwrap_or(now) * 1000;
    let over = job.state.is_over();
    let next = steps.iter().skip(1).map(|step| Some(step.at)).chain([None]);
    let views = steps.iter().zip(next).map(|(step, next)| {
        let (class, until) = match (next, job.state) {
            (Some(next), _) => ("is-done", next),
            (None, JobState::Succeeded) => ("is-done", end),
            (None, _) if over => ("is-bad", end),
            (None, _) => return StepView { class: "is-now", words: plain(step), took: String::new() },
        };
        StepView { class, words: plain(step), took: took(until - step.at) }
    });
    views.collect()
}

fn plain(step: &Step) -> String {
    crate::live::plain(&step.words).into_owned()
}

/// `0.4 s`, and from ten seconds on as elsewhere.
fn took(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    if milliseconds >= 10_000 {
        return duration(milliseconds / 1000);
    }
    format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::id::JobId;

    fn job(state: JobState) -> Job {
        Job {
            id: JobId(1),
            kind: Kind::Install,
            state,
            user_id: None,
            server_id: None,
            overlay_id: None,
            subject: String::new(),
            reset: false,
            only_when: None,
            exit_code: None,
            summary: None,
            progress: None,
            created_at: 0,
            started_at: Some(100),
            finished_at: state.is_over().then_some(160),
        }
    }

    #[rstest]
    #[case(JobState::Running, "is-now", "")]
    #[case(JobState::Succeeded, "is-done", "48 s")]
    #[case(JobState::Failed, "is-bad", "48 s")]
    #[case(JobState::Interrupted, "is-bad", "48 s")]
    fn the_last_step_is_as_the_job(#[case] state: JobState, #[case] class: &str, #[case] took: &str) {
        let step = |at, words: &str| Step { at, words: words.to_owned() };
        let views = views(&[step(100_400, "one"), step(112_000, "two \u{1b}[31m")], &job(state), 130);
        assert_eq!((views[0].class, views[0].took.as_str()), ("is-done", "11 s"));
        assert_eq!((views[1].class, views[1].took.as_str(), views[1].words.trim()), (class, took, "two"));
    }

    #[rstest]
    #[case(-3, "0.0 s")]
    #[case(1_449, "1.4 s")]
    #[case(10_000, "10 s")]
    fn short_times_have_a_tenth(#[case] milliseconds: i64, #[case] words: &str) {
        assert_eq!(took(milliseconds), words);
    }
}
