//! `install`: passes of steamcmd on a staging stack, and the publication of what came of them.

use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use super::error::InstallError;
use super::event::Event;
use super::machine::{Machine, Next, Outcome, Platform, TRIES, Verdict};
use super::output::Parser;
use super::reason::Reason;
use super::run::{INFO, Steamcmd, is_up};
use super::screen::Screen;
use super::space::Space;
use super::version::Version;
use super::view::View;
use crate::beneath::{entries, open_dir};
use crate::name::{BuildName, TreeId};
use crate::report::{line, step, warn};
use crate::root::Root;
use crate::systemd::Systemd;
use crate::tree::current::standing;
use crate::tree::prune::{CONTENT, prune};
use crate::tree::publish::{Build, UPPER};
use crate::tree::settle::Made;
use crate::tree::{gc, pins};

/// Without these there is no game, whatever steamcmd says.
const NEEDED: [&str; 2] = ["srcds_run", "left4dead2/gameinfo.txt"];
/// Without this one servers are seen in the local network only.
const LIBRARY: &str = ".steam/sdk32/steamclient.so";
/// What steamcmd keeps for itself.
const OWN: &[u8] = b"steamapps";
/// The file that is there as long as the staging stack is mounted.
const MOUNTED: &str = "build-installation";

/// Installs the game, or updates it; what runs goes on with what it has.
///
/// # Errors
/// [`InstallError`]; run again, it takes up where it ended.
pub fn install(root: &Root, systemd: &impl Systemd, steamcmd: &impl Steamcmd) -> Result<(), InstallError> {
    let build = lock(root, systemd, steamcmd)?;
    stop_leftovers(systemd, steamcmd)?;
    let update = standing(root, &BuildName::Installation)?.is_some();
    let base = prepare(root, &build)?;
    let base = run_passes(root, steamcmd, &build, base)?;
    let staging = Staging::new(root, base);
    staging.check(root)?;
    if let Some(version) = staging.prune()? {
        build.abandon()?;
        line(&format!("up to date: {version}"));
    } else {
        let version = staging.version()?;
        step("publishing");
        let tree = build.settle(Made::ByAUnit)?.publish()?;
        line(&format!("installed: {version} ({})", tree.path()));
        if update {
            line("servers that run keep the game that they started with; `l4d2ctl restart <name>` gives them this one");
        }
    }
    drop(build);
    gc::attempt(root, systemd);
    Ok(())
}

/// Takes the lock of the installation. Who only asks Steam for the latest build has to give way.
fn lock<'a>(root: &'a Root, systemd: &impl Systemd, steamcmd: &impl Steamcmd) -> Result<Build<'a>, InstallError> {
    Build::lock_patiently(root, &BuildName::Installation, || {
        let asking = is_up(&systemd.units()?, INFO);
        if asking {
            step("ending the question for the latest build");
            steamcmd.stop(INFO)?;
        }
        Ok(asking)
    })
}

/// Stops what an installation that was killed left behind: it would write where we are about to.
fn stop_leftovers(systemd: &impl Systemd, steamcmd: &impl Steamcmd) -> Result<(), InstallError> {
    let units = systemd.units()?;
    for pass in [Platform::Windows.name(), Platform::Linux.name(), INFO] {
        if is_up(&units, pass) {
            step(&format!("stopping the {pass} pass of an l4d2ctl that was killed"));
            steamcmd.stop(pass)?;
        }
    }
    Ok(())
}

/// Makes the upper layer, or takes up the one of an installation that failed; on the current tree, or on none when that
/// installation was a full download.
fn prepare(root: &Root, build: &Build<'_>) -> Result<Option<TreeId>, InstallError> {
    let dir = root.build(&BuildName::Installation);
    let on_nothing =
        pins::load(&dir.join(pins::PINS)).is_ok_and(|layers| layers.is_some_and(|layers| layers.is_empty()));
    let full = on_nothing && dir.join(UPPER).is_dir() && standing(root, &BuildName::Installation)?.is_some();
    let (base, resumed) = build.prepare(true, full)?;
    if resumed {
        line("going on where the last installation ended");
    }
    Ok(base)
}

