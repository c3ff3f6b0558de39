use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use crate::account::browser;
use crate::db::quotas::{self, Usage};
use crate::db::sessions::{Found, Own};
use crate::pages::kit::{Field, size};
use crate::pages::{PageResult, Shell};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "profile/show.html")]
pub(super) struct ProfilePage {
    shell: Shell,
    name: String,
    changed_at: i64,
    done: Option<Done>,
    pub(super) fault: Option<String>,
    pub(super) current: Field,
    pub(super) new: Field,
    pub(super) again: Field,
    sessions: Vec<Row>,
    usage: Usage,
}

/// A session in the list.
struct Row {
    session: Own,
    /// The browser in words.
    browser: String,
    /// Whether it is the one that asks.
    here: bool,
}

/// What was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    /// The password was changed.
    Password,
    /// A session was ended, or all others.
    Sessions,
}

/// What the page is asked to say.
#[derive(Debug, Default, Deserialize)]
pub struct Said {
    #[serde(default)]
    done: String,
}

impl ProfilePage {
    pub(super) async fn new(state: &AppState, shell: Shell, session: &Found) -> PageResult<Self> {
        let sessions = state.sessions.list(session.user.id).await?;
        let row = |own: Own| Row { browser: browser(&own.agent), here: own.id == session.id, session: own };
        let mut sessions: Vec<_> = sessions.into_iter().map(row).collect();
        sessions.sort_by_key(|row| !row.here);
        Ok(Self {
            shell,
            name: session.user.name.clone(),
            changed_at: session.user.password_changed_at,
            done: None,
            fault: None,
            current: Field::new("current_password", ""),
            new: Field::new("new_password", ""),
            again: Field::new("confirm_new_password", ""),
            sessions,
            usage: quotas::usage(&state.db, session.user.id).await?,
        })
    }
}

impl ProfilePage {
    /// `2 of 3`, `2`.
    fn servers(&self) -> String {
        match self.usage.quota.servers {
            Some(max) => format!("{} of {max}", self.usage.servers),
            None => self.usage.servers.to_string(),
        }
    }

    /// `1.2 GB of 20 GB`, `1.2 GB`.
    fn space(&self) -> String {
        let room = self.usage.room();
        match room.max {
            Some(max) => format!("{} of {}", size(room.used), size(max)),
            None => size(room.used),
        }
    }
}

impl Done {
    /// By its word; another word says nothing.
    fn parse(word: &str) -> Option<Self> {
        match word {
            "password" => Some(Self::Password),
            "sessions" => Some(Self::Sessions),
            _ => None,
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Password => "The password is changed. All other sessions have ended.",
            Self::Sessions => "That is ended. Whoever was logged in there has to log in again.",
        }
    }
}

/// Shows it.
pub async fn show(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Query(Said { done }): Query<Said>,
) -> PageResult {
    let mut page = ProfilePage::new(&state, shell, &me.session).await?;
    page.done = Done::parse(&done);
    Ok(page.into_response())
}
