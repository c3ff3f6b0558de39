use std::fmt;

/// A variable with a value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The variable.
    pub name: &'static str,
    /// What it holds.
    pub value: String,
    /// What would be taken.
    pub accepted: &'static str,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=“{}” cannot be used: it takes {}", self.name, self.value.escape_debug(), self.accepted)
    }
}

impl std::error::Error for ConfigError {}
