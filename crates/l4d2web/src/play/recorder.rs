//! Writes down what is seen: samples for graphs, and who played. Askers never wait for it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::time::{MissedTickBehavior, interval};

use super::history::{COARSE, FINE_FOR, KEPT_FOR, Moment, Run, Sample, thin};
use super::profiles::Profiles;
use super::stays::{Stays, Step};
use super::{Play, Seen};
use crate::clock::Clock;
use crate::db::{self, Db, player_sessions, server_samples};
use crate::id::ServerId;
use crate::live::{Bus, Change};
use crate::state::AppState;

/// How often what is not urgent is written, all in one transaction.
const FLUSH: Duration = Duration::from_mins(1);
/// How often old samples are thinned, and what is too old is removed.
const TIDY: Duration = Duration::from_hours(1);
/// The most places that a server of the game has, whatever it says.
const PLACES: usize = 32;
/// How many come within an hour at most: what is said beyond that is not believed.
const COMING: usize = 4 * PLACES;
const HOUR: i64 = 3600;
/// How many stays are kept of a server, the newest.
const STAYS: i64 = 10_000;
/// How many steps are kept while the database takes none.
const STEPS: usize = 10_000;

/// What askers tell.
#[derive(Debug)]
pub(super) enum Note {
    /// A server was seen.
    Seen(ServerId, Arc<Seen>),
    /// A server runs no more.
    Gone(ServerId),
}

/// See the module.
pub(super) struct Recorder {
    db: Db,
    clock: Clock,
    bus: Bus,
    play: Play,
    profiles: Profiles,
    servers: HashMap<ServerId, Log>,
    /// Samples that are over and not written yet, by when they begin.
    over: BTreeMap<(ServerId, i64), Sample>,
    /// Who came and went, in order, as far as that is not written yet.
    steps: Vec<(ServerId, i64, Vec<Step>)>,
}

/// What is under way on a server.
struct Log {
    run: Run,
    /// The sample before, which goes on when the next is the same.
    last: Option<Sample>,
    stays: Stays,
    /// How many have come since when.
    came: (i64, usize),
    seen_at: i64,
    /// Those whose names or pings are not those that are written.
    changed: Vec<Step>,
}

impl Recorder {
    pub(super) fn new(state: &AppState) -> Self {
        Self {
            db: state.db.clone(),
            clock: state.clock.clone(),
            bus: state.bus.clone(),
            play: state.play.clone(),
            profiles: state.profiles.clone(),
            servers: HashMap::new(),
            over: BTreeMap::new(),
            steps: Vec::new(),
        }
    }

