//! What is built.

use std::fmt;

use super::{INSTALLATION, NameError, OverlayId};

/// What a build makes: the game itself, or one overlay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuildName {
    /// The installation of the game.
    Installation,
    /// An overlay.
    Overlay(OverlayId),
}

impl BuildName {
    /// Parses `installation` or an overlay's name.
    ///
    /// # Errors
    /// [`NameError::Invalid`] when it is neither.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text == INSTALLATION {
            return Ok(Self::Installation);
        }
        OverlayId::parse(text).map(Self::Overlay)
    }

    /// The name as text, as it stands below `builds/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Installation => INSTALLATION,
            Self::Overlay(id) => id.as_str(),
        }
    }
}

impl fmt::Display for BuildName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
