//! Who may not come to a server. The game keeps bans for good in `cfg/banned_user.cfg`, which the generated `server.cfg` runs, and forgets those for a
//! time when it ends; the panel keeps all that were made here, and tells them to the game again when it comes up.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::words::plain;
use super::{NoReply, Running};
use crate::db;
use crate::db::bans::Ban;
use crate::game::{Command, SteamId};
use crate::id::ServerId;
use crate::live::Change;
use crate::state::AppState;

/// How long a game may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often servers are looked at that could not be told their bans.
const SWEEP: Duration = Duration::from_secs(20);
/// How many servers are told at once.
const AT_ONCE: usize = 8;
/// The most bans that are read of a game.
const MOST: usize = 20_000;

/// A ban that the game has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InGame {
    /// Whose.
    pub id: SteamId,
    /// For how many minutes more; none for good.
    pub minutes: Option<f64>,
}

/// Reads what the console answers to `listid`: `1 STEAM_1:1:7 : permanent`, `2 STEAM_1:0:8 : 4.983 min`. None when it is no such answer.
#[must_use]
pub fn parse(reply: &[u8]) -> Option<Vec<InGame>> {
    let text = String::from_utf8_lossy(reply);
    if !text.to_ascii_lowercase().contains("filter list") {
        return None;
    }
    let row = |line: &str| {
        let (who, time) = line.rsplit_once(" : ")?;
        let id = SteamId::parse(who.split_whitespace().nth(1)?).ok()?;
        let time = time.trim();
        let minutes = if time == "permanent" { None } else { Some(time.split_whitespace().next()?.parse().ok()?) };
        Some(InGame { id, minutes })
    };
    Some(text.lines().filter_map(row).take(MOST).collect())
}

/// The bans that the game of a server has.
///
/// # Errors
///
/// When it does not answer.
pub async fn in_game(state: &AppState, server: ServerId) -> Result<Vec<InGame>, NoReply> {
    let reply = run(state, server, "listid").await?;
    Ok(parse(&reply).unwrap_or_default())
}

/// Tells a game that somebody may not come, and throws them out; whether it has that then.
///
/// # Errors
///
/// When it does not answer.
pub(super) async fn apply(state: &AppState, server: ServerId, ban: &Ban, now: i64) -> Result<bool, NoReply> {
    let Some(id) = SteamId::from_i64(ban.steam_id) else { return Ok(false) };
    run(state, server, &order(id, ban.until_at, now)).await?;
    run(state, server, "writeid").await?;
    Ok(in_game(state, server).await?.iter().any(|found| found.id == id))
}

/// Tells a game that somebody may come again; whether it has forgotten the ban then.
///
/// # Errors
///
/// When it does not answer.
pub(super) async fn take_out(state: &AppState, server: ServerId, id: SteamId) -> Result<bool, NoReply> {
    run(state, server, &format!("removeid {id}")).await?;
    run(state, server, "writeid").await?;
    Ok(in_game(state, server).await?.iter().all(|found| found.id != id))
}

fn order(id: SteamId, until: Option<i64>, now: i64) -> String {
    // At least one: 0 is for good.
    let minutes = until.map_or(0, |until| (until - now).max(1).div_euclid(60).max(1));
    format!("banid {minutes} {id} kick")
}

async fn run(state: &AppState, server: ServerId, line: &str) -> Result<Vec<u8>, NoReply> {
    // Numbers and accounts make short lines.
    let Ok(command) = plain(line) else { return Ok(Vec::new()) };
    state.controls.consoles.run(server, &command, PATIENCE).await
}

/// What a game is told when it comes up, given what was wished and what it has. Pure.
#[must_use]
pub fn due(wished: &[Ban], has: &[InGame], now: i64) -> Vec<String> {
    let has: HashMap<SteamId, Option<f64>> = has.iter().map(|ban| (ban.id, ban.minutes)).collect();
    let mut lines = Vec::new();
    let mut write = false;
    for ban in wished {
        let Some(id) = SteamId::from_i64(ban.steam_id) else { continue };
        let known = has.get(&id);
        let same = known.is_some_and(|minutes| minutes.is_none() == ban.until_at.is_none());
        if ban.lifted && known.is_some() {
            lines.push(format!("removeid {id}"));
            write = true;
        } else if !ban.lifted && !same {
            lines.push(order(id, ban.until_at, now));
            write |= ban.until_at.is_none() || known.is_some();
        }
    }
    if write {
        lines.push("writeid".to_owned());
    }
    lines
}

/// Tells one game its bans.
///
/// # Errors
///
/// When it does not answer.
pub async fn tell(state: &AppState, server: ServerId) -> Result<(), NoReply> {
    let now = state.clock.now();
    let wished = db::bans::of(&state.db, server, now).await?;
    if wished.is_empty() {
        return Ok(());
    }
    let lines = due(&wished, &in_game(state, server).await?, now);
    let told = lines.len();
    for line in lines {
        run(state, server, &line).await?;
    }
    let has = in_game(state, server).await?;
    for ban in wished.iter().filter(|ban| ban.lifted) {
        if has.iter().all(|found| found.id.to_i64() != ban.steam_id) {
            db::bans::forget(&state.db, server, ban.steam_id).await?;
        }
    }
    if told > 0 {
        tracing::info!(%server, told, "a game was told its bans");
        state.bus.send(Change::Figures(server));
    }
    Ok(())
}

