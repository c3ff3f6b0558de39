//! Where what was seen of one server is put down, and who is told.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};

use super::recorder::Note;
use super::{Look, Play, Seen, Slot, Unseen};
use crate::id::ServerId;
use crate::live::{Bus, Change};

/// The desk of a server. As long as there is one, the server counts as one that runs.
#[derive(Debug)]
pub(super) struct Desk {
    server: ServerId,
    play: Play,
    bus: Bus,
    notes: mpsc::Sender<Note>,
    now: Arc<Notify>,
}

impl Desk {
    pub(super) fn new(server: ServerId, play: Play, bus: Bus, notes: mpsc::Sender<Note>, at: i64) -> Self {
        let now = Arc::new(Notify::new());
        let look = Arc::new(Look { seen: None, unseen: Some((Unseen::NotYet, at)) });
        play.slots_mut().insert(server, Slot { look, now: now.clone() });
        let desk = Self { server, play, bus, notes, now };
        desk.tell_lists();
        desk
    }

    pub(super) fn server(&self) -> ServerId {
        self.server
    }

    /// Waits until somebody wants it looked at now.
    pub(super) async fn wanted(&self) {
        self.now.notified().await;
    }

    /// What was seen last, also when it is too old to be shown.
    fn look(&self) -> Arc<Look> {
        self.play.of(self.server).unwrap_or_else(|| Arc::new(Look { seen: None, unseen: None }))
    }

    /// Puts down what is seen now.
    pub(super) fn seen(&self, seen: Seen) {
        let seen = Arc::new(seen);
        let before = self.look();
        self.put(Look { seen: Some(seen.clone()), unseen: None });
        match &before.seen {
            Some(last) if before.unseen.is_none() && last.is_listed_like(&seen) => {
                if !last.is_shown_like(&seen) {
                    self.bus.send(Change::Figures(self.server));
                }
            }
            _ => self.tell_lists(),
        }
        if self.notes.try_send(Note::Seen(self.server, seen)).is_err() {
            tracing::warn!(server = %self.server, "what was seen of a server is not kept: the database is too slow");
        }
    }

    /// Puts down that it does not answer for a while: what was seen before stays.
    pub(super) fn waits(&self, at: i64) {
        let before = self.look();
        if before.unseen.is_none_or(|(why, _)| why == Unseen::NotYet) {
            self.put(Look { seen: before.seen.clone(), unseen: Some((Unseen::Silent, at)) });
            self.tell_lists();
        }
    }

    /// Puts down that nothing is seen of it.
    pub(super) fn unseen(&self, why: Unseen, at: i64) {
        let before = self.look();
        let since = before.unseen.filter(|(last, _)| *last == why).map_or(at, |(_, since)| since);
        let look = Look { seen: None, unseen: Some((why, since)) };
        if *before != look {
            self.put(look);
            self.tell_lists();
        }
    }

    fn put(&self, look: Look) {
        if let Some(slot) = self.play.slots_mut().get_mut(&self.server) {
            slot.look = Arc::new(look);
        }
    }

    fn tell_lists(&self) {
        self.play.listed();
        self.bus.send(Change::Play(self.server));
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.play.slots_mut().remove(&self.server);
        self.tell_lists();
        // The recorder hears of it also when much is under way: it looks itself who has a desk.
        let _ = self.notes.try_send(Note::Gone(self.server));
    }
}
