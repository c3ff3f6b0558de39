//! What everybody sees of a server that is open to them: its page and its files. And the switch for that, in its settings.

mod file;
mod open;
mod show;

pub use file::file;
pub use open::open;
pub use show::show;

use std::net::IpAddr;

use crate::db::public_pages::opening;
use crate::db::servers::{self, Server};
use crate::id::ServerId;
use crate::pages::{PageError, PageResult};
use crate::public::Opening;
use crate::state::AppState;

/// A server that is open to everybody. One that is not is as one that is not there.
async fn opened(state: &AppState, id: ServerId) -> PageResult<(Server, Opening)> {
    let opening = opening(&state.db, id).await?.filter(|opening| opening.page).ok_or(PageError::NotFound)?;
    let server = servers::find(&state.db, id).await?.ok_or(PageError::NotFound)?;
    Ok((server, opening))
}

/// Counts a look from an address.
fn looks(state: &AppState, address: IpAddr) -> PageResult<()> {
    state.public.guests.look(address).map_err(|many| PageError::TooMany(many.sentence()))
}
