//! A new server.

use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;

use super::list::{Find, ListPage};
use crate::blueprints::parse_name;
use crate::config::PortRange;
use crate::db;
use crate::db::servers::{Draft, Stored};
use crate::id::{BlueprintId, UserId};
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::{Field, count};
use crate::pages::{PageResult, Shell, go};
use crate::routes::LoggedIn;
use crate::servers::{full_words, next_free, parse_hostname, parse_port, rcon_password, taken_words};
use crate::state::AppState;

/// The form for a new server.
#[derive(Debug, Clone)]
pub(super) struct NewServer {
    pub(super) open: bool,
    pub(super) name: Field,
    pub(super) hostname: Field,
    pub(super) blueprint: Field,
    pub(super) port: Field,
    /// What can be chosen: key, name, whose.
    pub(super) blueprints: Vec<Choice>,
    pub(super) range: PortRange,
    pub(super) next: Option<u16>,
}

/// A blueprint to choose.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) id: BlueprintId,
    pub(super) name: String,
    /// Whether everybody may use it.
    pub(super) shared: bool,
    pub(super) chosen: bool,
}

#[derive(Template, WebTemplate)]
#[template(path = "servers/new_form.html")]
struct NewForm {
    shell: Shell,
    new: NewServer,
}

impl NewServer {
    /// The empty form.
    pub(super) async fn load(state: &AppState, me: UserId) -> db::Result<Self> {
        let (range, taken) = (state.config.ports, db::servers::ports(&state.db, None).await?);
        Ok(Self {
            open: false,
            name: Field::new("name", ""),
            hostname: Field::new("hostname", ""),
            blueprint: Field::new("blueprint", ""),
            port: Field::new("port", ""),
            blueprints: choices(state, me, None).await?,
            range,
            next: next_free(range, &taken),
        })
    }

    pub(super) fn port_rest(&self) -> String {
        match self.next {
            Some(port) => format!(" inputmode=numeric autocomplete=off placeholder=\"{port}, the next free one\""),
            None => " inputmode=numeric autocomplete=off".to_owned(),
        }
    }

    pub(super) fn port_hint(&self) -> String {
        format!("Leave it empty to take the next free port of {}.", self.range)
    }
}

/// The blueprints that `me` may use, with `chosen` marked; one that they may not use is among them only as the one that is chosen already.
pub(super) async fn choices(state: &AppState, me: UserId, chosen: Option<BlueprintId>) -> db::Result<Vec<Choice>> {
    let usable = db::blueprints::usable(&state.db, me, false).await?;
    let choice = |blueprint: db::blueprints::Listed| Choice {
        name: if blueprint.owner_id == me {
            blueprint.name
        } else {
            format!("{} (of {})", blueprint.name, blueprint.owner)
        },
        shared: blueprint.shared,
        chosen: chosen == Some(blueprint.id),
        id: blueprint.id,
    };
    Ok(usable.into_iter().map(choice).collect())
}

/// Makes a server and leads to its page.
pub async fn create(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (fields, user) = (Fields(&sent), &me.session.user);
    let mut new = NewServer::load(&state, user.id).await?;
    new.open = true;
    let mut conflict = false;
    for field in [&mut new.name, &mut new.hostname, &mut new.blueprint, &mut new.port] {
        fields.get(field.name).clone_into(&mut field.value);
    }
    let taken = db::servers::ports(&state.db, None).await?;
    let name = parse_name(&new.name.value).map_err(|error| new.name.error = Some(error)).ok();
    let hostname = parse_hostname(&new.hostname.value).map_err(|error| new.hostname.error = Some(error)).ok();
    let port = parse_port(&new.port.value, new.range, &taken, None).map_err(|error| new.port.error = Some(error)).ok();
    let wanted = fields.key::<BlueprintId>("blueprint");
    let blueprint = new.blueprints.iter().find(|choice| Some(choice.id) == wanted).map(|choice| choice.id);
    for choice in &mut new.blueprints {
        choice.chosen = Some(choice.id) == wanted;
    }
    if blueprint.is_none() {
        let why = if new.blueprints.is_empty() {
            "Make a blueprint first: it says what the server is made of."
        } else {
            "Choose one of these."
        };
        new.blueprint.error = Some(why.to_owned());
    }
    if let (Some(name), Some(hostname), Some(port), Some(blueprint)) = (name, hostname, port, blueprint) {
        let draft = Draft { name: &name, hostname: &hostname, blueprint, port };
        let stored =
            db::servers::insert(&state.db, user.id, draft, new.range, &rcon_password(), state.clock.now()).await?;
        match stored {
            Stored::Yes(id) => {
                state.bus.send(Change::Server(id));
                state.bus.send(Change::Blueprint(blueprint));
                return Ok(go(&shell, &format!("/servers/{id}")));
            }
            Stored::NameTaken => new.name.error = Some(name_taken(&name)),
            Stored::Quota(max) => {
                conflict = true;
                new.name.error = Some(format!(
                    "You have {}, and may not have more. Delete one first, or ask an admin for more.",
                    servers_words(max)
                ));
            }
            Stored::PortTaken | Stored::Full => {
                conflict = true;
                let taken = db::servers::ports(&state.db, None).await?;
                new.port.error = Some(match stored {
                    Stored::Full => full_words(new.range),
                    _ => taken_words(new.port.value.trim().parse().unwrap_or_default(), new.range, &taken),
                });
            }
        }
    }
    if shell.fragment {
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, NewForm { shell, new }).into_response());
    }
    let status = if conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut page = ListPage::load(&state, &me, shell, &headers, Find::default()).await?;
    page.new = new;
    Ok((status, page).into_response())
}

/// `1 server`, `3 servers`.
pub(super) fn servers_words(number: i64) -> String {
    count(usize::try_from(number).unwrap_or_default(), "server", "servers")
}

/// Why a name is not taken that its owner has given already.
pub(super) fn name_taken(name: &str) -> String {
    format!("You have a server named “{name}” already. Take another name.")
}
