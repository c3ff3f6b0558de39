//! `app_update 222860`: one platform pass over the installation directory.
//!
//! Files are fetched into `steamapps/downloading/222860`, then moved into place; what lies there already is not fetched
//! again, so that an interrupted pass resumes. Large files are patched where they lie.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::appinfo::{self, Manifest};
use crate::disk;
use crate::failure::Failure;
use crate::orders::{Orders, Switch};
use crate::pause;
use crate::place::Place;
use crate::screen::Screen;
use crate::tree::{self, Content, File, Platform};

/// State flags of an app that is fully installed, and of one under way.
const INSTALLED: u32 = 4;
const UPDATING: u32 = 1026;
/// Which files this stand-in has laid down, so that the next build can drop some.
const LIST: &str = "steamapps/standin.list";
const STAGING: &str = "steamapps/downloading/222860";
const RENAMED: &str = "steamapps/downloading/222860.old";

/// One pass.
pub(crate) struct Update<'a> {
    pub(crate) place: &'a Place,
    pub(crate) orders: &'a Orders,
    pub(crate) screen: &'a Screen,
    pub(crate) platform: Platform,
    pub(crate) directory: &'a Path,
    pub(crate) anonymous: bool,
    /// Ordered: fails with this when half is done.
    pub(crate) interruption: Option<Failure>,
}

/// A file that differs from what the build has.
struct Change {
    file: File,
    bytes: Vec<u8>,
}

