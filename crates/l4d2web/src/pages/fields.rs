//! Forms as they were sent.

use crate::blueprints::normal;

/// The fields of a form as it was sent, in their order; an extractor inside of `Form`. For forms in which a field stands more than once,
/// or whose buttons say what to do.
pub type Sent = Vec<(String, String)>;

/// Reads a form.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(pub &'a Sent);

impl<'a> Fields<'a> {
    /// The first value of a field; empty when it is not there.
    #[must_use]
    pub fn get(self, name: &str) -> &'a str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Whether a field is there, as a box that is ticked or a button that was pressed.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// All values of a field that are keys of rows.
    #[must_use]
    pub fn keys<K: From<i64>>(self, name: &str) -> Vec<K> {
        self.0.iter().filter(|(key, _)| key == name).filter_map(|(_, value)| value.parse().ok().map(K::from)).collect()
    }

    /// The first value of a field that is the key of a row.
    #[must_use]
    pub fn key<K: From<i64>>(self, name: &str) -> Option<K> {
        self.get(name).parse().ok().map(K::from)
    }

    /// Text of several lines.
    #[must_use]
    pub fn lines(self, name: &str) -> String {
        normal(self.get(name))
    }
}
