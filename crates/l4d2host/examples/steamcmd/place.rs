//! Where the stand-in stands: its own directory, `$HOME`, and what the real steamcmd keeps in them.

use std::path::{Path, PathBuf};

/// The directories of one run.
pub(crate) struct Place {
    /// The directory of the binary, with `orders` and `srcds` in it.
    pub(crate) root: PathBuf,
    /// `$HOME`, or the root when there is none.
    pub(crate) home: PathBuf,
}

impl Place {
    /// Finds the binary through `/proc/self/exe`, or through `$0` where `/proc` is hidden.
    pub(crate) fn find() -> Self {
        let binary = std::env::current_exe()
            .or_else(|_| std::env::args_os().next().map_or(PathBuf::new(), PathBuf::from).canonicalize())
            .unwrap_or_default();
        let root = binary.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        #[expect(clippy::disallowed_methods, reason = "a stand-in reads HOME as the program does that it stands for")]
        let home = std::env::var_os("HOME").map_or_else(|| root.clone(), PathBuf::from);
        Self { root, home }
    }

    /// `~/Steam`, where steamcmd keeps logs, caches and half a download.
    pub(crate) fn steam(&self) -> PathBuf {
        self.home.join("Steam")
    }

    /// The cached answer about the app, which the real one serves long after it went stale.
    pub(crate) fn appinfo(&self) -> PathBuf {
        self.steam().join("appcache/appinfo.vdf")
    }

    /// `steamcmd.sh` finds its root from `$0`: called through a symlink elsewhere it looks in the wrong directory.
    pub(crate) fn broken_by_symlink(&self, called_as: &str) -> Option<String> {
        let called_from = Path::new(called_as).parent().filter(|parent| !parent.as_os_str().is_empty())?;
        let seen = called_from.canonicalize().ok()?;
        let root = self.root.canonicalize().ok()?;
        let wanted = called_from.join("linux32/steamcmd");
        (seen != root).then(|| format!("{called_as}: line 38: {}: No such file or directory", wanted.display()))
    }
}
