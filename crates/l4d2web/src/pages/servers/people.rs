//! Who may do what with a server: giving roles, taking them away, and making it somebody else's.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use axum::{Extension, Form};

use super::create::servers_words;
use super::frame::{Frame, ServerTab, public_host};
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
use crate::routes::{LoggedIn, ServerAccess};
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
pub async fn share(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (fields, id) = (Fields(&sent), access.server.id);
    let role = match fields.get("role") {
        "operate" => Role::Operate,
        "manage" => Role::Manage,
        _ => return Err(PageError::Unprocessable("A role is “operate” or “manage”.".into())),
    };
    let typed = fields.get("user");
    match find_person(&state, typed, access.server.owner_id, me.session.user.id).await? {
        Ok(person) => {
            db::grants::put(&state.db, id, person.id, role, &rcon_password()).await?;
            tell(&state, id, person.id);
            Ok(go(&shell, &format!("/servers/{id}/settings#people")))
        }
        Err(refusal) => {
            let mut page = SettingsPage::load(&state, &access, &me, shell, &headers).await?;
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
pub async fn hand_over(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    me: LoggedIn,
    shell: Shell,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (typed, server) = (Fields(&sent).get("user"), &access.server);
    let refusal = match find_person(&state, typed, server.owner_id, me.session.user.id).await? {
        Ok(person) => {
            let now = state.clock.now();
            match db::hand_over::server(&state.db, server, person.id, &rcon_password(), now).await? {
                HandedOver::Yes(blueprint) => {
                    tell(&state, server.id, person.id);
                    state.bus.send(Change::User(server.owner_id));
                    for blueprint in [server.blueprint_id, blueprint] {
                        state.bus.send(Change::Blueprint(blueprint));
                    }
                    return Ok(go(&shell, "/servers"));
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
    let host = public_host(&state, &headers);
    let frame = Frame::load(&state, server, access.standing, &me.session.user, ServerTab::Settings, &host).await?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
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
