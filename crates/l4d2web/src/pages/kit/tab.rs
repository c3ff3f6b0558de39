//! One of the tabs of a thing. Tabs are links.

/// A tab: where it leads, its word, how many things are behind it, and whether it is the one that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Where it leads.
    pub href: String,
    /// Its word.
    pub word: &'static str,
    /// How many things are behind it.
    pub count: Option<u64>,
    /// Whether it is the one that is shown.
    pub current: bool,
}
