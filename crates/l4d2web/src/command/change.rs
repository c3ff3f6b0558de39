//! Another map, mode or difficulty: told to the game, waited for through the change of the map, and read back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::words::plain;
use super::{Consoles, MapName, NoReply, Running};
use crate::db::game_acts::ActState;
use crate::game::rcon::CommandError;
use crate::game::{Command, Difficulty, Mode, Status, Variable};
use crate::id::ServerId;

/// What is wished for. What is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The map; that of now is loaded anew, for the mode to take effect. Without one nothing is loaded, and only the difficulty takes hold.
    pub map: Option<MapName>,
    /// What is played.
    pub mode: Option<Mode>,
    /// How hard.
    pub difficulty: Option<Difficulty>,
}

/// What came of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub state: ActState,
    /// A sentence.
    pub sentence: String,
}

/// How long is waited.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a reply; a game that changes its map gives none.
    pub reply: Duration,
    /// For the map in all.
    pub map: Duration,
    /// While the game answers, and is still on the map of before.
    pub stays: Duration,
    /// A reply that takes longer says that a map was loaded meanwhile.
    pub slow: Duration,
    /// Between two looks.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            reply: Duration::from_secs(50),
            map: Duration::from_mins(2),
            stays: Duration::from_secs(10),
            slow: Duration::from_secs(2),
            pause: Duration::from_millis(500),
        }
    }
}

/// Changes that are under way: one at a time for each server.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    busy: Arc<Mutex<HashMap<ServerId, (String, i64)>>>,
    patience: Arc<Mutex<Patience>>,
}

/// The turn of a change; it ends when this is dropped.
#[derive(Debug)]
pub struct Turn {
    changes: Changes,
    server: ServerId,
}

/// Another change of the same server is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// What it does, a clause.
    pub what: String,
    /// Since when, Unix seconds.
    pub since: i64,
}

impl Changes {
    /// Takes the turn for a server.
    ///
    /// # Errors
    ///
    /// When another has it.
    pub fn begin(&self, server: ServerId, what: &str, now: i64) -> Result<Turn, Busy> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((what, since)) = busy.get(&server) {
            return Err(Busy { what: what.clone(), since: *since });
        }
        busy.insert(server, (what.to_owned(), now));
        Ok(Turn { changes: self.clone(), server })
    }

    /// How long is waited.
    #[must_use]
    pub fn patience(&self) -> Patience {
        *self.patience.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits so long from now on.
    pub fn set_patience(&self, patience: Patience) {
        *self.patience.lock().unwrap_or_else(PoisonError::into_inner) = patience;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.changes.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.server);
    }
}

/// Does what is wished for, and says what the game is at then.
pub async fn perform(consoles: &Consoles, server: ServerId, name: &str, wish: &Wish, patience: Patience) -> Outcome {
    match (Game { consoles, server, patience }).change(wish).await {
        Ok(outcome) => outcome,
        Err(error) => Outcome { state: ActState::Failed, sentence: error.sentence(name) },
    }
}

struct Game<'a> {
    consoles: &'a Consoles,
    server: ServerId,
    patience: Patience,
}

/// What the game is at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Now {
    map: Option<String>,
    mode: Option<Mode>,
    difficulty: Option<Difficulty>,
}

fn refused(sentence: String) -> Outcome {
    Outcome { state: ActState::Refused, sentence }
}

