use axum::Extension;
use axum::extract::{RawQuery, State};

use crate::host::Of;
use crate::pages::{PageResult, tree};
use crate::routes::{LoggedIn, ServerAccess};
use crate::state::AppState;

/// A file of a server.
pub async fn download(
    State(state): State<AppState>,
    Extension(access): Extension<ServerAccess>,
    me: LoggedIn,
    RawQuery(query): RawQuery,
) -> PageResult {
    tree::download(&state, me.session.user.id, Of::Server(access.server.id), &query.unwrap_or_default()).await
}
