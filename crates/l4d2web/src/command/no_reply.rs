use crate::game::{RconError, rcon};

/// Why a console gave no reply. The message is a sentence that begins with the server (“Friday Versus” …).
#[derive(Debug, thiserror::Error)]
pub enum NoReply {
    /// It does not run.
    #[error("does not run")]
    Down,
    /// It runs, and the panel does not know with which password.
    #[error("was started by somebody else, so that its RCON password is not known. Restart it here")]
    Unknown,
    /// Too many wait for it already.
    #[error(
        "has {} commands under way already, and does not answer them yet. Try again in a moment",
        super::consoles::AT_ONCE
    )]
    Busy,
    /// What it says is not understood, or not all of it came.
    #[error("gave an answer to `{0}` that is not understood or not whole")]
    Odd(&'static str),
    /// What happened on the connection.
    #[error(transparent)]
    Rcon(#[from] RconError),
    /// The database failed.
    #[error("could not be asked: the database failed")]
    Database(#[from] sqlx::Error),
}

impl NoReply {
    /// What is said of it to people.
    #[must_use]
    pub fn sentence(&self, name: &str) -> String {
        match self {
            Self::Rcon(error) => match error {
                RconError::Timeout { waiting: rcon::Stage::Reply, after } => {
                    format!(
                        "No reply came within {} s. The command may still be run; a server that changes its map answers later.",
                        after.as_secs()
                    )
                }
                RconError::Closed => {
                    "The connection closed before the reply was whole. The command may have been run.".to_owned()
                }
                error => format!("“{name}”: {error}."),
            },
            other => format!("“{name}” {other}."),
        }
    }

    /// Whether the command may have been run all the same: what is lost is the reply.
    pub(super) fn may_have_been_run(&self) -> bool {
        matches!(self, Self::Rcon(RconError::Timeout { waiting: rcon::Stage::Reply, .. } | RconError::Closed))
    }

    /// Whether the same may go well a moment later: it loads, or changes its map.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Rcon(error) => !matches!(error, RconError::Refused | RconError::Broken(_) | RconError::Long(_)),
            Self::Busy | Self::Odd(_) => true,
            Self::Down | Self::Unknown | Self::Database(_) => false,
        }
    }
}