impl Game<'_> {
    async fn change(&self, wish: &Wish) -> Result<Outcome, NoReply> {
        let before = self.now().await?;
        let started = Running::of_server(self.consoles, self.server).await?.started_at;
        if let Some(kept) = self.set(wish, &before).await? {
            return Ok(kept);
        }
        let Some(map) = &wish.map else { return Ok(at_once(wish, &before)) };
        // The same map looks the same before and after: that it was loaded anew must be seen otherwise.
        let again = before.is_on(map);
        let mark = if again { Mark::set(self).await? } else { None };
        // Whether nothing was said for a while, as when a map is loaded.
        let mut silent = match self.ask(&Command::with("changelevel", &[map.as_str()])).await {
            Ok(reply) => {
                if let Some(sentence) = no_map(&reply, map) {
                    self.back(wish, &before, mark.as_ref()).await?;
                    return Ok(refused(sentence));
                }
                false
            }
            // It was sent, and the game may be at it.
            Err(error) if error.may_have_been_run() => true,
            Err(error) => return Err(error),
        };
        let ordered = Instant::now();
        // Since when it has answered without a pause: after one it may be just about to be there.
        let mut answers = ordered;
        loop {
            sleep(self.patience.pause).await;
            let running = Running::of_server(self.consoles, self.server).await;
            if !matches!(&running, Ok(running) if running.started_at == started) {
                let sentence = "It was stopped or started anew before the map was there.".to_owned();
                return Ok(Outcome { state: ActState::Failed, sentence });
            }
            let asked = Instant::now();
            let looked = self.look(again, mark.as_ref(), silent, map).await;
            if looked.is_err() || asked.elapsed() > self.patience.slow {
                answers = Instant::now();
            }
            match looked {
                Ok((now, true)) => return Ok(told(wish, map, &now)),
                Ok((now, false)) if answers.elapsed() > self.patience.stays => {
                    self.back(wish, &before, mark.as_ref()).await?;
                    if again && now.is_on(map) {
                        return Ok(refused(format!("The game stays on {map}: it was not seen to load it anew.")));
                    }
                    let stays = now.map.unwrap_or_else(|| "no map".to_owned());
                    return Ok(refused(format!("The game stays on {stays}: it did not take {map}.")));
                }
                Ok(_) => {}
                Err(error) if error.may_pass() && ordered.elapsed() < self.patience.map => {
                    silent |= error.may_have_been_run();
                }
                Err(error) if error.may_pass() => {
                    let sentence = format!("The game has not answered for {} s.", ordered.elapsed().as_secs());
                    return Ok(Outcome { state: ActState::Failed, sentence });
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What the game is at, and whether it has come to the map.
    async fn look(
        &self,
        again: bool,
        mark: Option<&Mark>,
        silent: bool,
        map: &MapName,
    ) -> Result<(Now, bool), NoReply> {
        let now = self.now().await?;
        let there = now.is_on(map)
            && match mark {
                Some(mark) => mark.is_gone(self).await?,
                None => !again || silent,
            };
        Ok((now, there))
    }

    /// Sets mode and difficulty and reads them back; what came of it when the game did not take one.
    async fn set(&self, wish: &Wish, before: &Now) -> Result<Option<Outcome>, NoReply> {
        if let Some(mode) = &wish.mode {
            self.ask(&Command::with("mp_gamemode", &[mode.value()])).await?;
        }
        if let Some(difficulty) = wish.difficulty {
            self.ask(&Command::with("z_difficulty", &[difficulty.value()])).await?;
        }
        if wish.mode.is_none() && wish.difficulty.is_none() {
            return Ok(None);
        }
        let now = self.now().await?;
        let kept = kept(wish, &now);
        if kept.is_empty() {
            return Ok(None);
        }
        self.back(wish, before, None).await?;
        Ok(Some(refused(format!("The game keeps {}. Nothing was changed.", kept.join(" and ")))))
    }

    /// Puts mode and difficulty back, after the game did not want the rest.
    async fn back(&self, wish: &Wish, before: &Now, mark: Option<&Mark>) -> Result<(), NoReply> {
        if let (Some(_), Some(mode)) = (&wish.mode, &before.mode) {
            self.ask(&Command::with("mp_gamemode", &[mode.value()])).await?;
        }
        if let (Some(_), Some(difficulty)) = (wish.difficulty, before.difficulty) {
            self.ask(&Command::with("z_difficulty", &[difficulty.value()])).await?;
        }
        if let Some(mark) = mark {
            self.ask(&Command::with("hostname", &[&mark.before])).await?;
        }
        Ok(())
    }

    async fn now(&self) -> Result<Now, NoReply> {
        let reply = self.ask(&plain("status")).await?;
        let map = Status::parse(&reply).ok().and_then(|status| status.map);
        let reply = self.ask(&plain("mp_gamemode; z_difficulty")).await?;
        let value = |name| Variable::read(&reply, name).ok().map(|variable| variable.value);
        Ok(Now {
            map,
            mode: value("mp_gamemode").and_then(|value| Mode::parse(&value)),
            difficulty: value("z_difficulty").and_then(|value| Difficulty::parse(&value)),
        })
    }

    async fn ask(&self, command: &Result<Command, CommandError>) -> Result<Vec<u8>, NoReply> {
        // Names of maps and modes are short.
        let Ok(command) = command else { return Ok(Vec::new()) };
        self.consoles.run(self.server, command, self.patience.reply).await
    }
}

impl Now {
    fn is_on(&self, map: &MapName) -> bool {
        self.map.as_deref().is_some_and(|now| now.eq_ignore_ascii_case(map.as_str()))
    }
}

/// A blank at the end of the server's name, which nobody sees: `server.cfg` sets the name when a map begins, so that the blank is gone when the map has
/// been loaded anew.
struct Mark {
    before: String,
    marked: String,
}

impl Mark {
    /// None when the game does not let itself be marked.
    async fn set(game: &Game<'_>) -> Result<Option<Self>, NoReply> {
        let Some(before) = Self::name(game).await? else { return Ok(None) };
        if before.chars().any(|letter| letter.is_control() || letter == '\u{fffd}') {
            // It would not come back as it was.
            return Ok(None);
        }
        let mark = Self { marked: format!("{before} "), before };
        let Ok(order) = Command::with("hostname", &[&mark.marked]) else { return Ok(None) };
        game.ask(&Ok(order)).await?;
        // A plug-in may keep the name.
        let marked = Self::name(game).await?.as_ref() == Some(&mark.marked);
        Ok(marked.then_some(mark))
    }

    async fn is_gone(&self, game: &Game<'_>) -> Result<bool, NoReply> {
        Ok(Self::name(game).await?.is_some_and(|name| name != self.marked))
    }

    async fn name(game: &Game<'_>) -> Result<Option<String>, NoReply> {
        let reply = game.ask(&plain("hostname")).await?;
        Ok(Variable::read(&reply, "hostname").ok().map(|variable| variable.value))
    }
}

/// What is not as it was wished, in words.
fn kept(wish: &Wish, now: &Now) -> Vec<String> {
    let mut kept = Vec::new();
    if let Some(mode) = wish.mode.as_ref().filter(|mode| now.mode.as_ref() != Some(mode)) {
        let is = now.mode.as_ref().map_or("another mode", Mode::title);
        kept.push(format!("{is} in place of {}", mode.title()));
    }
    if let Some(difficulty) = wish.difficulty.filter(|difficulty| now.difficulty != Some(*difficulty)) {
        let is = now.difficulty.map_or("another difficulty", Difficulty::title);
        kept.push(format!("{is} in place of {}", difficulty.title()));
    }
    kept
}

/// What the game is at, after a wish that needs no map and that it took.
fn at_once(wish: &Wish, before: &Now) -> Outcome {
    let map = before.map.as_deref().unwrap_or("no map");
    let difficulty = wish.difficulty.map_or("", Difficulty::title);
    Outcome { state: ActState::Done, sentence: format!("Now {difficulty}, on {map} as before") }
}

/// What the game is at, once it is on the map.
fn told(wish: &Wish, map: &MapName, now: &Now) -> Outcome {
    let kept = kept(wish, now);
    if !kept.is_empty() {
        let why = "the game, its config or a plug-in sets that when a map begins";
        return refused(format!("Now on {map}, but with {}: {why}.", kept.join(" and ")));
    }
    let mode = now.mode.as_ref().map_or("", Mode::title);
    let difficulty = now.difficulty.map_or("", Difficulty::title);
    let words: Vec<&str> = [map.as_str(), mode, difficulty].into_iter().filter(|word| !word.is_empty()).collect();
    Outcome { state: ActState::Done, sentence: format!("Now on {}", words.join(", ")) }
}

/// What the game says of a map that it does not have, in words.
fn no_map(reply: &[u8], map: &MapName) -> Option<String> {
    let reply = String::from_utf8_lossy(reply).to_ascii_lowercase();
    let says =
        ["no such map", "map_isvalid", "failed:", "not found or invalid"].iter().any(|words| reply.contains(words));
    says.then(|| format!("The game has no map “{map}”."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> MapName {
        MapName::parse("c2m1_highway").unwrap()
    }

    fn wish(mode: Option<&str>, difficulty: Option<Difficulty>) -> Wish {
        Wish { map: Some(map()), mode: mode.and_then(Mode::parse), difficulty }
    }

    fn now(mode: &str, difficulty: Difficulty) -> Now {
        Now { map: Some("c2m1_highway".to_owned()), mode: Mode::parse(mode), difficulty: Some(difficulty) }
    }

    #[test]
    fn what_is_read_back_is_told() {
        let now = now("versus", Difficulty::Normal);
        let done = told(&wish(Some("versus"), None), &map(), &now);
        assert_eq!((done.state, done.sentence.as_str()), (ActState::Done, "Now on c2m1_highway, Versus, Normal"));
        let kept = told(&wish(Some("coop"), Some(Difficulty::Expert)), &map(), &now);
        assert_eq!(kept.state, ActState::Refused);
        assert_eq!(
            kept.sentence,
            "Now on c2m1_highway, but with Versus in place of Co-op and Normal in place of Expert: the game, its config or a \
             plug-in sets that when a map begins."
        );
    }

    #[test]
    fn a_map_that_is_not_there_is_told() {
        let map = MapName::parse("nowhere").unwrap();
        let reply = b"CModelLoader::Map_IsValid: No such map 'maps/nowhere.bsp'\nchangelevel failed: nowhere not found or invalid\n";
        assert_eq!(no_map(reply, &map).as_deref(), Some("The game has no map “nowhere”."));
        assert_eq!(no_map(b"", &map), None);
        assert_eq!(no_map(b"server_cvar: \"mp_gamemode\" \"coop\"\n", &map), None);
    }

    #[test]
    fn one_change_at_a_time() {
        let changes = Changes::default();
        let turn = changes.begin(ServerId(1), "change to a", 5).unwrap();
        assert_eq!(changes.begin(ServerId(1), "b", 6).unwrap_err(), Busy { what: "change to a".to_owned(), since: 5 });
        assert!(changes.begin(ServerId(2), "b", 6).is_ok());
        drop(turn);
        assert!(changes.begin(ServerId(1), "b", 6).is_ok());
    }
}
