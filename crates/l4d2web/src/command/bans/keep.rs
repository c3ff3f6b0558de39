//! The task that tells games their bans when they come up, and again when they could not be told.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::tell::start;
use super::tellers::Want;
use super::{Told, Which, tell, throw_out};
use crate::command::{NoReply, Running};
use crate::db;
use crate::game::rcon::{RconError, Stage};
use crate::id::ServerId;
use crate::live::Change;
use crate::state::AppState;

/// How often all servers are looked at besides.
const SWEEP: Duration = Duration::from_secs(20);
/// How many servers are told at once.
const AT_ONCE: usize = 8;
/// How long the telling of one may take in all.
const TELLING_MOST: Duration = Duration::from_mins(3);
/// How often a game is told what it answers to and does not take; then not before its next start or the next wish.
const REFUSALS: u32 = 6;

fn late() -> NoReply {
    NoReply::Rcon(RconError::Timeout { waiting: Stage::Reply, after: TELLING_MOST })
}

/// How far a server is.
#[derive(Debug, Default)]
struct Course {
    /// Which process of its game this is about.
    start: Option<i64>,
    /// Whether that has been told all.
    settled: bool,
    /// How many wishes came: what is told may be old when it is told.
    wishes: u64,
    /// How often it could not be told, and how often it did not take it.
    failures: u32,
    refusals: u32,
    /// Not before that.
    not_before: Option<Instant>,
    /// When it is looked once more who is on it.
    once_more: Option<Instant>,
    /// It did not answer when it was last looked at: it is told as soon as it does.
    silent: bool,
    /// Somebody is at it.
    busy: bool,
}

/// What is to be done at a server.
#[derive(Debug, Clone, Copy)]
struct Work {
    tell: bool,
    once_more: bool,
    wishes: u64,
}

type Ended = (ServerId, Work, Result<Told, NoReply>);

impl Course {
    fn work(&self, now: Instant) -> Option<Work> {
        let tell = !self.settled && self.not_before.is_none_or(|at| at <= now);
        let once_more = self.once_more.is_some_and(|at| at <= now);
        (!self.busy && !self.silent && (tell || once_more)).then_some(Work { tell, once_more, wishes: self.wishes })
    }

    /// When there is work.
    fn due(&self) -> Option<Instant> {
        let told = if self.settled { None } else { self.not_before };
        let next = [told, self.once_more].into_iter().flatten().min();
        next.filter(|_| !self.busy && !self.silent)
    }
}

struct Keeper {
    state: AppState,
    courses: HashMap<ServerId, Course>,
    at: JoinSet<Ended>,
}

