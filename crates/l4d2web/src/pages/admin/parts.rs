//! The parts of the overview that change by themselves: in the page, and pushed one by one.

use askama::Template;

use crate::db::job_list::{self, Wanted};
use crate::db::jobs::Whose;
use crate::host::shape::Game;
use crate::live::Fragment;
use crate::machine::{Machine, before_install};
use crate::pages::PageResult;
use crate::pages::jobs::{JobTable, Nothing, rows};
use crate::pages::kit::StatePill;
use crate::queue::{JobState, Kind};
use crate::state::AppState;

/// Most jobs that stand here.
const JOBS: u32 = 20;
const NO_JOBS: Nothing = Nothing { title: "", text: "Nothing waits, nothing runs.", step: None };

/// All parts.
#[derive(Debug)]
pub(super) struct Parts {
    game: GamePart,
    machine: MachinePart,
    jobs: JobTable,
}

/// Which game there is, and what can be done about it.
#[derive(Debug, Template)]
#[template(path = "admin/game.html")]
pub(super) struct GamePart {
    game: Result<Game, String>,
    /// The install that waits or runs.
    install: Option<i64>,
}

/// How full the machine is.
#[derive(Debug, Template)]
#[template(path = "admin/machine.html")]
pub(super) struct MachinePart {
    machine: Machine,
}

impl Parts {
    /// Looks at everything but the game, of which the host said this.
    pub(super) async fn look(state: &AppState, game: Result<Game, String>) -> PageResult<Self> {
        let machine = Machine::look(&state.config.root);
        let wanted = Wanted { whose: Whose::All, states: &JobState::OPEN, kind: None, before: None };
        let jobs = job_list::list(&state.db, wanted, JOBS).await?;
        let install = jobs.iter().find(|job| job.kind == Kind::Install).map(|job| job.id.0);
        let rows = rows(&state.db, jobs, state.clock.now()).await?;
        Ok(Self {
            game: GamePart { game, install },
            machine: MachinePart { machine },
            jobs: JobTable { rows, nothing: NO_JOBS },
        })
    }

    /// What may go wrong with an install.
    pub(super) fn warnings(&self) -> Vec<String> {
        before_install(&self.machine.machine)
    }

    /// Them as HTML: the game, the machine, the jobs.
    pub(super) fn html(&self) -> PageResult<[String; 3]> {
        let game = self.game.render()?;
        Ok([game, self.machine.render()?, self.jobs.render()?])
    }

    /// Them as events bring them.
    pub(super) fn fragments(&self) -> PageResult<Vec<Fragment>> {
        let mut fragments =
            vec![Fragment::new("game", self.game.render()?), Fragment::new("machine", self.machine.render()?)];
        fragments.extend(self.jobs.fragments()?);
        Ok(fragments)
    }
}

impl GamePart {
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
            Ok(Game { installed: None, .. }) => "Install the game…",
            Ok(game) if game.update_waits() => "Install the update…",
            _ => "Install again…",
        }
    }
}
