//! The build of the game that is published here.

use std::os::unix::fs::MetadataExt;

use serde::Serialize;

use super::error::InstallError;
use super::verb::version_of;
use crate::name::BuildName;
use crate::root::Root;
use crate::tree::current;

/// The game as it is published: what the next start takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// Steam's number of the build; none when its manifest does not say.
    pub build: Option<String>,
    /// The tree, by its path below the root.
    pub tree: String,
    /// When it was published, in seconds since 1970.
    pub published_at: i64,
}

impl Installed {
    /// Reads it; none when the game is not installed.
    ///
    /// # Errors
    /// [`InstallError`].
    pub fn load(root: &Root) -> Result<Option<Self>, InstallError> {
        let Some(tree) = current::current(root, &BuildName::Installation)? else { return Ok(None) };
        let path = root.tree(&tree);
        let version = version_of(&path).map_err(InstallError::io("reading", &path))?;
        // The link is made anew by each publication, and never changed.
        let link = root.current_link(&BuildName::Installation);
        let meta = link.symlink_metadata().map_err(InstallError::io("reading", &link))?;
        Ok(Some(Self { build: version.build, tree: tree.path(), published_at: meta.mtime() }))
    }
}
