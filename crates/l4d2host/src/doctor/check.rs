//! What a check found.

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, but not as well as it could, or not for long.
    Warn,
    /// Something does not work.
    Fail,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, one word for programs.
    pub name: &'static str,
    /// How bad it is.
    pub state: Level,
    /// What was found.
    pub sentence: String,
    /// What to do about it; none when all is well.
    pub remedy: Option<String>,
}

impl Check {
    pub(super) fn ok(name: &'static str, sentence: impl Into<String>) -> Self {
        Self { name, state: Level::Ok, sentence: sentence.into(), remedy: None }
    }

    pub(super) fn warn(name: &'static str, sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, state: Level::Warn, sentence: sentence.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn fail(name: &'static str, sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { name, state: Level::Fail, sentence: sentence.into(), remedy: Some(remedy.into()) }
    }
}

/// Joins what was found; of many only the first few, and how many more there are.
pub(super) fn join(found: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut text = found.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("; ");
    if found.len() > SHOWN {
        text.push_str("; and ");
        text.push_str(&(found.len() - SHOWN).to_string());
        text.push_str(" more");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_shown_of_many() {
        let found: Vec<String> = ["a", "b", "c", "d", "e"].map(str::to_owned).into();
        assert_eq!(join(&found[..1]), "a");
        assert_eq!(join(&found[..3]), "a; b; c");
        assert_eq!(join(&found), "a; b; c; and 2 more");
    }
}
