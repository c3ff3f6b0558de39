use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::id::ServerId;
use crate::live::Change;
use crate::routes::ServerAccess;
use crate::state::AppState;

/// What care is about: a server that the guard of the route let through, or all of them; an extractor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope(pub Option<ServerId>);

impl Scope {
    /// Where its routes begin.
    #[must_use]
    pub fn base(self) -> String {
        self.0.map_or_else(|| "/admin".to_owned(), |server| format!("/servers/{server}"))
    }

    /// Its page.
    #[must_use]
    pub fn page(self) -> String {
        format!("{}/care", self.base())
    }

    /// What to tell when something of it has changed.
    #[must_use]
    pub fn change(self) -> Change {
        self.0.map_or(Change::Host, Change::Server)
    }
}

impl FromRequestParts<AppState> for Scope {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<ServerAccess>().map(|access| access.server.id)))
    }
}
