//! What a console knows: the names of its commands and variables, for completion. They are asked of the server once for each version of the game and
//! each blueprint, whose plug-ins bring their own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Consoles, NoReply, Running};
use crate::game::Command;
use crate::game::rcon::CommandError;
use crate::id::{BlueprintId, ServerId};

/// How many lists are kept, and how many names one has.
const KEPT: usize = 16;
const MOST: usize = 6000;
/// How long a server may take to tell them.
const PATIENCE: Duration = Duration::from_secs(10);

/// Names by version and blueprint.
#[derive(Debug, Default)]
pub struct Words {
    kept: Mutex<VecDeque<(Key, Arc<[String]>)>>,
    /// Who asks, so that a server is asked once.
    asking: tokio::sync::Mutex<()>,
}

type Key = (String, BlueprintId);

impl Words {
    /// What is known already.
    #[must_use]
    pub fn known(&self, version: &str, blueprint: BlueprintId) -> Option<Arc<[String]>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|((known, of), _)| known == version && *of == blueprint).map(|(_, words)| words.clone())
    }

    /// What is known, or is asked for.
    ///
    /// # Errors
    ///
    /// When the server does not tell.
    pub async fn of(
        &self,
        consoles: &Consoles,
        server: ServerId,
        running: &Running,
        version: &str,
    ) -> Result<Arc<[String]>, NoReply> {
        if let Some(words) = self.known(version, running.blueprint) {
            return Ok(words);
        }
        let _asking = self.asking.lock().await;
        if let Some(words) = self.known(version, running.blueprint) {
            return Ok(words);
        }
        let mut words = Vec::new();
        for list in ["cvarlist", "cmdlist"] {
            let Ok(command) = plain(list) else { continue };
            words.extend(parse(&consoles.run_on(server, running, &command, PATIENCE).await?));
        }
        words.sort_unstable();
        words.dedup();
        words.truncate(MOST);
        let words: Arc<[String]> = words.into();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(((version.to_owned(), running.blueprint), words.clone()));
        Ok(words)
    }
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
