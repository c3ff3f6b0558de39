use askama::Template;

use crate::db::game_acts::{ActKind, ActState, GameAct};
use crate::live::plain;
use crate::pages::PageResult;

/// How many are listed.
pub(in crate::pages::servers) const ACTS: i64 = 20;

/// What was done to the game; it stands in the fragment `acts`.
#[derive(Template)]
#[template(path = "servers/game/acts.html")]
pub(in crate::pages::servers) struct Acts {
    acts: Vec<GameAct>,
}

/// How the last change stands; it stands in the fragment `change`.
#[derive(Template)]
#[template(path = "servers/game/last_change.html")]
pub(in crate::pages::servers) struct LastChange<'a> {
    act: Option<&'a GameAct>,
}

impl Acts {
    pub(in crate::pages::servers) fn render(mut acts: Vec<GameAct>) -> PageResult<String> {
        for act in &mut acts {
            // Names and words of strangers stand in it.
            act.what = plain(&act.what).into_owned();
        }
        Ok(Template::render(&Self { acts })?)
    }
}

impl<'a> LastChange<'a> {
    pub(in crate::pages::servers) fn render(acts: &'a [GameAct]) -> PageResult<String> {
        Ok(Template::render(&Self { act: acts.iter().find(|act| act.kind == ActKind::Change) })?)
    }
}

/// The class and the word of a state.
pub(super) fn pill(state: ActState) -> (&'static str, &'static str) {
    match state {
        ActState::Running => ("moving", "Running"),
        ActState::Waiting => ("moving", "Waiting"),
        ActState::Done => ("done", "Done"),
        ActState::Refused => ("failed", "Refused"),
        ActState::Failed => ("failed", "Failed"),
    }
}
