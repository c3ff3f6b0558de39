//! Runs the stand-in for steamcmd in a directory of its own, and the tests of its ordinary runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A steamcmd with its home and an installation directory.
pub(crate) struct Steam {
    temp: TempDir,
}

/// How a run ended, and what it printed.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) text: String,
}

/// The stand-ins are cargo examples, which `cargo test` and `cargo nextest` build beside the tests.
pub(crate) fn example(name: &str) -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let path = deps.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(path.exists(), "{} is missing: run cargo build -p l4d2host --examples", path.display());
    path
}

impl Steam {
    /// One that has never run, with nothing installed.
    pub(crate) fn fresh() -> Self {
        let steam = Self { temp: tempfile::tempdir().unwrap() };
        for directory in ["steam", "home", "game"] {
            fs::create_dir(steam.path(directory)).unwrap();
        }
        for name in ["steamcmd", "srcds"] {
            fs::copy(example(name), steam.path("steam").join(name)).unwrap();
        }
        steam
    }

    /// One with the game of build 1 installed.
    pub(crate) fn installed() -> Self {
        let steam = Self::fresh();
        steam.pass("windows").succeeds();
        steam.pass("linux").succeeds();
        steam
    }

    /// A path below the test's own directory.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.temp.path().join(below)
    }

    /// The installation directory.
    pub(crate) fn game(&self) -> PathBuf {
        self.path("game")
    }

    pub(crate) fn orders(&self, text: &str) {
        fs::write(self.path("steam/orders"), text).unwrap();
    }

    /// A run that has not started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.path("steam/steamcmd"));
        command.args(arguments).env_clear().env("HOME", self.path("home")).current_dir(self.path("home"));
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self.command(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        Outcome { code: output.status.code().unwrap_or(-1), text }
    }

    /// One platform pass, with the arguments that left4me gives.
    pub(crate) fn pass(&self, platform: &str) -> Outcome {
        self.run(&arguments(platform, &self.game()).iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub(crate) fn spawn(&self, platform: &str) -> Child {
        self.command(&[]).args(arguments(platform, &self.game())).stdout(Stdio::piped()).spawn().unwrap()
    }

    /// The build in the manifest.
    pub(crate) fn installed_build(&self) -> Option<String> {
        let text = fs::read_to_string(self.game().join("steamapps/appmanifest_222860.acf")).ok()?;
        let line = text.lines().find(|line| line.contains("\"buildid\""))?;
        line.split('"').nth(3).map(str::to_owned)
    }

    /// All files of the installation that belong to the game, with what is in them.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.game(), &self.game(), &mut files);
        files.retain(|(path, _)| !path.starts_with("steamapps"));
        files.sort();
        files
    }
}

fn collect(root: &Path, directory: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.push((name, fs::read(&path).unwrap()));
        }
    }
}

fn arguments(platform: &str, directory: &Path) -> Vec<String> {
    let line = "+@ShutdownOnFailedCommand 1 +@NoPromptForPassword 1 +@sSteamCmdForcePlatformType PLATFORM \
                +force_install_dir DIRECTORY +login anonymous +app_update 222860 validate +quit";
    let fill = |word: &str| match word {
        "PLATFORM" => platform.to_owned(),
        "DIRECTORY" => directory.to_str().unwrap().to_owned(),
        other => other.to_owned(),
    };
    line.split_whitespace().map(fill).collect()
}

impl Outcome {
    /// The pass did what it should.
    pub(crate) fn succeeds(&self) {
        assert!(self.code == 0 && self.text.contains("Success! App '222860'"), "{}\n{}", self.code, self.text);
    }

    /// It ended with this code after a line that ends like this.
    pub(crate) fn fails(&self, code: i32, line: &str) {
        let last = self.text.trim_end().lines().last().unwrap_or("");
        assert!(self.code == code && last.ends_with(line), "{}\n{}", self.code, self.text);
    }
}
