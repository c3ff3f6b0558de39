//! The settings of a server, and who may do what with it.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use axum::{Extension, Form};
use serde::Deserialize;

use super::create::{Choice, choices};
use super::frame::{Frame, ServerTab, public_host};
use crate::blueprints::parse_name;
use crate::config::PortRange;
use crate::db;
use crate::db::grants::Grant;
use crate::db::servers::{Draft, Server, Stored};
use crate::id::{BlueprintId, UserId};
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{Nav, PageResult, Shell, go};
use crate::rights::ServerRight;
use crate::routes::{LoggedIn, ServerAccess};
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
    /// Who may do what, besides its owner.
    grants: Vec<Grant>,
    pub(super) person: Field,
    said: Option<&'static str>,
}

/// What the form holds.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    name: Field,
    hostname: Field,
    blueprint: Field,
    port: Field,
    choices: Vec<Choice>,
}

/// What was just done.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    saved: Option<String>,
}

impl SettingsPage {
    pub(super) async fn load(
        state: &AppState,
        access: &ServerAccess,
        me: &LoggedIn,
        shell: Shell,
        headers: &HeaderMap,
    ) -> PageResult<Self> {
        let (server, user) = (&access.server, &me.session.user);
        let host = public_host(state, headers);
        let frame = Frame::load(state, server, access.standing, user, ServerTab::Settings, &host).await?;
        let form = Settings {
            name: Field::new("name", &server.name),
            hostname: Field::new("hostname", &server.hostname),
            blueprint: Field::new("blueprint", ""),
            port: Field::new("port", server.port.to_string()),
            choices: with_current(state, user.id, &frame, server).await?,
        };
        let may_share = access.standing.may(ServerRight::Share);
        let grants = if may_share { db::grants::of_server(&state.db, server.id).await? } else { Vec::new() };
        let person = Field::new("user", "");
        let range = state.config.ports;
        Ok(Self { shell: shell.at(Nav::Servers), frame, form, range, may_share, grants, person, said: None })
    }

    fn effect(&self) -> &'static str {
        if self.frame.card.view.stand.is_up() {
            "The name changes here at once. Port, hostname and blueprint reach the game at the next restart."
        } else {
            "The name changes here at once. Port, hostname and blueprint reach the game at the next start."
        }
    }

    fn port_hint(&self) -> String {
        format!("One of {}. Leave it empty to take the next free one.", self.range)
    }
}

/// What can be chosen: the blueprint that it has, those that are shared, and those of its owner when that is who reads. One that only a manager
/// could change would leave them the server when their role is taken away.
async fn with_current(state: &AppState, me: UserId, frame: &Frame, server: &Server) -> db::Result<Vec<Choice>> {
    let current = server.blueprint_id;
    let mut choices = choices(state, me, Some(current)).await?;
    choices.retain(|choice| server.owner_id == me || choice.shared || choice.chosen);
    if !choices.iter().any(|choice| choice.chosen) {
        let name = frame.card.blueprint.name.clone();
        choices.insert(0, Choice { id: current, name, shared: false, chosen: true });
    }
    Ok(choices)
}

/// Shows the settings.
pub async fn settings(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    Query(done): Query<Done>,
) -> PageResult {
    let mut page = SettingsPage::load(&state, &access, &me, shell, &headers).await?;
    page.said = done.saved.map(|_| "Saved.");
    Ok(page.into_response())
}

/// Saves them.
pub async fn save_settings(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (fields, server, range) = (Fields(&sent), &access.server, state.config.ports);
    let mut page = SettingsPage::load(&state, &access, &me, shell.clone(), &headers).await?;
    let form = &mut page.form;
    for field in [&mut form.name, &mut form.hostname, &mut form.port] {
        fields.get(field.name).clone_into(&mut field.value);
    }
    let mut taken = db::servers::ports(&state.db, Some(server.id)).await?;
    taken.push(server.port);
    let name = parse_name(&form.name.value).map_err(|error| form.name.error = Some(error)).ok();
    let hostname = parse_hostname(&form.hostname.value).map_err(|error| form.hostname.error = Some(error)).ok();
    let port = parse_port(&form.port.value, range, &taken, Some(server.port));
    let port = port.map_err(|error| form.port.error = Some(error)).ok();
    let wanted = fields.key::<BlueprintId>("blueprint");
    let blueprint = form.choices.iter().find(|choice| Some(choice.id) == wanted).map(|choice| choice.id);
    if blueprint.is_none() {
        form.blueprint.error = Some("Choose one of these.".to_owned());
    } else {
        for choice in &mut form.choices {
            choice.chosen = Some(choice.id) == wanted;
        }
    }
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let (Some(name), Some(hostname), Some(port), Some(blueprint)) = (name, hostname, port, blueprint) {
        let draft = Draft { name: &name, hostname: &hostname, blueprint, port };
        match db::servers::update(&state.db, server, draft, range, state.clock.now()).await? {
            Stored::Yes(id) => {
                state.bus.send(Change::Server(id));
                for blueprint in [server.blueprint_id, blueprint] {
                    state.bus.send(Change::Blueprint(blueprint));
                }
                return Ok(go(&shell, &format!("/servers/{id}/settings?saved=1")));
            }
            Stored::NameTaken if server.owner_id == me.session.user.id => {
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