/// Tells each game its bans when it comes up, and again what it could not be told, until `stop`.
pub async fn keep(state: AppState, stop: CancellationToken) {
    let mut changes = state.bus.listen();
    let mut sweep = interval(SWEEP);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut keeper = Keeper { state, courses: HashMap::new(), at: JoinSet::new() };
    loop {
        let due = keeper.due();
        let soon = async {
            match due {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let mut look = Vec::new();
        tokio::select! {
            () = stop.cancelled() => return,
            change = changes.recv() => match change {
                Ok(Change::Play(server)) => look.push(server),
                Ok(_) => continue,
                Err(RecvError::Lagged(_)) => look = keeper.all(),
                Err(RecvError::Closed) => return,
            },
            wants = keeper.state.controls.tellers.wanted() => look = keeper.take(wants),
            Some(ended) = keeper.at.join_next(), if !keeper.at.is_empty() => match ended {
                Ok(ended) => keeper.ended(ended).await,
                // It broke down, and nobody knows which it was: all may be looked at again.
                Err(_) => keeper.courses.clear(),
            },
            _ = sweep.tick() => look = keeper.sweep().await,
            () = soon => {}
        }
        look.extend(keeper.with_work());
        for server in look {
            keeper.look(server).await;
        }
    }
}

impl Keeper {
    /// When there is work next; none while as many are told as may be.
    fn due(&self) -> Option<Instant> {
        if self.at.len() >= AT_ONCE {
            return None;
        }
        self.courses.values().filter_map(Course::due).min()
    }

    fn with_work(&self) -> Vec<ServerId> {
        let now = Instant::now();
        self.courses.iter().filter(|(_, course)| course.work(now).is_some()).map(|(server, _)| *server).collect()
    }

    fn all(&self) -> Vec<ServerId> {
        self.state.play.all().into_iter().map(|(server, _)| server).collect()
    }

    fn take(&mut self, wants: Vec<(ServerId, Want)>) -> Vec<ServerId> {
        let (now, pace) = (Instant::now(), self.state.controls.tellers.pace());
        for (server, want) in &wants {
            let course = self.courses.entry(*server).or_default();
            match want {
                Want::Tell => {
                    (course.settled, course.failures, course.refusals) = (false, 0, 0);
                    course.wishes += 1;
                    course.not_before = Some(now + pace.again);
                }
                Want::OnceMore => course.once_more = Some(now + pace.once_more),
            }
        }
        wants.into_iter().map(|(server, _)| server).collect()
    }

    /// Ends what is over, and looks at all servers.
    async fn sweep(&mut self) -> Vec<ServerId> {
        match db::bans::end_past(&self.state.db, self.state.clock.now()).await {
            Ok(servers) => drop(self.take(servers.into_iter().map(|server| (server, Want::Tell)).collect())),
            Err(error) => tracing::warn!(%error, "bans that are over cannot be ended"),
        }
        let all = self.all();
        self.courses.retain(|server, course| course.busy || all.contains(server));
        all
    }

    /// Begins what is to be done at a server.
    async fn look(&mut self, server: ServerId) {
        let Some(look) = self.state.play.of(server) else {
            // The next process is told anew.
            self.courses.retain(|known, course| *known != server || course.busy);
            return;
        };
        let answers = look.seen.is_some() && look.unseen.is_none();
        let course = self.courses.entry(server).or_default();
        if !answers {
            course.silent = true;
            return;
        }
        if std::mem::take(&mut course.silent) {
            course.not_before = None;
        }
        if self.at.len() >= AT_ONCE || course.busy {
            return;
        }
        let Ok(running) = Running::of(&self.state.db, server).await else {
            course.silent = true;
            return;
        };
        let start = start(&running);
        if course.start != Some(start) {
            // What was wished before this one was looked at is about it.
            let once_more = course.once_more.filter(|_| course.start.is_none());
            *course = Course { start: Some(start), wishes: course.wishes + 1, once_more, ..Course::default() };
        }
        let Some(work) = course.work(Instant::now()) else { return };
        course.busy = true;
        let state = self.state.clone();
        self.at.spawn(async move {
            let done = async {
                if work.once_more {
                    throw_out(&state, server).await?;
                }
                if work.tell { tell(&state, server, Which::All).await } else { Ok(Told::default()) }
            };
            // One that answers each command at the last moment must not hold up the others.
            let done = timeout(TELLING_MOST, done).await.unwrap_or_else(|_| Err(late()));
            (server, work, done)
        });
    }

    async fn ended(&mut self, (server, work, told): Ended) {
        let pace = self.state.controls.tellers.pace();
        let course = self.courses.entry(server).or_default();
        course.busy = false;
        let now = Instant::now();
        match told {
            Ok(told) => {
                course.once_more = course.once_more.filter(|_| !work.once_more);
                if told.taken + told.refused > 0 {
                    course.once_more = Some(now + pace.once_more);
                }
                if work.tell && told.refused == 0 {
                    // What was wished meanwhile may not have been among it.
                    course.settled = course.wishes == work.wishes;
                    (course.failures, course.refusals) = (0, 0);
                    let start = course.start.unwrap_or_default();
                    self.settle(server, start).await;
                } else if work.tell {
                    course.refusals += 1;
                    course.settled = course.refusals >= REFUSALS && course.wishes == work.wishes;
                    course.not_before = Some(now + later(&pace, course.refusals));
                }
            }
            Err(error) => {
                course.failures += 1;
                let wait = later(&pace, course.failures);
                if work.tell {
                    course.not_before = Some(now + wait);
                }
                if work.once_more {
                    course.once_more = Some(now + wait);
                }
                tracing::info!(%server, %error, again_in = ?wait, "a game could not be told its bans yet");
            }
        }
    }

    /// Puts down what waited for that.
    async fn settle(&self, server: ServerId, start: i64) {
        let result = "The game was told when it answered, and has it.";
        match db::game_acts::told(&self.state.db, server, start, result, self.state.clock.now()).await {
            Ok(true) => self.state.bus.send(Change::Figures(server)),
            Ok(false) => {}
            Err(error) => tracing::warn!(%server, %error, "it cannot be put down that a game was told its bans"),
        }
    }
}

/// Twice as long each time.
fn later(pace: &super::Pace, times: u32) -> Duration {
    pace.again.saturating_mul(1 << times.saturating_sub(1).min(16)).min(pace.at_most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_game_is_asked_ever_more_seldom() {
        let pace = super::super::Pace::default();
        let waits = [1, 2, 3, 6, 7, 40, u32::MAX].map(|times| later(&pace, times).as_secs());
        assert_eq!(waits, [5, 10, 20, 160, 300, 300, 300]);
    }

    #[tokio::test]
    async fn a_course_says_what_is_to_be_done() {
        let now = Instant::now();
        let (before, after) = (Some(now), Some(now + Duration::from_secs(1)));
        let course = || Course { start: Some(1), settled: true, ..Course::default() };
        let work = |course: &Course| course.work(now).map(|work| (work.tell, work.once_more));
        assert_eq!(work(&Course::default()), Some((true, false)), "one that comes up is told");
        assert_eq!(work(&course()), None);
        let failed = Course { settled: false, not_before: after, ..course() };
        assert_eq!((work(&failed), failed.due()), (None, after));
        let told = Course { once_more: before, ..course() };
        assert_eq!((work(&told), told.due()), (Some((false, true)), before));
        for idle in [
            Course { busy: true, once_more: before, ..course() },
            Course { silent: true, once_more: before, ..course() },
        ] {
            assert_eq!((work(&idle), idle.due()), (None, None));
        }
    }
}