    /// Writes until nobody tells anything any more.
    pub(super) async fn run(mut self, mut notes: Receiver<Note>) {
        match player_sessions::close(&self.db, None).await {
            Ok(0) => {}
            Ok(number) => tracing::info!(number, "sessions of players that were open when the panel ended are closed"),
            Err(error) => tracing::error!(%error, "open sessions of players cannot be closed"),
        }
        let (mut flush, mut care) = (interval(FLUSH), interval(TIDY));
        for timer in [&mut flush, &mut care] {
            timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        flush.tick().await;
        let mut thinned = BTreeMap::new();
        loop {
            tokio::select! {
                biased;
                note = notes.recv() => match note {
                    Some(Note::Seen(server, seen)) => self.seen(server, &seen).await,
                    Some(Note::Gone(server)) => self.gone(server).await,
                    None => break,
                },
                _ = flush.tick() => self.flush().await,
                _ = care.tick() => {
                    if let Err(error) = tidy(&self.db, self.clock.now(), &mut thinned).await {
                        tracing::error!(%error, "what was seen of servers long ago cannot be tidied up");
                    }
                    self.profiles.tidy().await;
                }
            }
        }
        for server in self.servers.keys().copied().collect::<Vec<_>>() {
            self.end(server);
        }
        self.write().await;
    }

    async fn seen(&mut self, server: ServerId, seen: &Seen) {
        let moment = moment(seen);
        let log = self.servers.entry(server).or_insert_with(|| Log {
            run: Run::begin(&moment),
            last: None,
            stays: Stays::default(),
            came: (seen.at, 0),
            seen_at: seen.at,
            changed: Vec::new(),
        });
        if let Some(over) = log.run.take(&moment) {
            let over = after(&mut log.last, over);
            self.over.insert((server, over.from), over);
        }
        log.seen_at = seen.at;
        let steps = log.take(server, seen);
        let (changed, now): (Vec<_>, Vec<_>) = steps.into_iter().partition(|step| matches!(step, Step::Changed(..)));
        log.changed.extend(changed);
        for step in &now {
            if let Step::Came(id, _) = step {
                self.profiles.want(server, *id);
            }
        }
        self.publish(server);
        if !now.is_empty() {
            self.step(server, seen.at, now);
            self.write_steps().await;
            self.bus.send(Change::Figures(server));
        }
    }

    async fn gone(&mut self, server: ServerId) {
        if self.end(server) {
            self.write().await;
            self.bus.send(Change::Figures(server));
        }
    }

    /// Ends what is under way on a server; false when nothing is.
    fn end(&mut self, server: ServerId) -> bool {
        let Some(mut log) = self.servers.remove(&server) else { return false };
        let over = after(&mut log.last, log.run.sample());
        self.over.insert((server, over.from), over);
        let left = log.stays.take(std::iter::empty(), 0);
        self.step(server, log.seen_at, left);
        true
    }

    /// Writes what is not urgent.
    async fn flush(&mut self) {
        // The note that a server is gone may have been lost when there were too many.
        let gone: Vec<_> = self.servers.keys().filter(|server| self.play.of(**server).is_none()).copied().collect();
        for server in gone {
            self.end(server);
        }
        let mut seen = Vec::new();
        let mut changed = Vec::new();
        for (server, log) in &mut self.servers {
            if !log.changed.is_empty() {
                changed.push((*server, log.seen_at, std::mem::take(&mut log.changed)));
            }
            if !log.stays.is_empty() {
                seen.push((*server, log.seen_at));
            }
        }
        for (server, at, steps) in changed {
            self.step(server, at, steps);
        }
        self.write().await;
        if let Err(error) = player_sessions::seen(&self.db, &seen).await {
            tracing::error!(%error, "when players were seen last cannot be written down");
        }
    }

    async fn write(&mut self) {
        self.write_steps().await;
        let samples: Vec<_> = self.over.iter().map(|((server, _), sample)| (*server, sample.clone())).collect();
        match server_samples::put(&self.db, &samples).await {
            Ok(()) => {
                self.over.clear();
                for server in samples.into_iter().map(|(server, _)| server).collect::<std::collections::BTreeSet<_>>() {
                    self.publish(server);
                }
            }
            Err(error) => tracing::error!(%error, "what was seen of servers cannot be written down; it is tried again"),
        }
    }

    fn step(&mut self, server: ServerId, at: i64, steps: Vec<Step>) {
        if self.steps.len() == STEPS {
            tracing::error!("too much about players waits to be written down: the eldest is forgotten");
            self.steps.remove(0);
        }
        if !steps.is_empty() {
            self.steps.push((server, at, steps));
        }
    }

    async fn write_steps(&mut self) {
        while let Some((server, at, steps)) = self.steps.first() {
            if let Err(error) = player_sessions::write(&self.db, *server, *at, steps).await {
                tracing::error!(%error, "who came and went cannot be written down; it is tried again");
                return;
            }
            self.steps.remove(0);
        }
    }

    /// Lets pages see what is not written yet.
    fn publish(&self, server: ServerId) {
        let over = self.over.range((server, i64::MIN)..=(server, i64::MAX)).map(|(_, sample)| sample.clone());
        let run = self.servers.get(&server).map(|log| log.run.sample());
        self.play.set_open(server, over.chain(run).collect());
    }
}

impl Log {
    /// Who came and went, as far as that is believed: a server may say whatever it likes, and each who comes is a row and a question to Steam.
    fn take(&mut self, server: ServerId, seen: &Seen) -> Vec<Step> {
        if !(self.came.0..self.came.0 + HOUR).contains(&seen.at) {
            self.came = (seen.at, 0);
        }
        let mut steps = self.stays.take(seen.people.iter(), PLACES);
        steps.retain(|step| {
            let Step::Came(id, _) = step else { return true };
            let believed = self.came.1 < COMING;
            if believed {
                self.came.1 += 1;
                if self.came.1 == COMING {
                    tracing::warn!(%server, "more players come than a server can have: for the rest of an hour they are not written down");
                }
            } else {
                // Who stays is written down later.
                self.stays.forget(*id);
            }
            believed
        });
        steps
    }
}

/// The sample `next`, or `last` grown longer when both say the same.
fn after(last: &mut Option<Sample>, next: Sample) -> Sample {
    let sample = match last.take() {
        // Not for ever: what is thinned goes by when it begins.
        Some(last) if last.same(&next) && last.meets(&next, 0) && next.to - last.from <= COARSE => {
            Sample { to: next.to, ..last }
        }
        _ => next,
    };
    *last = Some(sample.clone());
    sample
}

fn moment(seen: &Seen) -> Moment {
    Moment {
        at: seen.at,
        map: seen.map().unwrap_or_default().to_owned(),
        mode: seen.mode.as_ref().map(|mode| mode.value().to_owned()).unwrap_or_default(),
        players: i64::from(seen.humans()),
        fps: seen.stats.map(|stats| stats.fps),
        cpu: seen.cpu,
        memory: seen.memory,
    }
}

/// Thins samples that are older than a day, and removes what is older than 30 days. `thinned` says up to when that was done for each server.
///
/// # Errors
///
/// When the database fails.
pub async fn tidy(db: &Db, now: i64, thinned: &mut BTreeMap<ServerId, i64>) -> db::Result<()> {
    let until = (now - FINE_FOR).div_euclid(COARSE) * COARSE;
    for server in server_samples::servers(db, until).await? {
        server_samples::prune(db, server, now - KEPT_FOR).await?;
        let from = thinned.get(&server).copied().unwrap_or(0);
        let samples = server_samples::between(db, server, from, until).await?;
        let coarse = thin(&samples);
        if coarse != samples {
            server_samples::replace(db, server, from, until, &coarse).await?;
        }
        thinned.insert(server, until);
    }
    player_sessions::prune(db, now - KEPT_FOR, STAYS).await?;
    Ok(())
}
