//! The links between the pages of a long list.

/// Where a list goes on, before and after what is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The page before this one.
    pub previous: Option<String>,
    /// Its word: `Newer jobs`.
    pub previous_word: &'static str,
    /// The page after this one.
    pub next: Option<String>,
    /// Its word: `Older jobs`.
    pub next_word: &'static str,
    /// What is shown: `501 to 1000 of 10000`.
    pub words: String,
}

impl Pager {
    /// Whether there is more than what is shown.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.previous.is_some() || self.next.is_some()
    }
}
