use serde::Deserialize;

use super::listing::Listing;
use super::table::Nothing;
use crate::db::job_list::Wanted;
use crate::db::jobs::Whose;
use crate::db::users::User;
use crate::id::JobId;
use crate::pages::PageResult;
use crate::queue::{JobState, Kind};
use crate::state::AppState;

/// A choice in a filter: its value, its word.
pub(super) type Choice = (&'static str, &'static str);

pub(super) const STATES: [Choice; 5] =
    [("", "Any state"), ("open", "Not over"), ("done", "Done"), ("failed", "Failed"), ("cancelled", "Cancelled")];

pub(super) const KINDS: [Choice; 9] = [
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

/// What is said when nobody has asked for anything yet.
const NOTHING_YET: Nothing = Nothing {
    title: "No jobs yet",
    text: "Every start, stop, build and install is a job, with all that it printed.",
    step: Some(("/servers", "To the servers")),
};

/// What is said when there are jobs, but not such.
const NOTHING_SUCH: Nothing =
    Nothing { title: "No such jobs", text: "No job fits what was chosen above.", step: Some(("/jobs", "All jobs")) };

/// What the form above the list sends, and where in the list one is; what is not known counts as not said.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    state: String,
    #[serde(default)]
    kind: String,
    before: Option<i64>,
}

impl Filter {
    /// The chosen state.
    pub(super) fn state(&self) -> &'static str {
        known(&STATES, &self.state)
    }

    /// The chosen kind.
    pub(super) fn kind(&self) -> &'static str {
        known(&KINDS, &self.kind)
    }

    /// What is found of what `user` may see: of everything, when they are an admin.
    pub(super) async fn find(&self, state: &AppState, user: &User) -> PageResult<Listing> {
        let wanted = Wanted {
            whose: if user.admin { Whose::All } else { Whose::User(user.id) },
            states: states(self.state()),
            kind: Kind::of_word(self.kind()),
            before: self.before.map(JobId),
        };
        let any = self.state().is_empty() && self.kind().is_empty() && self.before.is_none();
        let nothing = if any { NOTHING_YET } else { NOTHING_SUCH };
        Listing::load(state, wanted, nothing, |before| self.address("/jobs", before, None)).await
    }

    /// The address of the stream of a page that has what `seen` says.
    pub(super) fn events(&self, seen: u64) -> String {
        self.address("/jobs/events", self.before.map(JobId), Some(seen))
    }

    fn address(&self, path: &str, before: Option<JobId>, seen: Option<u64>) -> String {
        let before = before.map(|id| id.to_string()).unwrap_or_default();
        let seen = seen.map(|seen| format!("{seen:016x}")).unwrap_or_default();
        let pairs = [("state", self.state()), ("kind", self.kind()), ("before", before.as_str()), ("after", &seen)];
        let mut query = form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty())).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

fn known(choices: &[Choice], typed: &str) -> &'static str {
    choices.iter().map(|(value, _)| *value).find(|value| *value == typed).unwrap_or_default()
}

fn states(choice: &str) -> &'static [JobState] {
    match choice {
        "open" => &JobState::OPEN,
        "done" => &[JobState::Succeeded],
        "failed" => &[JobState::Failed, JobState::Interrupted],
        "cancelled" => &[JobState::Cancelled],
        _ => &[],
    }
}
