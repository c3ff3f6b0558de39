//! The settings of a server, and who may do what with it.

use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::at::At;
use super::create::{Choice, choices};
use super::frame::{Frame, ServerTab};
use super::rcon::Passwords;
use crate::blueprints::parse_name;
use crate::config::PortRange;
use crate::db;
use crate::db::grants::Grant;
use crate::db::servers::{Draft, Server, Stored};
use crate::id::{BlueprintId, UserId};
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{Nav, PageError, PageResult, Shell, go};
use crate::rights::ServerRight;
use crate::servers::{PortChoice, full_words, parse_hostname, parse_port, taken_words};
use crate::state::AppState;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "servers/settings.html")]
pub(super) struct SettingsPage {
    shell: Shell,
    frame: Frame,
    pub(super) form: Settings,
    range: PortRange,
    may_share: bool,
    /// Whether its owner reads.
    owner: bool,
    /// Who may do what, besides its owner.
    grants: Vec<Grant>,
    pub(super) person: Field,
    said: Option<&'static str>,
    /// Whether the reader may know the RCON password.
    may_console: bool,
    /// The RCON passwords, when the reader has just asked for them.
    pub(super) passwords: Option<Passwords>,
    /// What is stored now, when somebody else has saved since the form was made.
    newer: Option<Vec<(&'static str, String)>>,
}

/// What the form holds.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    name: Field,
    hostname: Field,
    blueprint: Field,
    port: Field,
    choices: Vec<Choice>,
    /// Which settings it was made of.
    seen: String,
}

impl Settings {
    /// Takes what was typed; gives the blueprint, if it is one of those that can be chosen.
    fn take(&mut self, fields: Fields<'_>) -> Option<BlueprintId> {
        for field in [&mut self.name, &mut self.hostname, &mut self.port] {
            fields.get(field.name).clone_into(&mut field.value);
        }
        let wanted = fields.key::<BlueprintId>("blueprint");
        let blueprint = self.choices.iter().find(|choice| Some(choice.id) == wanted).map(|choice| choice.id);
        if blueprint.is_none() {
            self.blueprint.error = Some("Choose one of these.".to_owned());
        } else {
            for choice in &mut self.choices {
                choice.chosen = Some(choice.id) == wanted;
            }
        }
        blueprint
    }
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    saved: Option<String>,
    rotated: Option<String>,
}

impl SettingsPage {
    pub(super) async fn load(at: &At) -> PageResult<Self> {
        let At { state, server, standing, user, shell, .. } = at;
        let frame = at.frame(ServerTab::Settings).await?;
        let form = Settings {
            name: Field::new("name", &server.name),
            hostname: Field::new("hostname", &server.hostname),
            blueprint: Field::new("blueprint", ""),
            port: Field::new("port", server.port.to_string()),
            choices: with_current(state, user.id, &frame, server).await?,
            seen: server.settings(),
        };
        let may_share = standing.may(ServerRight::Share);
        let grants = if may_share { db::grants::of_server(&state.db, server.id).await? } else { Vec::new() };
        let person = Field::new("user", "");
        let range = state.config.ports;
        let (shell, owner) = (shell.clone().at(Nav::Servers), server.owner_id == user.id);
        let may_console = standing.may(ServerRight::Console);
        Ok(Self {
            shell,
            frame,
            form,
            range,
            may_share,
            owner,
            grants,
            person,
            said: None,
            may_console,
            passwords: None,
            newer: None,
        })
    }

    /// The page for who did not save since somebody else had: with what was typed, and what is stored now.
    async fn newer(at: &At, fields: Fields<'_>) -> PageResult<Self> {
        let mut page = Self::load(at).await?;
        let Settings { name, hostname, port, .. } = &page.form;
        let stored = [
            ("Name", &name.value),
            ("Hostname", &hostname.value),
            ("Port", &port.value),
            ("Blueprint", &page.frame.card.blueprint.name),
        ];
        page.newer = Some(stored.map(|(what, value)| (what, value.clone())).to_vec());
        page.form.take(fields);
        Ok(page)
    }

