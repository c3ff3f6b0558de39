use url::Url;

use crate::config::Config;

/// A collection of maps that others keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Collection {
    /// The maps that the servers of L4D2 Center run.
    L4d2Center,
    /// The custom campaigns of cedapug.com.
    Cedapug,
}

impl Collection {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::L4d2Center, Self::Cedapug];

    /// The word for it, as forms and the database have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::L4d2Center => "l4d2center",
            Self::Cedapug => "cedapug",
        }
    }

    /// The collection with that word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|collection| collection.word() == word)
    }

    /// What people know it by.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::L4d2Center => "l4d2center.com",
            Self::Cedapug => "cedapug.com",
        }
    }

    /// The address of its index below `base`, which is its own site when the operator has not named a mirror.
    pub(super) fn index(self, base: Option<&Url>) -> String {
        let (site, path) = match self {
            Self::L4d2Center => ("https://l4d2center.com", "maps/servers/index.csv"),
            Self::Cedapug => ("https://cedapug.com", "custom"),
        };
        let base = base.map_or(site, Url::as_str).trim_end_matches('/');
        format!("{base}/{path}")
    }

    /// The mirror that the operator has named.
    pub(super) fn base(self, config: &Config) -> Option<&Url> {
        match self {
            Self::L4d2Center => config.l4d2center.as_ref(),
            Self::Cedapug => config.cedapug.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back() {
        for collection in Collection::ALL {
            assert_eq!(Collection::of_word(collection.word()), Some(collection));
        }
        assert_eq!(Collection::of_word("workshop"), None);
    }

    #[test]
    fn a_mirror_takes_the_place_of_the_site() {
        let mirror = Url::parse("http://127.0.0.1:8080/maps/").unwrap();
        assert_eq!(Collection::L4d2Center.index(None), "https://l4d2center.com/maps/servers/index.csv");
        assert_eq!(Collection::Cedapug.index(Some(&mirror)), "http://127.0.0.1:8080/maps/custom");
    }
}
