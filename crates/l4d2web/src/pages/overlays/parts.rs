//! The parts of an overlay's page that change while one looks, as they are for one reader: in the page, and pushed one by one.

use askama::Template;

use super::panel;
use super::used::UsedBy;
use crate::db;
use crate::db::job_list::{self, Wanted};
use crate::db::jobs::{self, Job, Whose};
use crate::db::overlay_builds;
use crate::db::overlays::Overlay;
use crate::db::users::{self, User};
use crate::host::Progress;
use crate::live::Fragment;
use crate::overlays::Stand;
use crate::pages::PageResult;
use crate::pages::jobs::{rows, waiting_words};
use crate::pages::kit::{JobRow, StatePill, count, size};
use crate::queue::JobState;
use crate::rights::{OverlayRight, OverlayStanding};
use crate::routes::OverlayAccess;
use crate::state::AppState;

/// How many builds are listed.
const BUILDS: u32 = 5;

/// All parts.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub(super) overlay: Overlay,
    pub(super) standing: OverlayStanding,
    /// The name of its owner; none when it is everybody's.
    pub(super) owner: Option<String>,
    pub(super) stand: Stand,
    pub(super) used: UsedBy,
    /// Its build that runs or, when none does, the newest.
    pub(super) job: Option<Job>,
    /// For what that waits.
    pub(super) waits: Option<String>,
    /// Its newest builds, for those who may see them.
    pub(super) builds: Vec<JobRow>,
    /// Why it cannot be built now.
    pub(super) no_build: Option<String>,
    pub(super) now: i64,
}

#[derive(Template)]
#[template(path = "overlays/head.html")]
struct Head<'a> {
    parts: &'a Parts,
}

#[derive(Template)]
#[template(path = "overlays/acts.html")]
struct Acts<'a> {
    parts: &'a Parts,
}

#[derive(Template)]
#[template(path = "overlays/build.html")]
struct Build<'a> {
    parts: &'a Parts,
}

impl Build<'_> {
    /// Whether there is something to say about what servers keep.
    fn keeps(&self) -> bool {
        let built = self.parts.overlay.built_at.is_some() && !matches!(self.parts.stand, Stand::Built);
        built || self.parts.stand.open().is_some()
    }
}

#[derive(Template)]
#[template(path = "overlays/used.html")]
struct Used<'a> {
    parts: &'a Parts,
}

#[derive(Template)]
#[template(path = "overlays/builds.html")]
struct Builds<'a> {
    rows: &'a [JobRow],
}

#[derive(Template)]
#[template(path = "overlays/tree.html")]
struct Tree<'a> {
    parts: &'a Parts,
}

impl Parts {
    /// Looks at an overlay.
    pub(super) async fn load(state: &AppState, access: &OverlayAccess, me: &User) -> PageResult<Self> {
        let (db, now) = (&state.db, state.clock.now());
        let OverlayAccess { overlay, standing } = access;
        let owner = match overlay.owner_id {
            Some(owner) => users::find(db, owner).await?.map(|user| user.name),
            None => None,
        };
        let build = overlay_builds::newest(db, overlay.id).await?;
        let stand = Stand::of(overlay, build.as_ref());
        let job = match &build {
            Some(build) => jobs::find(db, build.id).await?,
            None => None,
        };
        let waits = match &job {
            Some(job) if job.state == JobState::Queued => waiting_words(db, job.id).await?,
            _ => None,
        };
        let builds = if standing.may(OverlayRight::Builds) {
            let wanted = Wanted { whose: Whose::Overlay(overlay.id), states: &[], kind: None, before: None };
            rows(db, job_list::list(db, wanted, BUILDS).await?, now).await?
        } else {
            Vec::new()
        };
        let no_build = match stand.no_build() {
            Some(why) => Some(why.to_owned()),
            None => panel::no_build(state, overlay).await?,
        };
        Ok(Self {
            used: UsedBy::of(&db::overlays::uses(db).await?, overlay.id, me.id),
            overlay: overlay.clone(),
            standing: *standing,
            owner,
            stand,
            job,
            waits,
            builds,
            no_build,
            now,
        })
    }

    /// Where it is.
    pub(super) fn page(&self) -> String {
        format!("/overlays/{}", self.overlay.id)
    }

    pub(super) fn pill(&self) -> StatePill {
        self.stand.pill()
    }

    /// Whether the reader may change and build it.
    pub(super) fn may_change(&self) -> bool {
        self.standing.may(OverlayRight::Change)
    }

    /// Whether the reader may see what builds print.
    pub(super) fn may_see_builds(&self) -> bool {
        self.overlay.kind.is_built() && self.standing.may(OverlayRight::Builds)
    }

    /// `of admin`, `for everybody`, `yours alone`.
    pub(super) fn whose(&self) -> String {
        match &self.owner {
            _ if self.standing.mine => "yours alone".to_owned(),
            Some(owner) => format!("of {owner}"),
            None => "for everybody".to_owned(),
        }
    }

    /// `58 files, 613 MB`; none when that is not known.
    pub(super) fn amount(&self) -> Option<String> {
        self.overlay.bytes?;
        let files = usize::try_from(self.overlay.files?).unwrap_or_default();
        Some(format!("{}, {}", count(files, "file", "files"), size(self.overlay.size())))
    }

    /// The job that is at it, with who may end it.
    fn open(&self) -> Option<&Job> {
        self.job.as_ref().filter(|job| !job.state.is_over())
    }

    /// Whether the reader may end the build that is at it.
    fn may_cancel(&self) -> bool {
        (self.may_change() || self.standing.admin) && matches!(self.stand, Stand::Queued(_) | Stand::Building(_))
    }

    /// How far the build is.
    fn progress(&self) -> Option<Progress> {
        self.open()?.progress()
    }

    /// Why the last build did not work, for those who may know.
    fn trouble(&self) -> Option<&str> {
        if !matches!(self.stand, Stand::Failed(..)) {
            return None;
        }
        let summary = self.job.as_ref().and_then(|job| job.summary.as_deref());
        if self.may_see_builds() { summary } else { Some("Those who may change it see why.") }
    }

    /// The parts as events bring them.
    pub(super) fn fragments(&self) -> Result<Vec<Fragment>, askama::Error> {
        let mut fragments = vec![
            Fragment::new("head", Head { parts: self }.render()?),
            Fragment::new("acts", Acts { parts: self }.render()?),
            Fragment::new("used", Used { parts: self }.render()?),
            Fragment::new("tree", Tree { parts: self }.render()?),
        ];
        if self.overlay.kind.is_built() {
            fragments.push(Fragment::new("build", Build { parts: self }.render()?));
        }
        if self.may_see_builds() {
            fragments.push(Fragment::new("builds", Builds { rows: &self.builds }.render()?));
        }
        Ok(fragments)
    }
}
