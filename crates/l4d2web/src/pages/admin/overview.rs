use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::parts::Parts;
use crate::host::HostError;
use crate::host::shape::{Check, Level};
use crate::live::seen;
use crate::pages::kit::{StatePill, count};
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// Whether the host's checks are asked for, since some of them take a while; and whether the page begins with the dialog that installs.
#[derive(Debug, Default, Deserialize)]
pub struct Ask {
    #[serde(default)]
    checks: String,
    #[serde(default)]
    ask: String,
}

#[derive(Template, WebTemplate)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    shell: Shell,
    events: String,
    game: String,
    machine: String,
    jobs: String,
    /// What may go wrong with an install.
    warnings: Vec<String>,
    /// Whether it is asked for an install.
    install: bool,
    /// None: they were not asked for.
    checks: Option<Result<Vec<Check>, String>>,
}

impl OverviewPage {
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
pub async fn overview(State(state): State<AppState>, me: LoggedIn, shell: Shell, Query(ask): Query<Ask>) -> PageResult {
    let user = me.session.user.id;
    // Who asks for the checks wants to know how things are now; else what is known is good enough.
    let (game, checks) = if ask.checks.is_empty() {
        (state.game.look().await, None)
    } else {
        let host = state.host.asked_by(user);
        let (game, checks) = tokio::join!(state.game.ask(user), host.doctor());
        (game?, Some(said(checks)?))
    };
    let parts = Parts::look(&state, game).await?;
    let [game, machine, jobs] = parts.html()?;
    let page = OverviewPage {
        shell: shell.at(Nav::Admin),
        events: format!("/admin/events?after={:016x}", seen(&parts.fragments()?)),
        game,
        machine,
        jobs,
        warnings: parts.warnings(),
        install: ask.ask == "install",
        checks,
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
