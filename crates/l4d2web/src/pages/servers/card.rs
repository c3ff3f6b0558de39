//! A server as the list and its own page show it, and the fragments that are pushed when it changes.

use askama::Template;

use super::played::{Now, Played};
use crate::id::BlueprintId;
use crate::pages::kit::{Address, count};
use crate::play::Spark;
use crate::rights::{ServerRight, Standing};
use crate::servers::view::{Rank, ServerView};

/// What is shown of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// State, buttons, notices.
    pub view: ServerView,
    /// What is seen of it in the game; none when it does not run.
    pub played: Option<Played>,
    /// Who played within a day, on a list; none when nobody did.
    pub spark: Option<Spark>,
    /// Where players connect to.
    pub address: Address,
    /// What it is made of.
    pub blueprint: CardBlueprint,
    /// Whose it is, when it is not the reader's.
    pub owner: Option<String>,
    /// How the reader stands to it.
    pub standing: Standing,
}

/// The blueprint of a [`Card`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardBlueprint {
    /// Key.
    pub id: BlueprintId,
    /// Name.
    pub name: String,
    /// Whether the reader may open it.
    pub open: bool,
}

impl Card {
    /// Where its page is.
    #[must_use]
    pub fn page(&self) -> String {
        format!("/servers/{}", self.view.id)
    }

    /// What was seen of it in the game.
    #[must_use]
    pub fn now(&self) -> Option<&Now> {
        self.played.as_ref()?.now.as_ref()
    }

    /// Why nothing is seen of it now, and since when (Unix seconds).
    #[must_use]
    pub fn unseen(&self) -> Option<(crate::play::Unseen, i64)> {
        self.played.as_ref()?.unseen
    }

    /// Whether something is wrong with it.
    #[must_use]
    pub fn needs_you(&self) -> bool {
        self.view.rank == Rank::NeedsYou
    }

    /// `2 changes`
    #[must_use]
    pub fn change_count(&self) -> String {
        count(self.view.changes.len(), "change", "changes")
    }

    /// Whether the reader may change its name, port, hostname and blueprint.
    #[must_use]
    pub fn may_set(&self) -> bool {
        self.standing.may(ServerRight::Settings)
    }

    /// Whether the reader may give roles on it.
    #[must_use]
    pub fn may_share(&self) -> bool {
        self.standing.may(ServerRight::Share)
    }

    /// Whether the reader may throw away what it wrote.
    #[must_use]
    pub fn may_reset(&self) -> bool {
        self.standing.may(ServerRight::Reset)
    }

    /// Whether the reader may delete it.
    #[must_use]
    pub fn may_delete(&self) -> bool {
        self.standing.may(ServerRight::Delete)
    }

    /// Whether the reader may make it somebody else's.
    #[must_use]
    pub fn may_hand_over(&self) -> bool {
        self.standing.may(ServerRight::HandOver)
    }

    /// Whether the reader may have it restarted when nobody plays.
    #[must_use]
    pub fn may_wait(&self) -> bool {
        self.view.acts.restart.can()
    }

    /// Whether there is anything behind its three points.
    #[must_use]
    pub fn has_menu(&self) -> bool {
        self.may_wait() || self.may_set() || self.may_reset() || self.may_delete()
    }
}

/// The cells of its row in the list; they stand in `<tr id="server-3">`.
#[derive(Debug, Template)]
#[template(path = "servers/row.html")]
pub struct ServerRow<'a> {
    /// The server.
    pub card: &'a Card,
}

/// Name, state, buttons, facts: the head of its page; it stands in `<section id="state">`.
#[derive(Debug, Template)]
#[template(path = "servers/cluster.html")]
pub struct ServerCluster<'a> {
    /// The server.
    pub card: &'a Card,
}

/// What its reader should know; they stand in `<div id="notices">`.
#[derive(Debug, Template)]
#[template(path = "servers/notices.html")]
pub struct ServerNotices<'a> {
    /// The server.
    pub card: &'a Card,
}
