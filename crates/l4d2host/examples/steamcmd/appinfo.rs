//! `KeyValues`: the answer of `app_info_print`, and the manifest of the installed app.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::tree::Platform;

/// `+app_info_print 222860`.
pub(crate) fn app_info(build: u32) -> String {
    let yesterday = build.saturating_sub(1);
    format!(
        r#""222860"
{{
	"common"
	{{
		"name"		"Left 4 Dead 2 Dedicated Server"
		"type"		"Tool"
		"oslist"		"windows"
		"gameid"		"222860"
	}}
	"extended"
	{{
		"gamedir"		"left4dead2"
	}}
	"config"
	{{
		"installdir"		"Left 4 Dead 2 Dedicated Server"
	}}
	"depots"
	{{
		"222861"
		{{
			"manifests"
			{{
				"public"
				{{
					"gid"		"{build}000222861"
					"size"		"36990445921"
				}}
			}}
		}}
		"branches"
		{{
			"previous"
			{{
				"buildid"		"{yesterday}"
				"description"		"the build before"
			}}
			"public"
			{{
				"buildid"		"{build}"
				"timeupdated"		"1794997293"
			}}
		}}
	}}
}}"#
    )
}

/// Keeps the answer where the real one keeps it. Its home may be read-only: then there is no cache.
pub(crate) fn remember(cache: &Path, build: u32) {
    let _ignored =
        cache.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(cache, format!("{build}\n")));
}

/// `steamapps/appmanifest_222860.acf`.
pub(crate) struct Manifest {
    /// The installed build; 0 in a stub made by hand.
    pub(crate) build: u32,
    /// 4 is fully installed; anything else is under way.
    pub(crate) flags: u32,
    /// For which platform, where the file says so.
    pub(crate) platform: Option<Platform>,
}

const MANIFEST: &str = "steamapps/appmanifest_222860.acf";
const WINDOWS_DEPOT: &str = "222862";
const LINUX_DEPOT: &str = "222863";

impl Manifest {
    /// Reads the one of an installation; `None` when there is none.
    pub(crate) fn load(directory: &Path) -> Option<Self> {
        let text = fs::read_to_string(directory.join(MANIFEST)).ok()?;
        let number = |key| value(&text, key).and_then(|word| word.parse().ok()).unwrap_or(0);
        let platform = if text.contains(LINUX_DEPOT) {
            Some(Platform::Linux)
        } else {
            text.contains(WINDOWS_DEPOT).then_some(Platform::Windows)
        };
        Some(Self { build: number("buildid"), flags: number("StateFlags"), platform })
    }

    /// Replaces it by rename.
    pub(crate) fn store(&self, directory: &Path, target: u32) -> io::Result<()> {
        let path = directory.join(MANIFEST);
        let new = PathBuf::from(format!("{}.tmp", path.display()));
        fs::create_dir_all(directory.join("steamapps"))?;
        fs::write(&new, self.render(target))?;
        fs::rename(new, path)
    }

    fn render(&self, target: u32) -> String {
        let (build, flags) = (self.build, self.flags);
        let depot = match self.platform {
            Some(Platform::Windows) => WINDOWS_DEPOT,
            Some(Platform::Linux) => LINUX_DEPOT,
            None => "222860",
        };
        format!(
            r#""AppState"
{{
	"appid"		"222860"
	"universe"		"1"
	"name"		"Left 4 Dead 2 Dedicated Server"
	"StateFlags"		"{flags}"
	"installdir"		"Left 4 Dead 2 Dedicated Server"
	"LastUpdated"		"1794997293"
	"SizeOnDisk"		"36990445921"
	"buildid"		"{build}"
	"TargetBuildID"		"{target}"
	"InstalledDepots"
	{{
		"222861"
		{{
			"manifest"		"{build}000222861"
		}}
		"{depot}"
		{{
			"manifest"		"{build}000{depot}"
		}}
	}}
}}
"#
        )
    }
}

/// The value after the first such key: enough for a file of our own and a stub of a few lines.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let mut quoted = text.split('"').skip(1).step_by(2);
    quoted.find(|word| word.eq_ignore_ascii_case(key))?;
    quoted.next()
}
