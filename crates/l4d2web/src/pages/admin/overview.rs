use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use crate::db::job_list::{self, Wanted};
use crate::db::jobs::Whose;
use crate::host::HostError;
use crate::host::shape::{Check, Game, Level};
use crate::machine::{Machine, before_install};
use crate::pages::jobs::rows;
use crate::pages::kit::{JobRow, StatePill, count};
use crate::pages::{Nav, PageError, PageResult, Shell};
use crate::queue::{JobState, Kind};
use crate::routes::Visitor;
use crate::state::AppState;

/// Most jobs that stand here.
const JOBS: u32 = 20;

/// Whether the host's checks are asked for: some of them take a while.
#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    checks: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    shell: Shell,
    game: Result<Game, String>,
    machine: Machine,
    /// What may go wrong with an install.
    warnings: Vec<String>,
    /// The install that waits or runs.
    install: Option<i64>,
    /// None: they were not asked for.
    checks: Option<Result<Vec<Check>, String>>,
    rows: Vec<JobRow>,
}

impl OverviewPage {
    /// The state of the game.
    fn pill(&self) -> StatePill {
        match &self.game {
            _ if self.install.is_some() => StatePill::moving("Fetching"),
            Err(_) => StatePill::failed("Unknown"),
            Ok(Game { installed: None, .. }) => StatePill::stopped("Not installed"),
            Ok(game) if game.update_waits() => StatePill::stale("Update waits"),
            Ok(_) => StatePill::done("Ready"),
        }
    }

    /// The word on the button.
    fn word(&self) -> &'static str {
        match &self.game {
            Ok(Game { installed: None, .. }) => "Install the game",
            Ok(game) if game.update_waits() => "Install the update",
            _ => "Install again",
        }
    }

    /// The checks, what needs somebody first.
    fn sorted(checks: &[Check]) -> Vec<&Check> {
        let mut sorted: Vec<_> = checks.iter().collect();
        sorted.sort_by_key(|check| std::cmp::Reverse(check.state));
        sorted
    }

    fn check_pill(level: Level) -> StatePill {
        match level {
            Level::Ok => StatePill::done("Fine"),
            Level::Warn => StatePill::stale("Look"),
            Level::Fail => StatePill::failed("Broken"),
        }
    }

    /// `2 things need you`, or that all is well.
    fn check_words(checks: &[Check]) -> String {
        match checks.iter().filter(|check| check.state != Level::Ok).count() {
            0 => "all is well".to_owned(),
            some => count(some, "thing needs you", "things need you"),
        }
    }
}

/// Shows the game, the machine, the host's checks, and the jobs that are not over.
pub async fn overview(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    shell: Shell,
    Query(ask): Query<Ask>,
) -> PageResult {
    let host = state.host.asked_by(visitor.user().ok_or(PageError::NotFound)?.id);
    let checks = async { if ask.checks.is_empty() { None } else { Some(host.doctor().await) } };
    let (game, checks) = tokio::join!(host.game(), checks);
    let (game, checks) = (said(game)?, checks.map(said).transpose()?);
    let machine = Machine::look(&state.config.root);
    let states = &[JobState::Queued, JobState::Running, JobState::Cancelling];
    let wanted = Wanted { whose: Whose::All, states, kind: None, before: None };
    let jobs = job_list::list(&state.db, wanted, JOBS).await?;
    let install = jobs.iter().find(|job| job.kind == Kind::Install).map(|job| job.id.0);
    let rows = rows(&state.db, jobs, state.clock.now()).await?;
    let page = OverviewPage {
        shell: shell.at(Nav::Admin),
        game,
        warnings: before_install(&machine),
        machine,
        install,
        checks,
        rows,
    };
    Ok(page.into_response())
}

/// What stands in the place of an answer that the host did not give; a refusal when it was not asked.
fn said<T>(answer: Result<T, HostError>) -> PageResult<Result<T, String>> {
    match answer {
        Err(HostError::Busy(busy)) => Err(busy.into()),
        answer => Ok(answer.map_err(|error| error.to_string())),
    }
}
