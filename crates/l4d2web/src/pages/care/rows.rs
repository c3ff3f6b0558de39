//! The lists of a page about care; each is a fragment of its stream. Their buttons belong to the form `acts` of the page.

use askama::Template;

use super::scope::Scope;
use crate::care::cut;
use crate::db::schedules::{self, Action, Schedule};
use crate::db::webhooks::{self, Format, Webhook};
use crate::live::Fragment;
use crate::pages::PageResult;
use crate::state::AppState;

/// What is done each day, and who is told, as HTML.
#[derive(Debug)]
pub struct CareLists {
    /// What is done each day.
    pub schedules: String,
    /// Who is told.
    pub webhooks: String,
}

#[derive(Template)]
#[template(path = "care/schedules.html")]
struct Schedules {
    base: String,
    rows: Vec<Schedule>,
}

#[derive(Template)]
#[template(path = "care/webhooks.html")]
struct Webhooks {
    base: String,
    rows: Vec<Webhook>,
}

impl CareLists {
    /// Those of a server, or of all.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn load(state: &AppState, scope: Scope) -> PageResult<Self> {
        let schedules = Schedules { base: scope.base(), rows: schedules::list(&state.db, scope.0).await? };
        let webhooks = Webhooks { base: scope.base(), rows: webhooks::list(&state.db, scope.0).await? };
        Ok(Self { schedules: schedules.render()?, webhooks: webhooks.render()? })
    }

    /// Them as events bring them.
    #[must_use]
    pub fn fragments(self) -> Vec<Fragment> {
        vec![Fragment::new("schedules", self.schedules), Fragment::new("webhooks", self.webhooks)]
    }
}

impl Schedules {
    fn time(schedule: &Schedule) -> String {
        format!("{:02}:{:02}", schedule.minute / 60, schedule.minute % 60)
    }
}

impl Webhooks {
    /// Of what one is told: `crashes, hangs`.
    fn topics(webhook: &Webhook) -> String {
        let topics = &webhook.topics;
        let all = [
            (topics.crash, "crashes"),
            (topics.hang, "hangs"),
            (topics.update, "newer builds of the game"),
            (topics.job, "failed jobs"),
        ];
        let told: Vec<&str> = all.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect();
        told.join(", ")
    }

    fn address(webhook: &Webhook) -> String {
        cut(&webhook.url)
    }

    fn format(webhook: &Webhook) -> &'static str {
        match webhook.format {
            Format::Discord => "Discord",
            Format::Json => "plain JSON",
        }
    }
}

impl Action {
    /// What is done, in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Restart => "Restart when nobody plays",
            Self::RestartAnyway => "Restart even when people play",
            Self::Start => "Start",
            Self::Stop => "Stop when nobody plays",
            Self::StopAnyway => "Stop even when people play",
            Self::Install => "Update the game",
        }
    }

    /// The word by which a form knows it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::RestartAnyway => "restart_anyway",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::StopAnyway => "stop_anyway",
            Self::Install => "install",
        }
    }
}
