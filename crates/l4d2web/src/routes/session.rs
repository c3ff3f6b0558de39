//! Finds out who sends a request.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum_extra::extract::CookieJar;

use crate::account::{FormToken, Token};
use crate::db::sessions::Found;
use crate::db::users::User;
use crate::pages::PageError;
use crate::serve::Peer;
use crate::state::AppState;

/// Who sends a request: an extension of every request.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Where from, behind the trusted proxies.
    pub address: IpAddr,
    /// The session, and the token that it is known by; none for those who are not logged in.
    pub session: Option<(Token, Found)>,
    /// What the visitor's forms carry.
    pub form_token: FormToken,
}

impl Visitor {
    /// The user, when logged in.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.session.as_ref().map(|(_, found)| &found.user)
    }
}

/// Who is logged in, for handlers of routes that only those reach: an extractor.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// The session with its user.
    pub session: Found,
    /// Where the request comes from.
    pub address: IpAddr,
}

impl<S: Sync> FromRequestParts<S> for LoggedIn {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let visitor = parts.extensions.get::<Visitor>();
        let found = visitor.and_then(|visitor| Some((visitor.address, visitor.session.as_ref()?.1.clone())));
        let (address, session) = found.ok_or_else(|| {
            PageError::from(anyhow::anyhow!("a page for those who are logged in stands on a route for everybody"))
        })?;
        Ok(Self { session, address })
    }
}

/// Adds the [`Visitor`] to the request. A visitor without a cookie gets one, for the forms of the login page.
pub(super) async fn load(State(state): State<AppState>, jar: CookieJar, mut request: Request, next: Next) -> Response {
    let peer =
        request.extensions().get::<ConnectInfo<Peer>>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.0.ip());
    // A value that is no text must not vanish: what the visitor wrote before it would be believed.
    let forwarded = request.headers().get_all("x-forwarded-for").iter();
    let forwarded: Vec<_> = forwarded.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let address = state.config.trusted_proxies.client(peer, &forwarded);
    let session = match state.sessions.find(&jar, &address.to_string()).await {
        Ok(session) => session,
        Err(error) => return PageError::from(error).into_response(),
    };
    let mut new_guest = None;
    let form_token = match (&session, state.sessions.guest(&jar)) {
        (Some((token, _)), _) => FormToken::of(token),
        (None, Some(guest)) => FormToken::of(&guest),
        (None, None) => FormToken::of(new_guest.insert(Token::random())),
    };
    let wants_page = request.uri().path() == "/login" || request.uri().path().starts_with("/setup");
    request.extensions_mut().insert(Visitor { address, session, form_token });
    let response = next.run(request).await;
    match new_guest {
        Some(guest) if wants_page => {
            (CookieJar::new().add(state.sessions.guest_cookie(&guest)), response).into_response()
        }
        _ => response,
    }
}