impl Update<'_> {
    /// Runs the pass.
    pub(crate) fn run(&self, validate: bool) -> Result<(), Failure> {
        let build = self.orders.latest();
        let manifest = Manifest::load(self.directory);
        if manifest.is_none() && self.anonymous && self.platform == Platform::Linux {
            return Err(Failure::Install("Invalid platform"));
        }
        appinfo::remember(&self.place.appinfo(), build);
        let current = manifest.as_ref().is_some_and(|manifest| {
            manifest.build == build && manifest.flags == INSTALLED && manifest.platform == Some(self.platform)
        });
        if current && !validate {
            self.success("already up to date.");
            return Ok(());
        }
        self.pause("reconfiguring");
        self.progress(0x3, "reconfiguring", 0, 0);
        if !current && self.orders.has(Switch::RenameDirectory) && self.platform == Platform::Linux {
            self.rename_directory().map_err(|error| self.broken(&error))?;
        }
        let (changes, dropped) = self.plan(build)?;
        if current && changes.is_empty() && dropped.is_empty() {
            self.success("already up to date.");
            return Ok(());
        }
        let installed = manifest.map_or(0, |manifest| manifest.build);
        let under_way = Manifest { build: installed, flags: UPDATING, platform: Some(self.platform) };
        under_way.store(self.directory, build).map_err(|error| self.broken(&error))?;
        self.download(&changes)?;
        self.commit(&changes, &dropped).map_err(|error| self.broken(&error))?;
        let done = Manifest { build, flags: INSTALLED, platform: Some(self.platform) };
        self.finish(build).and_then(|()| done.store(self.directory, build)).map_err(|error| self.broken(&error))?;
        self.success("fully installed.");
        Ok(())
    }

    /// Moves a directory that is replaced as a whole out of the way, as steamcmd does at times.
    fn rename_directory(&self) -> io::Result<()> {
        let old = self.directory.join("update");
        if !old.is_dir() {
            return Ok(());
        }
        let away = self.directory.join(RENAMED);
        disk::remove_tree(&away)?;
        fs::create_dir_all(self.directory.join("steamapps/downloading"))?;
        fs::rename(old, away)
    }

    fn plan(&self, build: u32) -> Result<(Vec<Change>, Vec<String>), Failure> {
        let mut changes = Vec::new();
        let mut wanted = BTreeSet::new();
        for file in tree::files(build, self.platform, self.orders.files) {
            let bytes = self.bytes(&file)?;
            wanted.insert(file.path.clone());
            let path = self.directory.join(&file.path);
            let mode_fits =
                fs::metadata(&path).is_ok_and(|found| found.permissions().mode() & 0o111 != 0) == file.executable;
            if !mode_fits || !fs::read(&path).is_ok_and(|found| found == bytes) {
                changes.push(Change { file, bytes });
            }
        }
        let list = fs::read_to_string(self.directory.join(LIST)).unwrap_or_default();
        let dropped = list.lines().filter(|path| !wanted.contains(*path)).map(str::to_owned).collect();
        Ok((changes, dropped))
    }

    fn bytes(&self, file: &File) -> Result<Vec<u8>, Failure> {
        match &file.content {
            Content::Text(text) => Ok(text.clone().into_bytes()),
            Content::Archive { build } => Ok(tree::archive(*build)),
            Content::Srcds => {
                let path = self.place.root.join("srcds");
                fs::read(&path).map_err(|error| Failure::StandIn(format!("{}: {error}", path.display())))
            }
        }
    }

    fn download(&self, changes: &[Change]) -> Result<(), Failure> {
        let total = sum(changes);
        self.pause("preallocating");
        self.progress(0x11, "preallocating", total * 94 / 100, total);
        self.pause("downloading");
        let staging = self.directory.join(STAGING);
        fs::create_dir_all(&staging).map_err(|error| self.broken(&error))?;
        let mut done = 0;
        for (at, change) in changes.iter().enumerate() {
            if at == changes.len() / 2 {
                self.pause("download-half");
                if let Some(failure) = &self.interruption {
                    return Err(failure.clone());
                }
            }
            let path = staging.join(&change.file.path);
            if !fs::read(&path).is_ok_and(|found| found == change.bytes) {
                disk::write_new(&path, &change.bytes).map_err(|error| self.broken(&error))?;
            }
            done += change.bytes.len() as u64;
            if at % (changes.len() / 8 + 1) == 0 {
                self.progress(0x61, "downloading", done, total);
            }
        }
        if let Some(failure) = &self.interruption {
            return Err(failure.clone());
        }
        self.pause("verifying");
        self.progress(0x81, "verifying update", total / 2, total);
        Ok(())
    }

    fn commit(&self, changes: &[Change], dropped: &[String]) -> io::Result<()> {
        self.pause("committing");
        let total = sum(changes);
        self.progress(0x101, "committing", 0, total);
        for (at, change) in changes.iter().enumerate() {
            if at == changes.len() / 2 {
                self.pause("commit-half");
            }
            self.put(change)?;
        }
        for path in dropped {
            match fs::remove_file(self.directory.join(path)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        // Without an end of line in the windows pass: the next one is glued to it.
        self.screen.part(&state(0x101, "committing", total * 99 / 100, total));
        if self.platform == Platform::Linux {
            self.screen.line("");
        }
        Ok(())
    }

    fn put(&self, change: &Change) -> io::Result<()> {
        let target = self.directory.join(&change.file.path);
        let staged = self.directory.join(STAGING).join(&change.file.path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        if change.file.in_place && target.is_file() {
            disk::patch(&target, &change.bytes)?;
        } else {
            fs::rename(staged, &target)?;
        }
        let mode = if change.file.executable { 0o755 } else { 0o644 };
        fs::set_permissions(&target, fs::Permissions::from_mode(mode))
    }

    fn finish(&self, build: u32) -> io::Result<()> {
        let files = tree::files(build, self.platform, self.orders.files);
        let list: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        disk::write_new(&self.directory.join(LIST), list.join("\n").as_bytes())?;
        disk::remove_tree(&self.directory.join(STAGING))?;
        disk::remove_tree(&self.directory.join(RENAMED))?;
        match &self.orders.incomplete {
            Some(path) if self.platform == Platform::Linux => fs::remove_file(self.directory.join(path)),
            _ => Ok(()),
        }
    }

    fn success(&self, how: &str) {
        self.pause("success");
        self.screen.line(&format!("Success! App '222860' {how}"));
    }

    fn pause(&self, phase: &str) {
        pause::before(phase, self.place, self.orders, self.screen, self.platform, self.directory);
    }

    fn progress(&self, number: u32, name: &str, done: u64, total: u64) {
        let end = if self.platform == Platform::Windows { "\r" } else { "\n" };
        self.screen.part(&format!("{}{end}", state(number, name, done, total)));
    }

    fn broken(&self, error: &io::Error) -> Failure {
        eprintln!("stand-in: {}: {error}", self.directory.display());
        Failure::of_disk(error)
    }
}

fn state(number: u32, name: &str, done: u64, total: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a percentage")]
    let percent = if total == 0 { 0.0 } else { done as f64 * 100.0 / total as f64 };
    format!(" Update state ({number:#x}) {name}, progress: {percent:.2} ({done} / {total})")
}

fn sum(changes: &[Change]) -> u64 {
    changes.iter().map(|change| change.bytes.len() as u64).sum()
}
