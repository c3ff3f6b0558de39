//! The page of one blueprint, from its rows or from what was typed.

use askama::Template;
use askama_web::WebTemplate;

use crate::blueprints::{Place, Stack};
use crate::db;
use crate::db::blueprints::{Blueprint, User};
use crate::db::overlays::Overlay;
use crate::id::{OverlayId, UserId};
use crate::pages::kit::{Field, count};
use crate::pages::{Nav, PageResult, Shell};
use crate::rights::{BlueprintRight, BlueprintStanding};
use crate::routes::BlueprintAccess;
use crate::state::AppState;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "blueprints/show.html")]
pub(super) struct BlueprintPage {
    pub(super) shell: Shell,
    pub(super) blueprint: Blueprint,
    /// Whether the reader may change it.
    pub(super) mine: bool,
    /// How the reader stands to it.
    pub(super) standing: BlueprintStanding,
    /// Whose it is, when not the reader's.
    pub(super) owner: Option<String>,
    pub(super) form: Form,
    pub(super) rows: Vec<StackRow>,
    /// Overlays that could be added.
    pub(super) others: Vec<Overlay>,
    pub(super) users: Vec<User>,
    /// How many servers of others use it.
    pub(super) foreign: usize,
    /// What somebody else saved meanwhile.
    pub(super) newer: Option<Newer>,
    /// Whether what is shown is not what is stored.
    pub(super) unsaved: bool,
    pub(super) hand_over: Field,
    pub(super) said: Option<&'static str>,
}

/// What the form holds.
#[derive(Debug, Clone)]
pub(super) struct Form {
    pub(super) seen: i64,
    pub(super) name: Field,
    pub(super) arguments: Field,
    pub(super) config: Field,
    pub(super) stack: Stack,
    /// What is wrong with the overlays.
    pub(super) fault: Option<String>,
}

/// An overlay in the stack.
#[derive(Debug, Clone)]
pub(super) struct StackRow {
    pub(super) id: OverlayId,
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) expose: bool,
    /// Whether a server can start with it.
    pub(super) there: bool,
}

/// What is stored now, when somebody saved between.
#[derive(Debug, Clone)]
pub(super) struct Newer {
    pub(super) name: String,
    pub(super) arguments: String,
    pub(super) config: String,
    pub(super) overlays: String,
}

impl Form {
    /// What is stored.
    pub(super) fn of(blueprint: &Blueprint, stack: Stack) -> Self {
        Self {
            seen: blueprint.updated_at,
            name: Field::new("name", &blueprint.name),
            arguments: Field::new("arguments", &blueprint.arguments),
            config: Field::new("config", &blueprint.config),
            stack,
            fault: None,
        }
    }

    /// Whether something in it was refused.
    pub(super) fn is_bad(&self) -> bool {
        self.name.is_bad() || self.arguments.is_bad() || self.config.is_bad() || self.fault.is_some()
    }
}

/// The stored stack of a blueprint.
pub(super) async fn stored_stack(state: &AppState, blueprint: &Blueprint) -> PageResult<Stack> {
    let overlays = db::blueprints::overlays(&state.db, blueprint.id).await?;
    let place = |overlay: db::blueprints::UsedOverlay| Place { overlay: overlay.id, expose: overlay.expose };
    Ok(Stack(overlays.into_iter().map(place).collect()))
}

impl BlueprintPage {
    /// The page with `form` in it; without, with what is stored.
    pub(super) async fn load(
        state: &AppState,
        shell: Shell,
        access: BlueprintAccess,
        form: Option<Form>,
    ) -> PageResult<Self> {
        let BlueprintAccess { blueprint, standing } = access;
        let mine = standing.mine;
        let me = shell.user.as_ref().map_or(UserId(0), |user| user.id);
        let used = db::blueprints::overlays(&state.db, blueprint.id).await?;
        let unsaved = form.is_some();
        let form = match form {
            Some(form) => form,
            None => Form::of(&blueprint, stored_stack(state, &blueprint).await?),
        };
        // What the blueprint has already may stay, also when its reader may not use it elsewhere.
        let visible = db::overlays::visible(&state.db, me).await?;
        let row = |place: &Place| {
            let (id, expose) = (place.overlay, place.expose);
            let known = visible.iter().find(|o| o.id == id).map(|o| (o.name.clone(), o.kind, o.is_there()));
            let known = known.or_else(|| used.iter().find(|o| o.id == id).map(|o| (o.name.clone(), o.kind, o.there)));
            let (name, kind, there) = known?;
            Some(StackRow { id, name, kind: kind.word(), expose, there })
        };
        let rows: Vec<_> = form.stack.0.iter().filter_map(row).collect();
        let others = visible.into_iter().filter(|overlay| !form.stack.has(overlay.id)).collect();
        let (users, foreign): (Vec<_>, Vec<_>) =
            db::blueprints::users(&state.db, blueprint.id).await?.into_iter().partition(|user| user.owner_id == me);
        let owner =
            if mine { None } else { db::users::find(&state.db, blueprint.owner_id).await?.map(|user| user.name) };
        Ok(Self {
            shell: shell.at(Nav::Blueprints),
            blueprint,
            mine,
            standing,
            owner,
            form,
            rows,
            others,
            users,
            foreign: foreign.len(),
            newer: None,
            unsaved,
            hand_over: Field::new("user", ""),
            said: None,
        })
    }

    /// What saving changes, and for whom.
    fn effect(&self) -> String {
        let servers = self.users.len() + self.foreign;
        if servers == 0 {
            return "No server uses it yet.".to_owned();
        }
        let verb = if servers == 1 { "uses" } else { "use" };
        let takes = if servers == 1 { "If it runs, it gets" } else { "Those that run get" };
        format!("{} {verb} it. {takes} what is saved at the next restart.", count(servers, "server", "servers"))
    }

    /// The lines that left4me adds, in the order in which they run: the lowest overlay first.
    fn given(&self) -> Vec<&StackRow> {
        self.rows.iter().rev().filter(|row| row.expose).collect()
    }

    fn foreign_words(&self) -> String {
        count(self.foreign, "server of somebody else", "servers of others")
    }

    /// Whether the reader may make servers of it and clone it.
    fn may_use(&self) -> bool {
        self.standing.may(BlueprintRight::Use)
    }

    /// Whether the reader may delete it and hand it over.
    fn may_end(&self) -> bool {
        self.standing.may(BlueprintRight::Delete) && self.standing.may(BlueprintRight::HandOver)
    }

    /// Attributes of the editors.
    fn lock(&self) -> &'static str {
        if self.mine { " wrap=off" } else { " wrap=off readonly" }
    }

    fn in_use(&self) -> bool {
        !self.users.is_empty() || self.foreign > 0
    }
}

/// Tells what is stored, to compare it with what was typed.
pub(super) async fn newer(state: &AppState, blueprint: &Blueprint) -> PageResult<Newer> {
    let overlays = db::blueprints::overlays(&state.db, blueprint.id).await?;
    let line = |overlay: &db::blueprints::UsedOverlay| {
        format!("{}{}", overlay.name, if overlay.expose { ", its cfg is run" } else { "" })
    };
    Ok(Newer {
        name: blueprint.name.clone(),
        arguments: blueprint.arguments.clone(),
        config: blueprint.config.clone(),
        overlays: overlays.iter().map(line).collect::<Vec<_>>().join("\n"),
    })
}
