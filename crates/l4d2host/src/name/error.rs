//! Why names are refused.

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name breaks the rules for names.
    #[error(
        "{kind} name {name:?} is not valid: use 1 to 25 characters, a to z, 0 to 9, `-` and `_`, beginning with a letter or a digit"
    )]
    Invalid {
        /// What the name was for.
        kind: &'static str,
        /// What was given, shortened to 80 characters.
        name: String,
    },
    /// `installation` was used where it would clash with the game itself.
    #[error("{kind} name `installation` is taken by the game itself: choose another")]
    Reserved {
        /// What the name was for.
        kind: &'static str,
    },
    /// An overlay reference is not a relative path of valid names.
    #[error(
        "overlay reference {reference:?} is not valid: use names of 1 to 25 characters (a to z, 0 to 9, `-`, `_`), joined by single slashes, relative to the overlays directory"
    )]
    Reference {
        /// What was given, shortened to 80 characters.
        reference: String,
    },
    /// A line of a pins file is not a layer.
    #[error(
        "layer {line:?} is not valid: expected trees/installation/<n>, trees/overlay/<name>/<n> or overlays/<reference>"
    )]
    Layer {
        /// What was given, shortened to 80 characters.
        line: String,
    },
}

/// Cuts what somebody gave us to a length that fits into a message.
pub(super) fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}
