//! A field of a form, as it is shown again after a refusal.

/// The name of a form's field, what was typed into it, and what is wrong with that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// The name it is sent by.
    pub name: &'static str,
    /// What was typed, or what is stored.
    pub value: String,
    /// What is wrong, why, and what would be taken; in whole sentences.
    pub error: Option<String>,
}

impl Field {
    /// A field that holds `value`.
    pub fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into(), error: None }
    }

    /// The same field, refused.
    #[must_use]
    pub fn refused(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// Whether it was refused.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.error.is_some()
    }
}
