use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum_extra::extract::CookieJar;

use crate::account::FormToken;
use crate::id::UserId;
use crate::routes::Visitor;

/// The cookie that holds the chosen theme.
pub(super) const THEME_COOKIE: &str = "left4me-theme";

/// What the shell around every page shows; an extractor.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Who is logged in.
    pub user: Option<ShellUser>,
    /// Which entry of the navigation the page belongs to.
    pub nav: Nav,
    /// `light` or `dark` when the reader chose one.
    pub theme: Option<&'static str>,
    /// What forms carry.
    pub form_token: FormToken,
    /// Whether a script asks for a fragment (htmx), not a browser for a page.
    pub fragment: bool,
}

/// The user in the corner.
#[derive(Debug, Clone)]
pub struct ShellUser {
    /// Key.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Sees the admin pages.
    pub admin: bool,
}

/// An entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nav {
    /// None of them.
    Nothing,
    /// Servers.
    Servers,
    /// Blueprints.
    Blueprints,
    /// Overlays.
    Overlays,
    /// Jobs.
    Jobs,
    /// Admin.
    Admin,
}

impl Shell {
    /// The same on a page that belongs to `nav`.
    #[must_use]
    pub const fn at(mut self, nav: Nav) -> Self {
        self.nav = nav;
        self
    }

    /// Whether the page belongs to the entry named `nav` (`servers`, `blueprints` …).
    #[must_use]
    pub fn is_at(&self, nav: &str) -> bool {
        let name = match self.nav {
            Nav::Nothing => "",
            Nav::Servers => "servers",
            Nav::Blueprints => "blueprints",
            Nav::Overlays => "overlays",
            Nav::Jobs => "jobs",
            Nav::Admin => "admin",
        };
        name == nav
    }

    fn of(visitor: &Visitor, parts: &Parts) -> Self {
        let theme = CookieJar::from_headers(&parts.headers).get(THEME_COOKIE).and_then(|cookie| match cookie.value() {
            "light" => Some("light"),
            "dark" => Some("dark"),
            _ => None,
        });
        Self {
            user: visitor.user().map(|user| ShellUser { id: user.id, name: user.name.clone(), admin: user.admin }),
            nav: Nav::Nothing,
            theme,
            form_token: visitor.form_token.clone(),
            fragment: parts.headers.contains_key("hx-request"),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Shell {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(match parts.extensions.get::<Visitor>() {
            Some(visitor) => Self::of(visitor, parts),
            None => Self {
                user: None,
                nav: Nav::Nothing,
                theme: None,
                form_token: FormToken::of(&crate::account::Token::random()),
                fragment: false,
            },
        })
    }
}
