//! Doing something about a game that runs, against a scripted one.

mod addons;
mod bans;
mod changes;
mod console;
mod game;
mod people;
mod words;

use std::time::Duration;

use l4d2web::command::bans::Pace;
use l4d2web::command::change::Patience;
use l4d2web::db::{self, game_acts::GameAct};
use l4d2web::id::ServerId;

pub(crate) use game::{Game, steam};

use crate::panel::Browser;
use crate::play::Looking;

/// A panel with a server of zoey's on which a scripted game runs; otto operates it, mia manages it.
pub(crate) struct Evening {
    pub(crate) looking: Looking,
    pub(crate) server: ServerId,
    pub(crate) game: Game,
}

impl Evening {
    pub(crate) async fn new() -> Self {
        let looking = Looking::new().await;
        let panel = &looking.panel;
        let owner = panel.user("zoey").await;
        let server = panel.server(owner, "Friday").await;
        for (name, role) in [("otto", "operate"), ("mia", "manage")] {
            let user = panel.user(name).await;
            panel.grant(server, user, role).await;
        }
        panel.state.controls.changes.set_patience(Patience {
            reply: Duration::from_secs(30),
            map: Duration::from_mins(1),
            stays: Duration::from_millis(300),
            slow: Duration::from_secs(30),
            pause: Duration::from_millis(10),
        });
        panel.state.controls.tellers.set_pace(Pace {
            again: Duration::from_millis(20),
            at_most: Duration::from_millis(100),
            once_more: Duration::from_millis(50),
            ..Pace::default()
        });
        let game = Game::start().await;
        looking.runs(server, game.port, "secret").await;
        let mut evening = Self { looking, server, game };
        evening.until_seen().await;
        evening
    }

    pub(crate) async fn login(&self, name: &str) -> Browser {
        self.looking.panel.login(name).await
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/servers/{}{rest}", self.server)
    }

    pub(crate) async fn until_seen(&mut self) {
        self.looking.until(self.server, |look| look.seen.is_some() && look.unseen.is_none()).await;
    }

    /// Waits until so many are seen on it.
    pub(crate) async fn until_humans(&mut self, number: u32) {
        self.looking.panel.state.play.look_now(self.server);
        let humans = |seen: &l4d2web::play::Seen| seen.humans() == number;
        self.looking.until(self.server, |look| look.seen.as_deref().is_some_and(humans)).await;
    }

    pub(crate) async fn acts(&self) -> Vec<GameAct> {
        db::game_acts::newest(&self.looking.panel.state.db, self.server, 50).await.unwrap()
    }

    /// Waits until a page says something: what it waits for a moment to ask of a game may come a moment later on a machine that is busy.
    pub(crate) async fn page_with(&self, browser: &mut Browser, rest: &str, what: &str) -> String {
        let path = self.path(rest);
        let asks = async {
            loop {
                let page = browser.get(&path).await.body;
                if page.contains(what) {
                    return page;
                }
            }
        };
        tokio::time::timeout(Duration::from_mins(1), asks)
            .await
            .unwrap_or_else(|_| panic!("{path} does not say {what}"))
    }

    /// Waits until a game is so.
    pub(crate) async fn until_it_is(&mut self, is_so: impl Fn(&game::Scene) -> bool) {
        let changed = self.game.asked.clone();
        let waits = async {
            let mut changed = changed;
            while !is_so(&self.game.scene()) {
                changed.changed().await.expect("the game runs");
            }
        };
        tokio::time::timeout(Duration::from_mins(1), waits).await.expect("the game is so");
    }

    /// Waits until the last act is so far.
    pub(crate) async fn until_state(&mut self, state: db::game_acts::ActState) -> GameAct {
        loop {
            if let Some(act) = self.acts().await.into_iter().next().filter(|act| act.state == state) {
                return act;
            }
            tokio::time::timeout(Duration::from_mins(1), self.looking.changes.recv())
                .await
                .expect("the act goes on")
                .ok();
        }
    }

    /// Waits until the last act has ended.
    pub(crate) async fn until_ended(&mut self) -> GameAct {
        loop {
            if let Some(act) = self.acts().await.into_iter().next().filter(|act| act.ended_at.is_some()) {
                return act;
            }
            tokio::time::timeout(Duration::from_mins(1), self.looking.changes.recv()).await.expect("the act ends").ok();
        }
    }
}
