use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::row::rows;
use crate::db::job_list::{self, Wanted};
use crate::db::jobs::Whose;
use crate::id::JobId;
use crate::pages::kit::{JobRow, Pager};
use crate::pages::{Nav, PageResult, Shell};
use crate::queue::{JobState, Kind};
use crate::routes::Visitor;
use crate::state::AppState;

/// How many jobs stand on a page.
const PAGE: u32 = 50;

/// What the form above the list sends; what is not known counts as not said.
#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    before: Option<i64>,
}

/// A choice in a filter: its value, its word.
type Choice = (&'static str, &'static str);

const STATES: [Choice; 5] =
    [("", "Any state"), ("open", "Not over"), ("done", "Done"), ("failed", "Failed"), ("cancelled", "Cancelled")];

const KINDS: [Choice; 9] = [
    ("", "Any kind"),
    ("install", "Install"),
    ("build", "Build"),
    ("refresh", "Refresh"),
    ("start", "Start"),
    ("stop", "Stop"),
    ("restart", "Restart"),
    ("reset", "Reset"),
    ("delete", "Delete"),
];

#[derive(Template, WebTemplate)]
#[template(path = "jobs/list.html")]
struct ListPage {
    shell: Shell,
    all: bool,
    state: &'static str,
    kind: &'static str,
    filtered: bool,
    rows: Vec<JobRow>,
    pager: Pager,
}

impl ListPage {
    const STATES: [Choice; 5] = STATES;
    const KINDS: [Choice; 9] = KINDS;
}

/// Shows the jobs of the user; of everybody to an admin.
pub async fn list(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    shell: Shell,
    filter: Result<Query<Filter>, QueryRejection>,
) -> PageResult {
    let Query(filter) = filter.unwrap_or_default();
    let known = |choices: &[Choice], typed: &str| {
        choices.iter().map(|(value, _)| *value).find(|value| *value == typed).unwrap_or_default()
    };
    let (of_state, of_kind) = (known(&STATES, &filter.state), known(&KINDS, &filter.kind));
    let Some(user) = visitor.user() else { return Err(crate::pages::PageError::NotFound) };
    let wanted = Wanted {
        whose: if user.admin { Whose::All } else { Whose::User(user.id) },
        states: states(of_state),
        kind: Kind::of_word(of_kind),
        before: filter.before.map(JobId),
    };
    let mut jobs = job_list::list(&state.db, wanted, PAGE + 1).await?;
    let more = jobs.len() > PAGE as usize;
    jobs.truncate(PAGE as usize);
    let address = |before: Option<JobId>| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        for (name, value) in [("state", of_state), ("kind", of_kind), ("before", &before)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/jobs?{}", query.finish())
    };
    let pager = Pager {
        previous: filter.before.map(|_| address(None)),
        previous_word: "Newest jobs",
        next: jobs.last().filter(|_| more).map(|last| address(Some(last.id))),
        next_word: "Older jobs",
        words: match (jobs.first(), jobs.last()) {
            (Some(first), Some(last)) => format!("{} to {}", first.id, last.id),
            _ => String::new(),
        },
    };
    let rows = rows(&state.db, jobs, state.clock.now()).await?;
    let filtered = !of_state.is_empty() || !of_kind.is_empty() || filter.before.is_some();
    let page =
        ListPage { shell: shell.at(Nav::Jobs), all: user.admin, state: of_state, kind: of_kind, filtered, rows, pager };
    Ok(page.into_response())
}

fn states(choice: &str) -> &'static [JobState] {
    match choice {
        "open" => &[JobState::Queued, JobState::Running, JobState::Cancelling],
        "done" => &[JobState::Succeeded],
        "failed" => &[JobState::Failed, JobState::Interrupted],
        "cancelled" => &[JobState::Cancelled],
        _ => &[],
    }
}
