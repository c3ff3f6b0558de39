//! What jobs are called. Pure.

use crate::queue::rules::Reason;
use crate::queue::{JobState, Kind, Waiting};

/// What a job does, with the name of what it is about: `Start Friday Versus`.
#[must_use]
pub fn title(kind: Kind, subject: &str) -> String {
    match kind {
        Kind::Install => "Install the game".to_owned(),
        Kind::Refresh => "Look for newer workshop items".to_owned(),
        Kind::Build => format!("Build {subject}"),
        Kind::Start => format!("Start {subject}"),
        Kind::Stop => format!("Stop {subject}"),
        Kind::Restart => format!("Restart {subject}"),
        Kind::Reset => format!("Reset {subject}"),
        Kind::Delete => format!("Delete {subject}"),
    }
}

/// What a job waits for: `waits for job 1044, which builds an overlay that it uses`.
#[must_use]
pub(super) fn waits_for(waiting: Waiting) -> String {
    match waiting {
        Waiting::Worker => "waits for its turn".to_owned(),
        Waiting::Job(job, Reason::SameWork) => format!("waits for job {job}, which does the same"),
        Waiting::Job(job, Reason::SameServer) => format!("waits for job {job} on the same server"),
        Waiting::Job(job, Reason::Overlay) => format!("waits for job {job}, which builds an overlay that it uses"),
    }
}

/// What cancelling a job means, for the dialog that asks.
#[must_use]
pub(super) fn if_cancelled(kind: Kind, state: JobState, subject: &str) -> String {
    if state == JobState::Queued {
        return "It has not begun: nothing was changed, and nothing will be.".to_owned();
    }
    match kind {
        Kind::Install => {
            "What was fetched so far is kept for the next try. The game stays as it is, and servers run on.".to_owned()
        }
        Kind::Refresh => "Items that were fetched stay.".to_owned(),
        Kind::Build => format!("What was built so far is thrown away. Servers keep “{subject}” as they have it."),
        Kind::Start | Kind::Restart => {
            format!("“{subject}” may be left on its way up. Its state says so, and starting it again mends that.")
        }
        Kind::Stop => format!("“{subject}” may go on running."),
        Kind::Reset | Kind::Delete => format!("What is removed of “{subject}” already stays removed."),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::id::JobId;

    #[rstest]
    #[case(Kind::Install, "Install the game")]
    #[case(Kind::Start, "Start Friday")]
    #[case(Kind::Build, "Build Friday")]
    fn a_title_has_the_name(#[case] kind: Kind, #[case] words: &str) {
        assert_eq!(title(kind, "Friday"), words);
    }

    #[test]
    fn waiting_says_for_what() {
        assert_eq!(
            waits_for(Waiting::Job(JobId(7), Reason::Overlay)),
            "waits for job 7, which builds an overlay that it uses"
        );
    }

    #[rstest]
    #[case(Kind::Delete, JobState::Queued, "It has not begun")]
    #[case(Kind::Install, JobState::Running, "What was fetched so far is kept")]
    #[case(Kind::Stop, JobState::Cancelling, "“Friday” may go on")]
    fn cancelling_says_what_stays(#[case] kind: Kind, #[case] state: JobState, #[case] words: &str) {
        assert!(if_cancelled(kind, state, "Friday").starts_with(words));
    }
}
