//! What is done each day, when it is due. That it is due is moved on in the transaction that has it done: nothing is missed, and nothing done twice.

use super::daily::{Daily, Zone};
use crate::db::schedules::{self, Action, Schedule};
use crate::db::servers::Desired;
use crate::db::waiting_restarts::{self, Deed, Reason};
use crate::db::{self, server_state};
use crate::live::Change;
use crate::queue::{QueueError, Work};
use crate::state::AppState;

/// How late something is still done when the panel was not there, in seconds.
pub const LATE: i64 = 3 * 3600;
/// How much further away than its next time something may be planned, before the clock must have been wrong when it was: an hour more than a day.
const AHEAD: i64 = 25 * 3600;

/// How long before its time something begins: who plays is warned five minutes before.
#[must_use]
pub fn lead(kind: Action) -> i64 {
    if kind.is_forced() { 300 } else { 0 }
}

/// Does what is due.
///
/// # Errors
///
/// When the database fails.
pub async fn run_due(state: &AppState) -> db::Result<()> {
    let now = state.clock.now();
    for schedule in schedules::all(&state.db).await? {
        // Tables change, and a zone may be gone in the next version: it is planned by UTC then, and its page says which it is.
        let zone = Zone::parse(&schedule.zone).or_else(|_| Zone::parse("UTC"));
        let (Ok(zone), Ok(minute)) = (zone, u16::try_from(schedule.minute)) else { continue };
        let daily = Daily { minute, zone };
        let next = daily.next_after(now + lead(schedule.kind));
        if schedule.next_at - next > AHEAD {
            // It was planned by a clock that was far ahead.
            let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
            schedules::advance(&mut tx, &schedule, next, None).await?;
            tx.commit().await?;
            tell(state, &schedule);
        } else if schedule.next_at - lead(schedule.kind) <= now {
            // After its own time also when the clock was set back since.
            let next = next.max(daily.next_after(schedule.next_at));
            run(state, &schedule, next, now).await?;
        }
    }
    Ok(())
}

async fn run(state: &AppState, schedule: &Schedule, next: i64, now: i64) -> db::Result<()> {
    // As far as is known: what Steam said in the last hour.
    let newest = schedule.kind == Action::Install
        && state
            .game
            .look()
            .await
            .is_ok_and(|game| game.installed.is_some() && game.latest.is_some() && !game.update_waits());
    let mut tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
    if now - schedule.next_at > LATE {
        let words = "Skipped: the panel was not running, and came back more than 3 hours too late.";
        schedules::advance(&mut tx, schedule, next, Some(words)).await?;
        tx.commit().await?;
        tell(state, schedule);
        return Ok(());
    }
    let late = if now - schedule.next_at > 60 { ", late, since the panel was not running" } else { "" };
    let (mut put, mut said) = (None, String::new());
    match (schedule.kind, schedule.server_id) {
        (Action::Restart | Action::RestartAnyway | Action::Stop | Action::StopAnyway, Some(server)) => {
            let deed = match schedule.kind {
                Action::Stop | Action::StopAnyway => Deed::Stop,
                _ => Deed::Restart,
            };
            let forced = schedule.kind.is_forced().then(|| schedule.next_at.max(now + lead(schedule.kind)));
            if db::servers::runs(&mut tx, server).await? {
                let new = waiting_restarts::put(&mut tx, server, (deed, Reason::Schedule), None, forced, now).await?;
                said = match waiting_restarts::deed(&mut tx, server).await? {
                    _ if new => format!("Asked for{late}."),
                    Some((Deed::Stop, _)) => "A stop waited already.".to_owned(),
                    _ => "A restart waited already.".to_owned(),
                };
            } else if deed == Deed::Stop && server_state::desired(&mut tx, server).await? == Desired::Running {
                // Nobody plays on what is on its way up, or comes back by itself.
                put = Some(Work::Stop(server));
            } else {
                "Nothing to do: it was not running.".clone_into(&mut said);
            }
        }
        (Action::Install, _) if newest => "Nothing to do: the newest build is installed.".clone_into(&mut said),
        (Action::Install, _) => put = Some(Work::Install),
        (Action::Start, Some(server)) => put = Some(Work::Start(server)),
        (_, None) => return Ok(()),
    }
    let mut told = None;
    if let Some(work) = put {
        match state.queue.put(&mut tx, work, None).await {
            Ok(put) => {
                said = format!("Asked for{late}: job {}.", put.job().id);
                told = Some(put);
            }
            Err(QueueError::Database(error)) => return Err(error),
            Err(refused) => {
                // What was begun goes; that it was refused is noted in a transaction of its own.
                drop(tx);
                tx = state.db.write().begin_with("BEGIN IMMEDIATE").await?;
                said = format!("Refused. {refused}");
            }
        }
    }
    // Not any more as it was read: somebody else has done it.
    if schedules::advance(&mut tx, schedule, next, Some(&said)).await? {
        tx.commit().await?;
        if let Some(put) = told {
            state.queue.tell_of(put);
        }
        tell(state, schedule);
    }
    Ok(())
}

fn tell(state: &AppState, schedule: &Schedule) {
    state.bus.send(match schedule.server_id {
        Some(server) => Change::Server(server),
        None => Change::Host,
    });
}
