//! The game whose map is changed, over its console.

use tokio::time::{Instant, sleep};

use super::mark::Mark;
use super::words::{at_once, kept, no_map, refused, told};
use super::{Outcome, Patience, Wish};
use crate::command::words::plain;
use crate::command::{Consoles, MapName, NoReply, Running};
use crate::db::game_acts::ActState;
use crate::game::rcon::CommandError;
use crate::game::{Command, Difficulty, Mode, Status, Variable};
use crate::id::ServerId;

/// The game.
pub(super) struct Game<'a> {
    pub(super) consoles: &'a Consoles,
    pub(super) server: ServerId,
    pub(super) patience: Patience,
}

/// What the game is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Now {
    pub(super) map: Option<String>,
    pub(super) mode: Option<Mode>,
    pub(super) difficulty: Option<Difficulty>,
}

impl Now {
    fn is_on(&self, map: &MapName) -> bool {
        self.map.as_deref().is_some_and(|now| now.eq_ignore_ascii_case(map.as_str()))
    }
}

impl Game<'_> {
    /// Does what is wished for.
    pub(super) async fn change(&self, wish: &Wish) -> Result<Outcome, NoReply> {
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

    pub(super) async fn ask(&self, command: &Result<Command, CommandError>) -> Result<Vec<u8>, NoReply> {
        // Names of maps and modes are short.
        let Ok(command) = command else { return Ok(Vec::new()) };
        self.consoles.run(self.server, command, self.patience.reply).await
    }
}