/// Tells each game its bans when it comes up, until `stop`.
pub async fn keep(state: AppState, stop: CancellationToken) {
    let mut changes = state.bus.listen();
    let mut sweep = interval(SWEEP);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // By the start that was told; what is told is told once for each.
    let mut told: HashMap<ServerId, Option<i64>> = HashMap::new();
    let mut at: JoinSet<(ServerId, Option<i64>, bool)> = JoinSet::new();
    let mut under_way = HashSet::new();
    loop {
        let mut look = Vec::new();
        tokio::select! {
            () = stop.cancelled() => return,
            change = changes.recv() => match change {
                Ok(Change::Play(server)) => look.push(server),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => look.extend(seen(&state)),
                Err(RecvError::Closed) => return,
            },
            Some(done) = at.join_next(), if !at.is_empty() => if let Ok((server, start, went)) = done {
                under_way.remove(&server);
                if went {
                    told.insert(server, start);
                }
            } else {
                // It broke down, and nobody knows which it was: all may be looked at again.
                under_way.clear();
            },
            _ = sweep.tick() => {
                if let Err(error) = db::bans::forget_past(&state.db, state.clock.now()).await {
                    tracing::warn!(%error, "bans that are over cannot be forgotten");
                }
                look.extend(seen(&state));
            }
        }
        for server in look {
            if under_way.contains(&server) || at.len() >= AT_ONCE || state.play.seen(server).is_none() {
                continue;
            }
            let Ok(running) = Running::of(&state.db, server).await else { continue };
            let start = running.started_at;
            if told.get(&server) == Some(&start) {
                continue;
            }
            under_way.insert(server);
            let state = state.clone();
            at.spawn(async move {
                let went = tell(&state, server).await;
                if let Err(error) = &went {
                    tracing::info!(%server, %error, "a game could not be told its bans yet");
                }
                (server, start, went.is_ok())
            });
        }
    }
}

fn seen(state: &AppState) -> Vec<ServerId> {
    state.play.all().into_iter().filter(|(_, look)| look.seen.is_some()).map(|(server, _)| server).collect()
}

/// Kicks by the number that the game gave, with a reason for them to read.
pub(super) fn kick(userid: u32, reason: &str) -> Option<Command> {
    let number = userid.to_string();
    Command::with("kickid", &if reason.is_empty() { vec![number.as_str()] } else { vec![number.as_str(), reason] }).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_000_000;

    fn id(account: u32) -> SteamId {
        SteamId::parse(&format!("[U:1:{account}]")).unwrap()
    }

    fn ban(account: u32, until_at: Option<i64>, lifted: bool) -> Ban {
        let (name, reason) = (String::new(), String::new());
        Ban { steam_id: id(account).to_i64(), name, reason, by: None, made_at: 0, until_at, lifted }
    }

    #[test]
    fn bans_are_read_from_a_list() {
        let reply = b"ID filter list: 2 entries\n1 STEAM_1:1:7 : permanent\n2 STEAM_1:0:8 : 4.983 min\n";
        let found = parse(reply).unwrap();
        assert_eq!(found, [InGame { id: id(15), minutes: None }, InGame { id: id(16), minutes: Some(4.983) }]);
        assert_eq!(parse(b"ID filter list: empty\n"), Some(Vec::new()));
        assert_eq!((parse(b""), parse(b"Unknown command \"listid\"\n")), (None, None));
    }

    #[test]
    fn a_game_that_comes_up_is_told_what_it_lacks() {
        let wished = [
            ban(1, None, false),
            ban(2, Some(NOW + 600), false),
            ban(3, None, true),
            ban(4, None, false),
            ban(5, None, true),
            ban(6, Some(NOW + 5), false),
        ];
        let has = [
            InGame { id: id(1), minutes: None },
            InGame { id: id(3), minutes: None },
            InGame { id: id(9), minutes: None },
        ];
        assert_eq!(
            due(&wished, &has, NOW),
            [
                "banid 10 STEAM_1:0:1 kick",
                "removeid STEAM_1:1:1",
                "banid 0 STEAM_1:0:2 kick",
                "banid 1 STEAM_1:0:3 kick",
                "writeid"
            ]
        );
    }

    #[test]
    fn a_game_that_has_all_is_told_nothing() {
        let has = [InGame { id: id(1), minutes: None }, InGame { id: id(2), minutes: Some(3.0) }];
        assert!(due(&[ban(1, None, false), ban(2, Some(NOW + 600), false), ban(3, None, true)], &has, NOW).is_empty());
    }

    #[test]
    fn a_ban_for_a_time_takes_the_place_of_one_for_good() {
        let has = [InGame { id: id(1), minutes: None }];
        assert_eq!(due(&[ban(1, Some(NOW + 60), false)], &has, NOW), ["banid 1 STEAM_1:1:0 kick", "writeid"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes);
            let _ = parse(&[b"ID filter list: 1\n", bytes.as_slice()].concat());
        }
    }
}
