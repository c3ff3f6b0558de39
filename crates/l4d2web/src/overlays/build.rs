//! What `l4d2ctl overlay build` is told: `build.yaml` is to an overlay what a spec is to a server. Pure, but for [`load`], which reads what an
//! overlay is made of.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Kind;
use crate::db::overlays::Overlay;
use crate::db::{self, Db, overlay_builds};
use crate::host::Yaml;

/// What a build makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Source {
    /// Files of a cache.
    Links {
        /// The path in the tree, and the file below the root that stands there.
        files: BTreeMap<String, String>,
    },
    /// A copy of what lies below `files/`.
    Snapshot,
    /// What a script leaves behind.
    Script {
        /// Its text.
        script: String,
        /// Whether it begins with nothing, instead of what is published.
        reset: bool,
    },
}

/// A whole build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Build {
    /// What it makes.
    #[serde(flatten)]
    pub source: Source,
    /// The most that it may hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
}

impl Build {
    /// As standard input of `l4d2ctl overlay build`. The same build always gives the same text.
    ///
    /// # Errors
    ///
    /// When it cannot be written as YAML, which what a build holds can.
    pub fn render(&self) -> Result<Yaml, serde_yaml::Error> {
        serde_yaml::to_string(self).map(Yaml)
    }
}

/// What an overlay is made of now; or the sentence that says why it cannot be built yet.
///
/// # Errors
///
/// When the database fails.
pub async fn load(db: &Db, overlay: &Overlay, reset: bool) -> db::Result<Result<Source, String>> {
    Ok(match overlay.kind {
        Kind::Script => match overlay_builds::script(db, overlay.id).await? {
            script if script.is_empty() => Err("It has no script yet. Write one and save it.".to_owned()),
            script => Ok(Source::Script { script, reset }),
        },
        Kind::Files => Ok(Source::Snapshot),
        Kind::Workshop | Kind::Maps => Ok(Source::Links { files: BTreeMap::new() }),
        Kind::Directory => Err("It is a directory that an admin keeps: nothing is built of it.".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links() {
        let files =
            [("left4dead2/addons/7.vpk", "workshop_cache/7.vpk"), ("left4dead2/addons/#1: a.vpk", "map_cache/a")];
        let files = files.map(|(path, file)| (path.to_owned(), file.to_owned())).into();
        let build = Build { source: Source::Links { files }, max_bytes: Some(2_000_000) };
        insta::assert_snapshot!(build.render().unwrap().0, @r#"
        kind: links
        files:
          'left4dead2/addons/#1: a.vpk': map_cache/a
          left4dead2/addons/7.vpk: workshop_cache/7.vpk
        max_bytes: 2000000
        "#);
    }

    #[test]
    fn snapshot() {
        let build = Build { source: Source::Snapshot, max_bytes: None };
        insta::assert_snapshot!(build.render().unwrap().0, @"kind: snapshot");
    }

    #[test]
    fn a_script_comes_through_as_it_is() {
        for script in
            ["#!/bin/bash\nset -e\n\techo ': {{ }} # \"x\"'\n", "a\n\n\n  b: |\n    c\n", "---\n...\n", "  x\ny\n"]
        {
            let source = Source::Script { script: script.to_owned(), reset: true };
            let yaml = Build { source, max_bytes: None }.render().unwrap().0;
            let read: serde_yaml::Value = serde_yaml::from_str(&yaml).unwrap();
            assert_eq!(read["script"].as_str(), Some(script), "{yaml}");
            assert_eq!((read["kind"].as_str(), read["reset"].as_bool()), (Some("script"), Some(true)));
        }
    }
}
