//! `l4d2ctl doctor`

use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was looked at, one word.
    pub name: String,
    /// How bad it is.
    pub state: Level,
    /// What was found.
    pub sentence: String,
    /// What to do about it; none when all is well.
    pub remedy: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::super::check_golden;
    use super::*;

    #[test]
    fn golden() {
        let checks: Vec<Check> = check_golden(include_str!("../../../../l4d2host/tests/golden/doctor.json"));
        assert!(checks.iter().all(|check| check.state == Level::Ok));
    }
}
