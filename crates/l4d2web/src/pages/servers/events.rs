//! The stream of a server's page: its head, notices and tabs, and on the Log tab its lines.

use std::future::pending;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use serde::Deserialize;

use super::console::console_fragments;
use super::frame::{Frame, ServerTab, public_host};
use super::players::{self, span_of};
use crate::db;
use crate::db::servers::Server;
use crate::db::users::User;
use crate::id::{JobId, ServerId};
use crate::live::server_log::{Follower, TooManyLogs};
use crate::live::sse::{self, Live};
use crate::live::{After, Change, Fragment};
use crate::pages::care::{CareLists, Scope, crashes};
use crate::pages::jobs::jobs_of;
use crate::pages::{PageError, PageResult};
use crate::play::graph::Span;
use crate::rights::{ServerRight, Standing};
use crate::routes::{ServerAccess, Visitor};
use crate::state::AppState;

/// Which tab asks.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    tab: String,
    /// Where in the list of jobs.
    before: Option<i64>,
    /// Which time graphs show.
    #[serde(default)]
    span: String,
}

/// Opens the stream.
pub async fn events(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
    After(after): After,
    headers: HeaderMap,
) -> PageResult {
    let tab = match asked.tab.as_str() {
        "log" => ServerTab::Log,
        "console" => ServerTab::Console,
        "players" => ServerTab::Players,
        "files" => ServerTab::Files,
        "care" => ServerTab::Care,
        "settings" => ServerTab::Settings,
        _ => ServerTab::Jobs,
    };
    let user = visitor.user().ok_or(PageError::NotFound)?.id;
    let lines = if matches!(tab, ServerTab::Log | ServerTab::Console) {
        let log = state.logs.open(access.server.id, user).map_err(too_many_logs)?;
        Some(log.follow(after.as_deref().and_then(|after| after.parse().ok())))
    } else {
        None
    };
    let before = asked.before.map(JobId);
    let live = ServerLive {
        host: public_host(&state, &headers),
        state: state.clone(),
        server: access.server.id,
        tab,
        before,
        span: span_of(&asked.span),
        lines,
    };
    sse::open(&state, &visitor, after.as_deref(), live)
}

fn too_many_logs(refused: TooManyLogs) -> PageError {
    if refused.own { PageError::TooMuch(refused.sentence()) } else { PageError::Busy(refused.sentence()) }
}

/// Whether the page of a server may be different after this change.
fn concerns(server: ServerId, change: Change) -> bool {
    match change {
        Change::Server(id) | Change::Play(id) | Change::Figures(id) => id == server,
        // Whether it is of its blueprint, or about the game, is told by what differs.
        Change::Blueprint(_) | Change::Overlay(_) | Change::Host => true,
        // Of its own jobs it is told as of a change of the server.
        Change::Job(_) | Change::Progress(_) | Change::User(_) => false,
    }
}

struct ServerLive {
    state: AppState,
    server: ServerId,
    tab: ServerTab,
    before: Option<JobId>,
    span: Span,
    host: String,
    lines: Option<Follower>,
}

impl ServerLive {
    /// The row, and how the user stands to it; none when they may not see it.
    async fn seen_by(&self, user: &User) -> db::Result<Option<(Server, Standing)>> {
        let Some(server) = db::servers::find(&self.state.db, self.server).await? else { return Ok(None) };
        let role = db::servers::role(&self.state.db, &server, user.id).await?;
        let standing = Standing { role, admin: user.admin };
        Ok(standing.may(ServerRight::See).then_some((server, standing)))
    }
}

impl Live for ServerLive {
    fn concerns(&self, change: Change) -> bool {
        concerns(self.server, change)
    }

    async fn allows(&self, user: &User) -> db::Result<bool> {
        Ok(self.seen_by(user).await?.is_some())
    }

    async fn fragments(&self, user: &User) -> PageResult<Option<Vec<Fragment>>> {
        let Some((server, standing)) = self.seen_by(user).await? else { return Ok(None) };
        let frame = Frame::load(&self.state, &server, standing, user, self.tab, &self.host).await?;
        let mut fragments = frame.fragments()?;
        if self.tab == ServerTab::Console && standing.may(ServerRight::Console) {
            fragments.extend(console_fragments(&self.state, self.server)?);
        }
        if self.tab == ServerTab::Players {
            fragments.extend(players::fragments(&self.state, &server, standing, self.span).await?);
        }
        if self.tab == ServerTab::Jobs {
            fragments.extend(jobs_of(&self.state, self.server, self.before).await?.fragments()?);
            fragments.push(Fragment::new("crashes", crashes(&self.state, self.server).await?));
        }
        if self.tab == ServerTab::Care && standing.may(ServerRight::Settings) {
            fragments.extend(CareLists::load(&self.state, Scope(Some(self.server))).await?.fragments());
        }
        Ok(Some(fragments))
    }

    async fn lines(&mut self) -> Option<Bytes> {
        match &mut self.lines {
            Some(lines) => lines.next().await,
            None => pending().await,
        }
    }

    fn has_lines(&self) -> bool {
        self.lines.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{BlueprintId, OverlayId, UserId};

    /// An install that prints for an hour, and what other servers do, makes no page of a server look again.
    #[test]
    fn a_page_looks_again_only_for_its_own_server() {
        let [own, other] = [ServerId(1), ServerId(2)];
        let looks = [
            Change::Server(own),
            Change::Play(own),
            Change::Figures(own),
            Change::Blueprint(BlueprintId(9)),
            Change::Overlay(OverlayId(9)),
            Change::Host,
        ];
        assert!(looks.into_iter().all(|change| concerns(own, change)));
        let not = [
            Change::Server(other),
            Change::Play(other),
            Change::Figures(other),
            Change::Job(JobId(1)),
            Change::Progress(JobId(1)),
            Change::User(UserId(1)),
        ];
        assert!(!not.into_iter().any(|change| concerns(own, change)));
    }
}
