//! Who may do what with a server: giving roles, taking them away, and making it somebody else's.

use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::at::At;
use super::create::servers_words;
use super::frame::{Frame, ServerTab};
use super::settings::SettingsPage;
use crate::db;
use crate::db::hand_over::HandedOver;
use crate::id::{ServerId, UserId};
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::people::find_person;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::rights::Role;
use crate::servers::rcon_password;
use crate::state::AppState;

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "servers/hand_over_form.html")]
struct HandOverForm {
    shell: Shell,
    frame: Frame,
    typed: Field,
}

/// The form on a page of its own, for browsers without scripts.
#[derive(Template, WebTemplate)]
#[template(path = "servers/hand_over.html")]
struct HandOverPage {
    shell: Shell,
    frame: Frame,
    typed: Field,
}

/// Gives somebody a role, or another one.
pub async fn share(at: At, Form(sent): Form<Sent>) -> PageResult {
    let (fields, id) = (Fields(&sent), at.server.id);
    let role = match fields.get("role") {
        "operate" => Role::Operate,
        "manage" => Role::Manage,
        _ => return Err(PageError::Unprocessable("A role is “operate” or “manage”.".into())),
    };
    let typed = fields.get("user");
    match find_person(&at.state, typed, at.server.owner_id, at.user.id).await? {
        Ok(person) => {
            db::grants::put(&at.state.db, id, person.id, role, &rcon_password()).await?;
            tell(&at.state, id, person.id);
            Ok(go(&at.shell, &format!("/servers/{id}/settings#people")))
        }
        Err(refusal) => {
            let mut page = SettingsPage::load(&at).await?;
            page.person = Field::new("user", typed).refused(refusal);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Takes a role away.
pub async fn unshare(
    State(state): State<AppState>,
    Path((id, user)): Path<(ServerId, UserId)>,
    shell: Shell,
) -> PageResult {
    db::grants::delete(&state.db, id, user, &rcon_password()).await?;
    tell(&state, id, user);
    Ok(go(&shell, &format!("/servers/{id}/settings#people")))
}

/// Makes a server somebody else's.
pub async fn hand_over(at: At, Form(sent): Form<Sent>) -> PageResult {
    let (typed, server, state) = (Fields(&sent).get("user"), &at.server, &at.state);
    let refusal = match find_person(state, typed, server.owner_id, at.user.id).await? {
        Ok(person) => {
            let now = state.clock.now();
            match db::hand_over::server(&state.db, server, person.id, &rcon_password(), now).await? {
                HandedOver::Yes { blueprint, roles } => {
                    tell(state, server.id, person.id);
                    for user in roles {
                        state.bus.send(Change::User(user));
                    }
                    state.bus.send(Change::User(server.owner_id));
                    for blueprint in [server.blueprint_id, blueprint] {
                        state.bus.send(Change::Blueprint(blueprint));
                    }
                    return Ok(go(&at.shell, "/servers"));
                }
                HandedOver::Quota(max) => format!(
                    "{} has {} and may not have more. An admin can raise that on the page “Users”.",
                    person.name,
                    servers_words(max)
                ),
                HandedOver::NameTaken => {
                    format!("{} has a server named “{}” already. Rename this one first.", person.name, server.name)
                }
            }
        }
        Err(refusal) => refusal,
    };
    let typed = Field::new("user", typed).refused(refusal);
    let frame = at.frame(ServerTab::Settings).await?;
    let (shell, status) = (at.shell, StatusCode::UNPROCESSABLE_ENTITY);
    Ok(if shell.fragment {
        (status, HandOverForm { shell, frame, typed }).into_response()
    } else {
        (status, HandOverPage { shell, frame, typed }).into_response()
    })
}

fn tell(state: &AppState, server: ServerId, user: UserId) {
    state.bus.send(Change::Server(server));
    state.bus.send(Change::User(user));
}
