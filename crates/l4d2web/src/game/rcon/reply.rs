//! What a console answered.

/// What a console answered: bytes, in which players' names and chat may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Whether the server said that this is the end. Else nothing more came for a while.
    pub marked: bool,
}

impl Reply {
    /// As text, with U+FFFD for what is none.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}
