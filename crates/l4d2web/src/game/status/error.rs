//! Why a reply is no `status`.

/// Why a reply is no `status` that can be read. The message is a clause about “it”.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    /// There is no such line.
    #[error("its status has no line “{0}”: the status of Left 4 Dead 2 is understood")]
    Missing(&'static str),
    /// The line is there and says something else.
    #[error("its status says “{0}” about its players: the status of Left 4 Dead 2 is understood")]
    Players(String),
    /// Players are missing.
    #[error("its status counts more players than it lists")]
    Cut,
}
