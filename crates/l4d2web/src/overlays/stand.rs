//! How an overlay stands: built, at it, failed, or behind what it is made of. Pure.

use crate::db::overlays::Overlay;
use crate::id::JobId;
use crate::pages::kit::StatePill;
use crate::queue::JobState;

/// The build of an overlay that runs or, when none does, the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenBuild {
    /// Its job.
    pub id: JobId,
    /// Where that is.
    pub state: JobState,
}

/// How an overlay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Nobody builds it: an admin keeps it.
    ByHand,
    /// A build waits.
    Queued(JobId),
    /// A build runs.
    Building(JobId),
    /// A build runs, and is being ended.
    Cancelling(JobId),
    /// The last build did not work. Whether there is a tree from before.
    Failed(JobId, bool),
    /// There is nothing yet that a server could use.
    NeverBuilt,
    /// What it is made of has changed since.
    Changed,
    /// It is what it is made of.
    Built,
}

impl Stand {
    /// How it stands, by its row and its build.
    #[must_use]
    pub fn of(overlay: &Overlay, build: Option<&OpenBuild>) -> Self {
        if !overlay.kind.is_built() {
            return Self::ByHand;
        }
        match build.map(|build| (build.state, build.id)) {
            Some((JobState::Queued, id)) => Self::Queued(id),
            Some((JobState::Running, id)) => Self::Building(id),
            Some((JobState::Cancelling, id)) => Self::Cancelling(id),
            Some((JobState::Failed | JobState::Interrupted, id)) => Self::Failed(id, overlay.built_at.is_some()),
            _ if overlay.built_at.is_none() => Self::NeverBuilt,
            _ if overlay.is_changed() => Self::Changed,
            _ => Self::Built,
        }
    }

    /// Its shape and word.
    #[must_use]
    pub fn pill(self) -> StatePill {
        match self {
            Self::ByHand => StatePill::done("Ready"),
            Self::Queued(_) => StatePill::queued("Queued"),
            Self::Building(_) => StatePill::moving("Building"),
            Self::Cancelling(_) => StatePill::moving("Cancelling"),
            Self::Failed(..) => StatePill::failed("Failed"),
            Self::NeverBuilt => StatePill::stopped("Not built"),
            Self::Changed => StatePill::stale("Changed"),
            Self::Built => StatePill::done("Built"),
        }
    }

    /// The job that is at it.
    #[must_use]
    pub fn open(self) -> Option<JobId> {
        match self {
            Self::Queued(id) | Self::Building(id) | Self::Cancelling(id) => Some(id),
            _ => None,
        }
    }

    /// Why no other build can be asked for now: one that waits does it already.
    #[must_use]
    pub fn no_build(self) -> Option<&'static str> {
        match self {
            Self::Queued(_) => Some("A build waits for its turn already."),
            Self::Building(_) | Self::Cancelling(_) => {
                Some("It is building now. What is saved meanwhile needs another build.")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::OverlayId;
    use crate::overlays::Kind;
    use rstest::rstest;

    #[rstest]
    #[case(None, None, None, "Not built")]
    #[case(Some(JobState::Queued), None, None, "Queued")]
    #[case(Some(JobState::Running), Some(5), Some(5), "Building")]
    #[case(Some(JobState::Cancelling), Some(5), Some(5), "Cancelling")]
    #[case(Some(JobState::Failed), Some(5), Some(5), "Failed")]
    #[case(Some(JobState::Interrupted), None, None, "Failed")]
    #[case(Some(JobState::Cancelled), Some(5), Some(5), "Built")]
    #[case(Some(JobState::Cancelled), None, None, "Not built")]
    #[case(Some(JobState::Succeeded), Some(5), Some(5), "Built")]
    #[case(Some(JobState::Succeeded), Some(5), Some(4), "Changed")]
    #[case(None, Some(5), Some(5), "Built")] // its jobs were removed
    fn the_word(
        #[case] state: Option<JobState>,
        #[case] built_at: Option<i64>,
        #[case] built_source: Option<i64>,
        #[case] word: &str,
    ) {
        let mut overlay = Overlay {
            id: OverlayId(1),
            owner_id: None,
            name: "Maps".to_owned(),
            kind: Kind::Script,
            reference: "1".to_owned(),
            updated_at: 0,
            bytes: None,
            files: None,
            held_bytes: None,
            source_at: Some(5),
            built_at,
            built_source,
        };
        let build = state.map(|state| OpenBuild { id: JobId(7), state });
        assert_eq!(Stand::of(&overlay, build.as_ref()).pill().word, word);
        overlay.kind = Kind::Directory;
        assert_eq!(Stand::of(&overlay, build.as_ref()), Stand::ByHand);
    }
}
