//! Asking one server, every five seconds, one question at a time.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::desk::Desk;
use super::pace::Pace;
use super::{Cgroups, Here, Line, Lines, Seen, Unseen, atlas};
use crate::clock::Clock;
use crate::db::Db;
use crate::files::Files;
use crate::game::{Command, Difficulty, Mode, Place, RconError, RconPassword, Stats, Status, Variable};
use crate::id::BlueprintId;

/// How often a server is asked.
pub(super) const EVERY: Duration = Duration::from_secs(5);
/// How long it may take before pages say so. What was seen before is shown on.
const PATIENCE: Duration = Duration::from_secs(12);
/// How often mode and difficulty are asked for, besides when the map is another.
const RARELY: Duration = Duration::from_mins(1);
/// How far two accounts of when somebody joined may differ, in seconds: they are counted at different moments.
const SLACK: i64 = 30;

/// Who is asked, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) port: u16,
    pub(super) password: RconPassword,
    pub(super) blueprint: BlueprintId,
    /// Another start is another target.
    pub(super) started_at: Option<i64>,
}

/// Asks a server until it is dropped.
pub(super) struct Asker<L> {
    pub(super) lines: L,
    pub(super) target: Target,
    pub(super) desk: Desk,
    pub(super) db: Db,
    pub(super) files: Files,
    pub(super) clock: Clock,
    pub(super) cgroups: Cgroups,
}

/// What is known between two looks.
#[derive(Default)]
struct Known {
    people: Vec<Here>,
    map: Option<String>,
    mode: Option<Mode>,
    difficulty: Option<Difficulty>,
    place: Option<Place>,
    asked: Option<Instant>,
    cpu: Option<(Duration, Instant)>,
}

/// Why a look failed.
enum Failed {
    Rcon(RconError),
    /// What it said is no status.
    Odd(String),
}

impl<L: Lines> Asker<L> {
    /// Asks for ever; the first time after `first`, so that not all servers are asked at once.
    pub(super) async fn run(self, first: Duration) {
        let mut pace = Pace::default();
        let mut known = Known::default();
        let mut last = None;
        sleep(first).await;
        loop {
            let failed = match self.lines.open(self.desk.server(), self.target.port, &self.target.password).await {
                Ok(line) => self.look_on(line, &mut known, &mut pace).await,
                Err(error) => Failed::Rcon(error),
            };
            let why = failed.why();
            let server = self.desk.server();
            // Once, not at each try.
            if last.replace(why) != Some(why) {
                tracing::info!(%server, error = failed.words(), "nothing is seen of a server");
            }
            self.desk.unseen(why, self.clock.now());
            sleep(pace.pause(why)).await;
        }
    }

    /// Looks again and again, until that fails.
    async fn look_on(&self, mut line: L::Line, known: &mut Known, pace: &mut Pace) -> Failed {
        let mut turn = interval(EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = turn.tick() => {}
                () = self.desk.wanted() => turn.reset(),
            }
            match self.look(&mut line, known).await {
                Ok(seen) => {
                    pace.reset();
                    self.desk.seen(seen);
                }
                Err(failed) => return failed,
            }
        }
    }

    async fn look(&self, line: &mut L::Line, known: &mut Known) -> Result<Seen, Failed> {
        let begun = Instant::now();
        let reply = self.patiently(line.ask(&command("status")?)).await?;
        let took = begun.elapsed();
        let mut status = Status::parse(&reply).map_err(|error| Failed::Odd(error.to_string()))?;
        let at = self.clock.now();
        let moved = status.map != known.map;
        let rarely = moved || known.asked.is_none_or(|asked| asked.elapsed() >= RARELY);
        let question = if rarely { "stats; mp_gamemode; z_difficulty" } else { "stats" };
        let reply = self.patiently(line.ask(&command(question)?)).await?;
        if rarely {
            let value = |name| Variable::read(&reply, name).ok().map(|variable| variable.value);
            let mode = value("mp_gamemode").and_then(|value| Mode::parse(&value));
            if moved || mode != known.mode {
                known.place = match &status.map {
                    Some(map) => self.place(map, mode.as_ref()).await,
                    None => None,
                };
            }
            known.mode = mode;
            known.difficulty = value("z_difficulty").and_then(|value| Difficulty::parse(&value));
            known.asked = Some(Instant::now());
            known.map.clone_from(&status.map);
        }
        let people = people(std::mem::take(&mut status.players), &known.people, at);
        known.people.clone_from(&people);
        let usage = self.cgroups.usage(&self.desk.server().to_string());
        let now = Instant::now();
        let cpu = usage.cpu.and_then(|used| {
            let (before, then) = known.cpu.replace((used, now))?;
            let seconds = now.duration_since(then).as_secs_f64();
            (seconds > 0.0).then(|| used.saturating_sub(before).as_secs_f64() / seconds * 100.0)
        });
        Ok(Seen {
            at,
            took,
            status,
            people,
            place: known.place.clone(),
            mode: known.mode.clone(),
            difficulty: known.difficulty,
            stats: Stats::parse(&reply),
            cpu,
            memory: usage.memory,
            memory_max: usage.memory_max,
        })
    }

    /// Waits for a reply, and says so when it takes long: the question is not asked again.
    async fn patiently(&self, reply: impl Future<Output = Result<Vec<u8>, RconError>>) -> Result<Vec<u8>, Failed> {
        let mut reply = std::pin::pin!(reply);
        tokio::select! {
            reply = &mut reply => return reply.map_err(Failed::Rcon),
            () = sleep(PATIENCE) => self.desk.waits(self.clock.now()),
        }
        reply.await.map_err(Failed::Rcon)
    }

    /// Where a map is: in a campaign of the game, or of what the server is made of.
    async fn place(&self, map: &str, mode: Option<&Mode>) -> Option<Place> {
        if let Some(place) = atlas::official().find(map, mode) {
            return Some(place);
        }
        match atlas(&self.db, &self.files, self.target.blueprint).await {
            Ok(atlas) => atlas.find(map, mode),
            Err(error) => {
                tracing::warn!(%error, "the campaigns of a server cannot be read");
                None
            }
        }
    }
}

fn command(line: &str) -> Result<Command, Failed> {
    Command::parse(line).map_err(|error| Failed::Odd(error.to_string()))
}

/// Those who are on a server, with the time since when they are: that of before, as long as they stay.
fn people(players: Vec<crate::game::Player>, before: &[Here], at: i64) -> Vec<Here> {
    let since = |player: &crate::game::Player| {
        let joined = at - i64::from(player.connected);
        let same =
            before.iter().find(|here| here.player.userid == player.userid && here.player.identity == player.identity);
        // A map change may count anew.
        same.map(|here| here.joined).filter(|known| joined >= known - SLACK).unwrap_or(joined)
    };
    players.into_iter().map(|player| Here { joined: since(&player), player }).collect()
}

impl Failed {
    fn why(&self) -> Unseen {
        match self {
            Self::Odd(_) | Self::Rcon(RconError::Broken(_) | RconError::Long(_)) => Unseen::Odd,
            Self::Rcon(RconError::Unreachable(_)) => Unseen::Loading,
            Self::Rcon(RconError::Stranger) => Unseen::Stranger,
            Self::Rcon(RconError::Refused) => Unseen::Locked,
            Self::Rcon(RconError::Timeout { .. }) => Unseen::Silent,
            Self::Rcon(RconError::Banned | RconError::Closed | RconError::Spent) => Unseen::Closed,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Rcon(error) => error.to_string(),
            Self::Odd(words) => words.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
