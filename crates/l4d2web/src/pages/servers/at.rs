use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::card::Card;
use super::frame::{Frame, ServerTab, public_host};
use super::load::card;
use crate::db::servers::Server;
use crate::db::users::User;
use crate::pages::{PageError, PageResult, Shell};
use crate::rights::Standing;
use crate::routes::{LoggedIn, ServerAccess};
use crate::servers::view::ServerView;
use crate::state::AppState;

/// A request at a server that the guard of its route let through, with what its handlers need: an extractor.
#[derive(Debug, Clone)]
pub struct At {
    /// The panel.
    pub state: AppState,
    /// The server.
    pub server: Server,
    /// How the user stands to it.
    pub standing: Standing,
    /// Who asks.
    pub user: User,
    /// What stands around the page.
    pub shell: Shell,
    /// What players connect to.
    pub host: String,
}

impl At {
    /// The server as the user sees it.
    pub(super) async fn card(&self) -> PageResult<Card> {
        Ok(card(&self.state, &self.server, self.standing, &self.user, &self.host).await?)
    }

    /// What it does, and what can be done with it.
    pub(in crate::pages) async fn view(&self) -> PageResult<ServerView> {
        Ok(self.card().await?.view)
    }

    /// What stands around a tab.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn frame(&self, tab: ServerTab) -> PageResult<Frame> {
        Frame::load(&self.state, &self.server, self.standing, &self.user, tab, &self.host).await
    }
}

impl FromRequestParts<AppState> for At {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let me = LoggedIn::from_request_parts(parts, state).await?;
        let Ok(shell) = Shell::from_request_parts(parts, state).await;
        let access = parts.extensions.get::<ServerAccess>().cloned();
        let ServerAccess { server, standing } = access.ok_or_else(|| {
            PageError::from(anyhow::anyhow!("a page about a server stands on a route that is about none"))
        })?;
        let host = public_host(state, &parts.headers);
        Ok(Self { state: state.clone(), server, standing, user: me.session.user, shell, host })
    }
}
