//! What pages ask for: done, and recorded so that others see it.

use std::time::Duration;

use tokio::time::sleep;

use super::bans::{Told, Want, Which};
use super::change::{Outcome, Wish, perform};
use super::words::plain;
use super::{Busy, NoReply, Who, bans};
use crate::db::bans::NewBan;
use crate::db::game_acts::{ActKind, ActState};
use crate::db::{self, servers::Server};
use crate::game::{Command, Player, SteamId};
use crate::id::UserId;
use crate::live::Change;
use crate::pages::kit::duration;
use crate::state::AppState;

/// How often it is looked whether somebody is gone, and the pause between.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(200);

/// Somebody who does something to a server.
#[derive(Debug, Clone, Copy)]
pub struct Doer<'a> {
    /// The panel.
    pub state: &'a AppState,
    /// The server.
    pub server: &'a Server,
    /// Who.
    pub user: UserId,
}

/// What an act came to, as it was recorded.
pub type Done = db::Result<Outcome>;

fn done(sentence: String) -> Outcome {
    Outcome { state: ActState::Done, sentence }
}

fn refused(sentence: String) -> Outcome {
    Outcome { state: ActState::Refused, sentence }
}

impl Doer<'_> {
    /// Begins to change what is played; it goes on in the background. `what` is a clause that says to what.
    ///
    /// # Errors
    ///
    /// When the database fails; the inner one when another change is under way.
    pub async fn change(&self, wish: Wish, what: &str) -> db::Result<Result<(), Busy>> {
        let (state, server) = (self.state.clone(), self.server.clone());
        let turn = match state.controls.changes.begin(server.id, what, state.clock.now()) {
            Ok(turn) => turn,
            Err(busy) => return Ok(Err(busy)),
        };
        let act = self.begin(ActKind::Change, what).await?;
        tokio::spawn(async move {
            let patience = state.controls.changes.patience();
            let outcome = perform(&state.controls.consoles, server.id, &server.name, &wish, patience).await;
            if let Err(error) = end(&state, &server, act, &outcome).await {
                tracing::error!(%error, "what came of a change of the game is not stored");
            }
            drop(turn);
            state.bus.send(Change::Figures(server.id));
        });
        Ok(Ok(()))
    }

    /// Says something to all who play.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn say(&self, text: &str) -> Done {
        let act = self.begin(ActKind::Say, &format!("Say “{text}”")).await?;
        let said = match Command::with("say", &[text]) {
            Ok(command) => self.run(&command).await.map(|reply| said(&reply)),
            Err(error) => Ok(refused(format!("It is too long for the game: {error}."))),
        };
        self.end(act, said).await
    }

    /// Throws somebody out, by the number that the game gave them; their name is only told.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn kick(&self, who: Who, name: &str, reason: &str) -> Done {
        let act = self.begin(ActKind::Kick, &because("Kick", name, reason)).await?;
        let kicked = self.throw_out(who, reason).await.map(|gone| match gone {
            Gone::Yes => done("Thrown out.".to_owned()),
            Gone::NotHere => refused("They are not on the server any more.".to_owned()),
            Gone::Stays => refused("The game did not throw them out.".to_owned()),
        });
        self.end(act, kicked).await
    }

    /// Bans somebody, and throws them out. A server that does not answer is told when it does.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn ban(&self, ban: NewBan) -> Done {
        let now = self.state.clock.now();
        let time = ban.until.map_or_else(|| "for good".to_owned(), |until| format!("for {}", duration(until - now)));
        let shown = if ban.name.is_empty() { account(ban.steam_id) } else { ban.name.clone() };
        let act = self.begin(ActKind::Ban, &because(&format!("Ban {time}:"), &shown, &ban.reason)).await?;
        if !db::bans::put(&self.state.db, self.server.id, self.user, &ban, now).await? {
            let most = db::bans::MOST;
            return self
                .end(act, Ok(refused(format!("The server has {most} bans, which is the most. Lift some first."))))
                .await;
        }
        let Some(id) = SteamId::from_i64(ban.steam_id) else {
            return self.end(act, Ok(refused("That is nobody's account.".to_owned()))).await;
        };
        let told = async {
            // So that they read why.
            self.throw_out(Who::Account(id), &ban.reason).await?;
            self.tell(ban.steam_id).await
        };
        let outcome = match told.await {
            Ok(Told { refused: 0, .. }) => Ok(done(format!("Banned {time}. The game has it."))),
            Ok(_) => Ok(refused(format!("Banned {time}, but the game did not take it. It is told again."))),
            Err(error) => self.later(error, &format!("Banned {time}")),
        };
        self.end(act, outcome).await
    }

    /// Lets somebody come again.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn lift(&self, id: SteamId, name: &str) -> Done {
        let shown = if name.is_empty() { account(id.to_i64()) } else { name.to_owned() };
        let act = self.begin(ActKind::Lift, &format!("Lift the ban of {shown}")).await?;
        db::bans::lift(&self.state.db, self.server.id, id.to_i64(), self.state.clock.now()).await?;
        let outcome = match self.tell(id.to_i64()).await {
            Ok(Told { refused: 0, .. }) => Ok(done("They may come again.".to_owned())),
            Ok(_) => Ok(refused("The game still has it. It is told again.".to_owned())),
            Err(error) => self.later(error, "They may come again"),
        };
        self.end(act, outcome).await
    }

    /// Tells the game what was just wished, and has it told again when that fails.
    async fn tell(&self, steam_id: i64) -> Result<Told, NoReply> {
        let told = bans::tell(self.state, self.server.id, Which::One(steam_id)).await?;
        let want = if told.refused == 0 { Want::OnceMore } else { Want::Tell };
        self.state.controls.tellers.want(self.server.id, want);
        Ok(told)
    }

    /// What is stored here counts, also while the game cannot be told.
    fn later(&self, error: NoReply, what: &str) -> Result<Outcome, NoReply> {
        if matches!(error, NoReply::Database(_)) {
            return Err(error);
        }
        self.state.controls.tellers.want(self.server.id, Want::Tell);
        let sentence = format!("{what}. It waits: the game is told as soon as it answers.");
        Ok(Outcome { state: ActState::Waiting, sentence })
    }

    async fn throw_out(&self, who: Who, reason: &str) -> Result<Gone, NoReply> {
        let Some(userid) = self.players().await?.iter().find(|player| who.is(player)).map(|player| player.userid)
        else {
            return Ok(Gone::NotHere);
        };
        let Some(command) = bans::kick(userid, reason) else { return Ok(Gone::Stays) };
        self.run(&command).await?;
        for _ in 0..LOOKS {
            if self.players().await?.iter().all(|player| player.userid != userid) {
                return Ok(Gone::Yes);
            }
            sleep(PAUSE).await;
        }
        Ok(Gone::Stays)
    }

    async fn players(&self) -> Result<Vec<Player>, NoReply> {
        let Ok(status) = plain("status") else { return Ok(Vec::new()) };
        bans::players(&self.run(&status).await?)
    }

    async fn run(&self, command: &Command) -> Result<Vec<u8>, NoReply> {
        let patience = self.state.controls.tellers.pace().reply;
        self.state.controls.consoles.run(self.server.id, command, patience).await
    }

    async fn begin(&self, kind: ActKind, what: &str) -> db::Result<i64> {
        let (state, id) = (self.state, self.server.id);
        let act = db::game_acts::begin(&state.db, id, Some(self.user), kind, what, state.clock.now()).await?;
        state.bus.send(Change::Figures(id));
        Ok(act)
    }

    async fn end(&self, act: i64, outcome: Result<Outcome, NoReply>) -> Done {
        let failed = |error: NoReply| Outcome { state: ActState::Failed, sentence: error.sentence(&self.server.name) };
        let outcome = outcome.unwrap_or_else(failed);
        end(self.state, self.server, act, &outcome).await?;
        Ok(outcome)
    }
}

