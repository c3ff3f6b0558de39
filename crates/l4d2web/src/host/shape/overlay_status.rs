//! `l4d2ctl overlay status`

use serde::{Deserialize, Serialize};

/// What is published of an overlay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlayStatus {
    /// What `l4d2ctl` calls it.
    pub reference: String,
    /// The tree, relative to the root directory; none when nothing is published.
    pub tree: Option<String>,
    /// When it was published, in seconds since 1970.
    pub published_at: Option<i64>,
    /// How many files it has.
    pub files: Option<u64>,
    /// How large they are together.
    pub bytes: Option<u64>,
    /// Whether a build is under way.
    pub building: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_published_and_what_is_not() {
        let json = r#"{"reference":"5","tree":"trees/overlay/5/3","published_at":1793620800,"files":58,"bytes":613000000,"building":false}"#;
        let status: OverlayStatus = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&status).unwrap(), json);
        let json = r#"{"reference":"5","tree":null,"published_at":null,"files":0,"bytes":0,"building":true,"later":1}"#;
        let status: OverlayStatus = serde_json::from_str(json).unwrap();
        assert_eq!((status.tree, status.files, status.building), (None, Some(0), true));
    }
}
