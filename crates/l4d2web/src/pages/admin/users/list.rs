use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::quota::{QuotaForm, limits};
use super::refusal::owned;
use super::{Act, refusal};
use crate::db;
use crate::db::users::Listed;
use crate::id::UserId;
use crate::pages::kit::{Field, StatePill};
use crate::pages::{Nav, PageError, PageResult, Shell};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// The page.
#[derive(Template, WebTemplate)]
#[template(path = "admin/users/list.html")]
pub(super) struct UsersPage {
    shell: Shell,
    rows: Vec<Row>,
    pub(super) new: NewUser,
    pub(super) dialog: Option<Dialog>,
    pub(super) quota: Option<QuotaForm>,
}

/// A user in the list.
struct Row {
    user: Listed,
    pill: StatePill,
    owns: String,
    /// What they may have; none: no limit.
    limits: Option<String>,
    me: bool,
    no_deactivate: Option<String>,
    no_delete: Option<String>,
    no_withdraw: Option<String>,
}

/// The form for a new user.
#[derive(Debug, Clone)]
pub(super) struct NewUser {
    pub(super) open: bool,
    pub(super) name: Field,
    pub(super) password: Field,
    pub(super) admin: bool,
}

/// A form about one user, which the page opens with.
#[derive(Debug, Clone)]
pub(super) struct Dialog {
    pub(super) kind: Kind,
    pub(super) user: Listed,
    pub(super) field: Field,
}

/// The forms about one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Another password.
    Password,
    /// Deletion, by the name typed.
    Delete,
}

/// Which form to open.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    password: Option<UserId>,
    delete: Option<UserId>,
    quota: Option<UserId>,
}

impl NewUser {
    pub(super) fn empty() -> Self {
        Self { open: false, name: Field::new("name", ""), password: Field::new("password", ""), admin: false }
    }
}

impl Dialog {
    /// The empty form.
    pub(super) fn new(kind: Kind, user: Listed) -> Self {
        let field = Field::new(if kind == Kind::Password { "password" } else { "name" }, "");
        Self { kind, user, field }
    }

    fn is_password(&self) -> bool {
        self.kind == Kind::Password
    }
}

impl UsersPage {
    pub(super) async fn new(state: &AppState, shell: Shell, me: UserId) -> PageResult<Self> {
        let users = db::users::list(&state.db).await?;
        let row = |user: Listed| Row {
            pill: if user.active { StatePill::done("Active") } else { StatePill::stopped("Inactive") },
            owns: owned(&user).unwrap_or_else(|| "owns nothing".to_owned()),
            limits: limits(&user),
            me: user.id == me,
            no_deactivate: refusal(Act::Deactivate, &user, me),
            no_delete: refusal(Act::Delete, &user, me),
            no_withdraw: refusal(Act::Withdraw, &user, me),
            user,
        };
        let rows = users.into_iter().map(row).collect();
        Ok(Self { shell: shell.at(Nav::Admin), rows, new: NewUser::empty(), dialog: None, quota: None })
    }
}

/// Shows the users, with a form open when the address asks for one.
pub async fn list(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Query(wish): Query<Wish>,
) -> PageResult<Response> {
    let mut page = UsersPage::new(&state, shell, me.session.user.id).await?;
    let asked_quota = wish.quota;
    let wish = wish.password.map(|id| (Kind::Password, id)).or(wish.delete.map(|id| (Kind::Delete, id)));
    if let Some((kind, id)) = wish {
        let user = db::users::listed(&state.db, id).await?.ok_or(PageError::NotFound)?;
        let act = if kind == Kind::Password { Act::SetPassword } else { Act::Delete };
        if let Some(sentence) = refusal(act, &user, me.session.user.id) {
            return Err(PageError::Conflict(sentence));
        }
        page.dialog = Some(Dialog::new(kind, user));
    } else if let Some(id) = asked_quota {
        page.quota = Some(QuotaForm::of(db::users::listed(&state.db, id).await?.ok_or(PageError::NotFound)?));
    }
    Ok(page.into_response())
}
