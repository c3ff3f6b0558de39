//! Keeps one asker for each server that runs.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use super::ask::{Asker, EVERY, Target};
use super::desk::Desk;
use super::recorder::{Note, Recorder};
use super::{Cgroups, Lines, Local, Unseen};
use crate::db::played_servers::{self, Running};
use crate::game::RconPassword;
use crate::id::ServerId;
use crate::live::Change;
use crate::servers::spec::Spec;
use crate::state::AppState;

/// How long changes are collected.
const COLLECT: Duration = Duration::from_millis(100);
/// When more servers than this changed at once, all are looked at.
const SINGLY: usize = 8;
/// How often all are looked at besides.
const SWEEP: Duration = Duration::from_mins(1);
/// How many notes wait for the database at most: some minutes of 200 servers.
const NOTES: usize = 8192;

/// Looks into the games of all servers that run on this machine, until `stop`; then what was seen is written down.
pub async fn run(state: AppState, stop: CancellationToken) {
    run_with(state, Local, Cgroups::of_machine(), stop).await;
}

/// The same by another way.
pub async fn run_with<L: Lines>(state: AppState, lines: L, cgroups: Cgroups, stop: CancellationToken) {
    let (notes, notes_in) = mpsc::channel(NOTES);
    let recorder = Recorder::new(&state);
    let writes = tokio::spawn(recorder.run(notes_in));
    let mut keeper = Keeper { state, lines, cgroups, notes, askers: HashMap::new() };
    tokio::select! {
        () = keeper.run() => {}
        () = stop.cancelled() => {}
    }
    // With the askers go all who write notes, and the recorder ends when it has written the last.
    drop(keeper);
    if let Err(error) = writes.await {
        tracing::error!(%error, "what was seen in games could not be written down");
    }
}

struct Keeper<L> {
    state: AppState,
    lines: L,
    cgroups: Cgroups,
    notes: mpsc::Sender<Note>,
    askers: HashMap<ServerId, Kept>,
}

/// An asker at work.
struct Kept {
    /// None when it is not known how to ask it.
    target: Option<Target>,
    task: JoinHandle<()>,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<L: Lines> Keeper<L> {
    async fn run(&mut self) {
        let mut changes = self.state.bus.listen();
        let mut sweep = interval(SWEEP);
        sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut dirty, mut all, mut due) = (HashSet::new(), false, None::<Instant>);
        loop {
            let soon = async {
                match due {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                change = changes.recv() => match change {
                    Ok(Change::Server(id)) => { dirty.insert(id); }
                    Ok(_) => continue,
                    Err(RecvError::Lagged(_)) => all = true,
                    Err(RecvError::Closed) => return,
                },
                _ = sweep.tick() => all = true,
                () = soon => {
                    due = None;
                    let looked = if std::mem::take(&mut all) || dirty.len() > SINGLY {
                        dirty.clear();
                        self.look_at_all().await
                    } else {
                        self.look_at(std::mem::take(&mut dirty)).await
                    };
                    if let Err(error) = looked {
                        tracing::error!(%error, "it cannot be told which servers run");
                    }
                    continue;
                }
            }
            due.get_or_insert(Instant::now() + COLLECT);
        }
    }

    async fn look_at_all(&mut self) -> crate::db::Result<()> {
        let running = played_servers::running(&self.state.db, None).await?;
        let ids: HashSet<_> = running.iter().map(|server| server.id).collect();
        self.askers.retain(|id, _| ids.contains(id));
        for server in running {
            self.keep(&server);
        }
        Ok(())
    }

    async fn look_at(&mut self, servers: HashSet<ServerId>) -> crate::db::Result<()> {
        for id in servers {
            match played_servers::running(&self.state.db, Some(id)).await?.pop() {
                Some(server) => self.keep(&server),
                None => drop(self.askers.remove(&id)),
            }
        }
        Ok(())
    }

    /// Sees to it that the server is asked as it runs now.
    fn keep(&mut self, server: &Running) {
        let id = server.id;
        let target = target(server);
        if let Some(kept) = self.askers.get(&id) {
            if kept.target == target && !kept.task.is_finished() {
                return;
            }
            if kept.task.is_finished() {
                tracing::error!(server = %id, "looking at a server has broken down, and begins anew");
            }
        }
        // First the old one, whose desk is cleared when it is gone.
        let before = self.askers.remove(&id);
        let (state, lines, cgroups) = (self.state.clone(), self.lines.clone(), self.cgroups.clone());
        let (notes, asked) = (self.notes.clone(), target.clone());
        let task = tokio::spawn(async move {
            if let Some(mut before) = before {
                before.task.abort();
                let _ = (&mut before.task).await;
            }
            let (bus, clock) = (state.bus.clone(), state.clock.clone());
            let desk = Desk::new(id, state.play.clone(), bus, notes, clock.now());
            if let Some(target) = asked {
                let (db, files) = (state.db.clone(), state.uploads.files().clone());
                Asker { lines, target, desk, db, files, clock, cgroups }.run(spread(id)).await;
            } else {
                desk.unseen(Unseen::Unknown, clock.now());
                std::future::pending::<()>().await;
            }
        });
        self.askers.insert(id, Kept { target, task });
    }
}

/// How to ask a server: by what it was started with, since its row may have another password or port by now.
fn target(server: &Running) -> Option<Target> {
    let spec = Spec::parse(server.started_spec.as_deref()?)?;
    let password = RconPassword::parse(&spec.rcon_password).ok()?;
    let port = server.port.unwrap_or(spec.port);
    Some(Target { port, password, blueprint: server.blueprint, started_at: server.started_at })
}

/// When a server is asked for the first time: not all at once.
fn spread(server: ServerId) -> Duration {
    // Far apart for numbers that follow each other.
    let part = server.0.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54;
    EVERY.mul_f64(f64::from(u16::try_from(part).unwrap_or(0)) / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::BlueprintId;

    fn running(started_spec: Option<String>) -> Running {
        Running { id: ServerId(7), blueprint: BlueprintId(1), started_spec, port: Some(27016), started_at: Some(5) }
    }

    #[test]
    fn a_server_is_asked_by_what_it_was_started_with() {
        let spec = Spec {
            port: 27015,
            overlays: Vec::new(),
            arguments: Vec::new(),
            config: Vec::new(),
            hostname: "a".to_owned(),
            rcon_password: "old".to_owned(),
        };
        let target = target(&running(Some(spec.render()))).unwrap();
        assert_eq!((target.port, target.password), (27016, RconPassword::parse("old").unwrap()));
        assert_eq!(super::target(&running(None)), None);
        assert_eq!(super::target(&running(Some("port: 1".to_owned()))), None);
    }

    #[test]
    fn servers_are_asked_at_different_moments() {
        let mut moments: Vec<_> = (1..=200).map(|id| spread(ServerId(id)).as_millis()).collect();
        assert!(moments.iter().all(|moment| *moment < EVERY.as_millis()));
        moments.sort_unstable();
        let most = moments.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
        assert!(most < 100, "a pause of {most} ms");
    }
}
