//! What a console knows: the names of its commands and variables, for completion. They are asked of the server once for each version of the game and
//! each blueprint, whose plug-ins bring their own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Consoles, NoReply, Running};
use crate::game::Command;
use crate::game::rcon::CommandError;
use crate::id::{BlueprintId, ServerId};

/// How many lists are kept, and how many names one has.
const KEPT: usize = 16;
const MOST: usize = 20_000;
/// How long a server may take to tell them.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one that did not is not asked again.
const AGAIN: Duration = Duration::from_mins(1);

/// Names by version and blueprint.
#[derive(Debug, Default)]
pub struct Words {
    kept: Mutex<VecDeque<(Key, Arc<[String]>)>>,
    /// Who asks which server, so that one is asked once, and one that hangs keeps nobody from the others.
    flights: Mutex<HashMap<ServerId, Arc<Flight>>>,
}

type Key = (String, BlueprintId);

/// Asking a server.
#[derive(Debug, Default)]
struct Flight {
    turn: tokio::sync::Mutex<()>,
    /// When it last did not tell.
    failed: Mutex<Option<Instant>>,
}

impl Words {
    /// What is known already.
    #[must_use]
    pub fn known(&self, version: &str, blueprint: BlueprintId) -> Option<Arc<[String]>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|((known, of), _)| known == version && *of == blueprint).map(|(_, words)| words.clone())
    }

    /// What is known, or is asked for; none when the server does not tell, or has not told within the last minute. Of which version it is must be known.
    pub async fn of(
        &self,
        consoles: &Consoles,
        server: ServerId,
        running: &Running,
        version: &str,
    ) -> Option<Arc<[String]>> {
        if version.is_empty() {
            return None;
        }
        if let Some(words) = self.known(version, running.blueprint) {
            return Some(words);
        }
        let flight = self.flight(server);
        let _turn = flight.turn.lock().await;
        if let Some(words) = self.known(version, running.blueprint) {
            return Some(words);
        }
        if flight.has_failed() {
            return None;
        }
        match ask(consoles, server, running).await {
            Ok(words) => {
                let words: Arc<[String]> = words.into();
                self.keep((version.to_owned(), running.blueprint), words.clone());
                Some(words)
            }
            Err(error) => {
                tracing::info!(%server, %error, "a server does not tell its commands");
                *flight.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
                None
            }
        }
    }

    fn flight(&self, server: ServerId) -> Arc<Flight> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.retain(|_, flight| Arc::strong_count(flight) > 1 || flight.has_failed());
        flights.entry(server).or_default().clone()
    }

    fn keep(&self, key: Key, words: Arc<[String]>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((key, words));
    }
}

impl Flight {
    fn has_failed(&self) -> bool {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|at| at.elapsed() < AGAIN)
    }
}

async fn ask(consoles: &Consoles, server: ServerId, running: &Running) -> Result<Vec<String>, NoReply> {
    let mut words = Vec::new();
    for list in ["cvarlist", "cmdlist"] {
        let Ok(command) = plain(list) else { continue };
        words.extend(parse(&consoles.run_on(server, running, &command, PATIENCE).await?));
    }
    words.sort_unstable();
    words.dedup();
    words.truncate(MOST);
    Ok(words)
}

/// A command of ours.
pub(super) fn plain(line: &str) -> Result<Command, CommandError> {
    Command::parse(line)
}

/// The names of a list: what stands before the first `:` of a line, if that is a name.
#[must_use]
pub fn parse(reply: &[u8]) -> Vec<String> {
    let name = |line: &str| {
        let (name, _) = line.split_once(':')?;
        let name = name.trim();
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.'));
        (plain && (1..=64).contains(&name.len())).then(|| name.to_ascii_lowercase())
    };
    String::from_utf8_lossy(reply).lines().filter_map(name).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_read_from_lists() {
        let reply = b"cvar list\n--------------\nmp_gamemode      : coop     : , \"nf\", \"rep\"    : Current game mode\n\
            +attack : cmd :  :\nsay             : cmd      :       : Display: message\n<b>x</b> : 1 : :\n--------------\n  2 total convars/concommands\n";
        assert_eq!(parse(reply), ["mp_gamemode", "+attack", "say"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
            prop_assert!(parse(&bytes).iter().all(|word| !word.contains(['<', '"', '&', ' '])));
        }
    }
}
