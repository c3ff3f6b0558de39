//! What servers do by themselves: they crash, come back, are stopped or started by somebody at the machine.
//!
//! `l4d2ctl watch` tells at once that a unit started or ended; it is started again when it ends. Behind it all states are asked for now and
//! then. What differs from the row is stored and sent to the bus; nothing else is. What `watch` does not tell (a unit that goes from mounted to
//! running, or gives up at the start limit) is found by a few quick looks as long as a server is between two states.

mod drift;
mod looks;
mod observe;

use std::collections::HashSet;
use std::future::pending;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::Change;
use crate::host::{Changes, HostError, shape};
use crate::id::ServerId;
use crate::state::AppState;
use looks::Looks;

/// How long changes are collected: a start writes several records in a row.
const COLLECT: Duration = Duration::from_millis(30);
/// When more servers than this changed at once, all are asked for at once.
const SINGLY: usize = 4;
/// How long to wait before `watch` is started again: at first, and at most.
const AGAIN: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));
/// A child that lived so long was no failure.
const LIVED: Duration = Duration::from_secs(30);
/// How soon after a change in the database it is looked at whether a server still is as it should be.
const RECONSIDER: Duration = Duration::from_millis(200);

/// Watches until `stop`.
pub async fn run(state: AppState, stop: CancellationToken) {
    let mut watch = Watch::new(state);
    tokio::select! {
        () = watch.run() => {}
        () = stop.cancelled() => {}
    }
}

struct Watch {
    state: AppState,
    child: Child,
    /// Servers to ask for.
    dirty: HashSet<ServerId>,
    all: bool,
    /// Whether something may have happened that nobody saw.
    was_away: bool,
    ask_at: Option<Instant>,
    looks: Looks,
    reconsider_at: Option<Instant>,
}

enum Child {
    Runs { changes: Changes, since: Instant, pause: Duration },
    Waits { until: Instant, pause: Duration },
}

enum Event {
    Told(Option<Result<shape::Change, HostError>>),
    Begin,
    Poll,
    Ask,
    Look,
    Stored(Option<Change>),
    Reconsider,
}

impl Watch {
    fn new(state: AppState) -> Self {
        Self {
            state,
            child: Child::Waits { until: Instant::now(), pause: AGAIN.0 },
            dirty: HashSet::new(),
            all: false,
            was_away: true,
            ask_at: None,
            looks: Looks::default(),
            reconsider_at: None,
        }
    }

    async fn run(&mut self) {
        let mut poll = interval(self.state.config.poll_interval);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut changes = self.state.bus.listen();
        loop {
            let (ask_at, look_at, reconsider_at) = (self.ask_at, self.looks.next(), self.reconsider_at);
            let event = tokio::select! {
                event = self.child.next() => event,
                _ = poll.tick() => Event::Poll,
                () = at(ask_at) => Event::Ask,
                () = at(look_at) => Event::Look,
                // One that was missed may be of any kind.
                change = changes.recv() => Event::Stored(change.ok()),
                () = at(reconsider_at) => Event::Reconsider,
            };
            self.take(event).await;
        }
    }

    async fn take(&mut self, event: Event) {
        match event {
            Event::Told(told) => self.told(told),
            Event::Begin => self.begin(),
            Event::Poll => self.ask_soon(None),
            Event::Look => {
                for server in self.looks.due(Instant::now()) {
                    self.ask_soon(Some(server));
                }
            }
            Event::Ask => self.ask().await,
            Event::Stored(None | Some(Change::Server(_) | Change::Job(_))) => {
                self.reconsider_at.get_or_insert(Instant::now() + RECONSIDER);
            }
            Event::Stored(Some(_)) => {}
            Event::Reconsider => {
                self.reconsider_at = None;
                if let Err(error) = drift::reconsider(&self.state).await {
                    tracing::error!(%error, "it cannot be told which servers are not as they should be");
                }
            }
        }
    }

    fn begin(&mut self) {
        let Child::Waits { pause, .. } = self.child else { return };
        match self.state.host.watch() {
            Ok(changes) => self.child = Child::Runs { changes, since: Instant::now(), pause },
            Err(error) => {
                tracing::warn!(%error, "the host cannot be watched; it is tried again");
                self.child = Child::after(pause);
            }
        }
        // What happened while nobody watched.
        self.was_away = true;
        self.ask_soon(None);
    }

    fn told(&mut self, told: Option<Result<shape::Change, HostError>>) {
        match told {
            Some(Ok(change)) => {
                if let Some(server) = change.server() {
                    self.ask_soon(Some(server));
                } else {
                    self.state.bus.send(Change::Host);
                }
            }
            Some(Err(error @ HostError::BadJson { .. })) => {
                tracing::warn!(%error, "a change on the host is not understood");
            }
            ended => {
                let error = ended.and_then(Result::err).map(tracing::field::display);
                tracing::warn!(error, "the watch of the host has ended; it is started again");
                if let Child::Runs { since, pause, .. } = self.child {
                    self.child = Child::after(if since.elapsed() > LIVED { AGAIN.0 } else { pause });
                }
            }
        }
    }

    /// Asks for a server, or for all, when no more changes come for a moment.
    fn ask_soon(&mut self, server: Option<ServerId>) {
        match server {
            Some(server) => {
                self.dirty.insert(server);
            }
            None => self.all = true,
        }
        self.ask_at.get_or_insert(Instant::now() + COLLECT);
    }

    async fn ask(&mut self) {
        self.ask_at = None;
        let all = std::mem::take(&mut self.all) || self.was_away || self.dirty.len() > SINGLY;
        let dirty = std::mem::take(&mut self.dirty);
        let mut again = HashSet::new();
        let asked = if all {
            let asked = observe::all(&self.state, &mut self.looks, &mut again, self.was_away).await;
            self.was_away &= asked.is_err();
            asked
        } else {
            observe::some(&self.state, &mut self.looks, dirty, &mut again).await
        };
        for server in again {
            self.ask_soon(Some(server));
        }
        match asked {
            Ok(()) => {}
            Err(observe::Trouble::Host(error)) => tracing::warn!(%error, "the states of servers cannot be asked for"),
            Err(observe::Trouble::Db(error)) => tracing::error!(%error, "the states of servers cannot be stored"),
        }
    }
}

impl Child {
    fn after(pause: Duration) -> Self {
        Self::Waits { until: Instant::now() + pause, pause: (pause * 2).min(AGAIN.1) }
    }

    async fn next(&mut self) -> Event {
        match self {
            Self::Runs { changes, .. } => Event::Told(changes.next().await),
            Self::Waits { until, .. } => {
                sleep_until(*until).await;
                Event::Begin
            }
        }
    }
}

async fn at(when: Option<Instant>) {
    match when {
        Some(when) => sleep_until(when).await,
        None => pending().await,
    }
}