    fn effect(&self) -> &'static str {
        if self.frame.card.view.stand.is_up() {
            "The name changes here at once. Port, hostname and blueprint reach the game at the next restart."
        } else {
            "The name changes here at once. Port, hostname and blueprint reach the game at the next start."
        }
    }

    /// What the note says that was just done takes effect.
    fn said_effect(&self) -> &'static str {
        match self.said {
            Some("Saved.") => self.effect(),
            _ if self.frame.card.view.stand.is_up() => {
                "The game takes it at the next restart, and the one of before until then."
            }
            _ => "The game takes it at the next start.",
        }
    }

    fn blueprint_hint(&self) -> &'static str {
        if self.owner {
            ""
        } else {
            "The one that it has, and those that others share. Blueprints of your own cannot be chosen here: they would keep you in when your role ends."
        }
    }

    fn port_hint(&self) -> String {
        format!("One of {}. Leave it empty to take the next free one.", self.range)
    }
}

/// What can be chosen: the blueprint that it has, those of its owner when that is who reads, and those that others share. One that belongs to a
/// manager, shared or not, would leave them the server when their role is taken away.
async fn with_current(state: &AppState, me: UserId, frame: &Frame, server: &Server) -> db::Result<Vec<Choice>> {
    let current = server.blueprint_id;
    let mut choices = choices(state, me, Some(current)).await?;
    choices.retain(|choice| server.owner_id == me || !choice.mine || choice.chosen);
    if !choices.iter().any(|choice| choice.chosen) {
        let name = frame.card.blueprint.name.clone();
        choices.insert(0, Choice { id: current, name, mine: false, chosen: true });
    }
    Ok(choices)
}

/// Shows the settings.
pub async fn settings(at: At, Query(done): Query<Done>) -> PageResult {
    let mut page = SettingsPage::load(&at).await?;
    page.said = match (done.saved, done.rotated) {
        (Some(_), _) => Some("Saved."),
        (None, Some(_)) => Some("It has another RCON password."),
        (None, None) => None,
    };
    Ok(page.into_response())
}

/// Saves them.
pub async fn save_settings(mut at: At, Form(sent): Form<Sent>) -> PageResult {
    let fields = Fields(&sent);
    let range = at.state.config.ports;
    let mut page = SettingsPage::load(&at).await?;
    let form = &mut page.form;
    let blueprint = form.take(fields);
    let (server, state) = (&at.server, &at.state);
    let mut taken = db::servers::ports(&state.db, Some(server.id)).await?;
    taken.push(server.port);
    let name = parse_name(&form.name.value).map_err(|error| form.name.error = Some(error)).ok();
    let hostname = parse_hostname(&form.hostname.value).map_err(|error| form.hostname.error = Some(error)).ok();
    let port = parse_port(&form.port.value, range, &taken, Some(server.port));
    let port = port.map_err(|error| form.port.error = Some(error)).ok();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let (Some(name), Some(hostname), Some(port), Some(blueprint)) = (name, hostname, port, blueprint) {
        let draft = Draft { name: &name, hostname: &hostname, blueprint, port };
        let seen = Some(fields.get("seen")).filter(|seen| !seen.is_empty());
        match db::servers::update(&state.db, server, draft, seen, range, state.clock.now()).await? {
            Stored::Yes(id) => {
                state.bus.send(Change::Server(id));
                for blueprint in [server.blueprint_id, blueprint] {
                    state.bus.send(Change::Blueprint(blueprint));
                }
                return Ok(go(&at.shell, &format!("/servers/{id}/settings?saved=1")));
            }
            Stored::Newer => {
                at.server = db::servers::find(&at.state.db, at.server.id).await?.ok_or(PageError::NotFound)?;
                return Ok((StatusCode::CONFLICT, SettingsPage::newer(&at, fields).await?).into_response());
            }
            Stored::NameTaken if server.owner_id == at.user.id => {
                form.name.error = Some(super::create::name_taken(&name));
            }
            Stored::NameTaken => {
                form.name.error = Some(format!("Its owner has a server named “{name}” already. Take another name."));
            }
            // The quota is for new ones.
            Stored::PortTaken | Stored::Full | Stored::Quota(_) => {
                status = StatusCode::CONFLICT;
                form.port.error = Some(match port {
                    PortChoice::This(port) => taken_words(port, range, &taken),
                    PortChoice::Any => full_words(range),
                });
            }
        }
    }
    Ok((status, page).into_response())
}