/// What came of `say`: a game that speaks for its console writes there what it said.
fn said(reply: &[u8]) -> Outcome {
    let reply = String::from_utf8_lossy(reply).to_ascii_lowercase();
    if reply.contains("console: ") {
        done("Said to all who play.".to_owned())
    } else if reply.contains("unknown command") {
        refused("The game knows no “say”. Nothing was said.".to_owned())
    } else {
        done("Told to the game, which did not say it back.".to_owned())
    }
}

enum Gone {
    Yes,
    NotHere,
    Stays,
}

async fn end(state: &AppState, server: &Server, act: i64, outcome: &Outcome) -> db::Result<()> {
    db::game_acts::end(&state.db, act, outcome.state, &outcome.sentence, state.clock.now()).await?;
    state.play.look_now(server.id);
    state.bus.send(Change::Figures(server.id));
    Ok(())
}

fn because(verb: &str, name: &str, reason: &str) -> String {
    if reason.is_empty() { format!("{verb} {name}") } else { format!("{verb} {name}, because: {reason}") }
}

fn account(steam_id: i64) -> String {
    SteamId::from_i64(steam_id).map_or_else(|| "somebody".to_owned(), |id| id.to_string())
}

/// Puts down that nobody is at what was under way when the panel ended.
///
/// # Errors
///
/// When the database fails.
pub async fn recover(state: &AppState) -> db::Result<()> {
    let sentence = "The panel was ended meanwhile: it is not known what the game did. See what it plays now.";
    db::game_acts::abandon(&state.db, sentence, state.clock.now()).await
}
