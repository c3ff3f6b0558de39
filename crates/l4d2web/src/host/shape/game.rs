//! `l4d2ctl game`

use serde::{Deserialize, Serialize};

/// Which build of the game there is, here and at Steam.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Game {
    /// What servers start on; none before the first install.
    pub installed: Option<Installed>,
    /// What Steam had when it was last asked; none before that.
    pub latest: Option<Latest>,
}

impl Game {
    /// Whether Steam has another build than the installed one.
    #[must_use]
    pub fn update_waits(&self) -> bool {
        match (&self.installed, &self.latest) {
            (Some(installed), Some(latest)) => installed.build.as_ref().is_some_and(|build| *build != latest.build),
            _ => false,
        }
    }
}

/// The published game.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// Steam's number of the build; none when the tree does not say.
    pub build: Option<String>,
    /// The tree, relative to the root directory.
    pub tree: String,
    /// When it was published, in seconds since 1970.
    pub published_at: Option<i64>,
}

/// The newest game that is known of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// Steam's number of the build.
    pub build: String,
    /// When Steam said so, in seconds since 1970.
    pub checked_at: i64,
}

#[cfg(test)]
mod tests {
    use super::super::check_golden;
    use super::*;
    use rstest::rstest;

    #[test]
    fn golden() {
        let game: Game = check_golden(include_str!("../../../../l4d2host/tests/golden/game.json"));
        assert!(game.update_waits());
    }

    #[rstest]
    #[case(r#"{"installed":null,"latest":null}"#, false)]
    #[case(r#"{"installed":null,"latest":{"build":"124","checked_at":1}}"#, false)]
    #[case(r#"{"installed":{"build":"123","tree":"trees/installation/2","published_at":1},"latest":null}"#, false)]
    #[case(
        r#"{"installed":{"build":"123","tree":"trees/installation/2","published_at":1},"latest":{"build":"123","checked_at":1}}"#,
        false
    )]
    #[case(
        r#"{"installed":{"build":"123","tree":"trees/installation/2","published_at":1},"latest":{"build":"124","checked_at":1}}"#,
        true
    )]
    fn an_update_waits(#[case] json: &str, #[case] waits: bool) {
        let game: Game = serde_json::from_str(json).unwrap();
        assert_eq!(game.update_waits(), waits);
    }
}