/// Runs passes until both have worked. Returns the tree that they worked on, which is none after a full download.
fn run_passes(
    root: &Root,
    steamcmd: &impl Steamcmd,
    build: &Build<'_>,
    mut base: Option<TreeId>,
) -> Result<Option<TreeId>, InstallError> {
    let mut machine = Machine::new(base.is_some());
    loop {
        let (platform, attempt) = (machine.platform().name(), machine.attempt());
        let again = if attempt > 1 { format!(", try {attempt} of {TRIES}") } else { String::new() };
        step(&format!("{platform} pass of steamcmd{again}"));
        let outcome = run_pass(root, steamcmd, machine.platform())?;
        match machine.judge(&outcome) {
            Next::Done => return Ok(base),
            Next::NextPass => {}
            Next::Retry(reason) => line(&format!("trying again: {}", reason.brief())),
            Next::RepeatOnEmptyStack(reason) => {
                line(&format!(
                    "{}; the last remedy is an empty directory: this is a full download of the game",
                    reason.brief()
                ));
                base = build.prepare(false, true)?.0;
            }
            Next::Fail(Reason::DiskFull) => return Err(InstallError::DiskFull(space(root)?)),
            Next::Fail(reason) => return Err(InstallError::Pass(reason)),
        }
    }
}

fn run_pass(root: &Root, steamcmd: &impl Steamcmd, platform: Platform) -> Result<Outcome, InstallError> {
    let mut screen = Screen::new();
    let mut parser = Parser::default();
    let mut verdict = None;
    let mut take = |events: Vec<Event>| {
        for event in events {
            screen.show(&event);
            match event {
                Event::Success => verdict = Some(Verdict::Success),
                Event::Failure(failure) => verdict = Some(Verdict::Failure(failure)),
                Event::Line(_) | Event::Progress(_) => {}
            }
        }
    };
    let ended = steamcmd.run(platform, &mut |bytes| take(parser.push(bytes)))?;
    take(parser.finish());
    let disk_full = space(root)?.is_full();
    Ok(Outcome { verdict, ended, disk_full })
}

fn space(root: &Root) -> Result<Space, InstallError> {
    Space::at(root.path()).map_err(InstallError::io("reading the free space of", root.path()))
}

/// What the passes have left, on the tree that they worked on.
struct Staging {
    upper: PathBuf,
    base: Option<PathBuf>,
}

impl Staging {
    fn new(root: &Root, base: Option<TreeId>) -> Self {
        Self { upper: root.build(&BuildName::Installation).join(UPPER), base: base.map(|tree| root.tree(&tree)) }
    }

    fn read<T>(&self, look: impl FnOnce(&View) -> io::Result<T>) -> Result<T, InstallError> {
        let view = View::open(&self.upper, self.base.as_deref());
        view.and_then(|view| look(&view)).map_err(InstallError::io("reading", &self.upper))
    }

    fn version(&self) -> Result<Version, InstallError> {
        self.read(Version::load)
    }

    /// Whether the game is there, and nothing can change it any more.
    fn check(&self, root: &Root) -> Result<(), InstallError> {
        let mounted = root.mounted().join(MOUNTED);
        if mounted.exists() {
            return Err(InstallError::StillMounted(mounted));
        }
        for path in NEEDED {
            if !self.read(|view| view.has_file(path))? {
                return Err(InstallError::Incomplete(path));
            }
        }
        if !self.read(|view| view.has_file(LIBRARY))? {
            warn(&format!("{LIBRARY} is missing: servers will be seen in the local network only"));
        }
        Ok(())
    }

    /// Takes what makes no difference out of the upper layer; the version when nothing of the game is left in it.
    fn prune(&self) -> Result<Option<Version>, InstallError> {
        let Some(base) = &self.base else { return Ok(None) };
        let version = self.version()?;
        step("comparing with what is published");
        let pruned = || {
            let (upper, base) = (open_dir(&self.upper)?, open_dir(base)?);
            prune(upper.as_fd(), base.as_fd(), CONTENT)?;
            Ok(entries(upper.as_fd())?.iter().all(|entry| entry.name.as_bytes() == OWN))
        };
        let unchanged: io::Result<bool> = pruned();
        let unchanged = unchanged.map_err(InstallError::io("comparing", &self.upper))?;
        let before = version_of(base).map_err(InstallError::io("reading", base))?;
        Ok((unchanged && before.build.is_some() && before.build == version.build).then_some(version))
    }
}

/// The version of a published tree.
pub(super) fn version_of(tree: &Path) -> io::Result<Version> {
    Version::load(&View::open(tree, None)?)
}
