//! One run of steamcmd: its unit, by `left4me-systemctl`, and how it ended.

use super::error::InstallError;
use super::machine::Platform;
use crate::ended::{Ended, Record};
use crate::follow::follow;
use crate::root::Root;
use crate::systemd::{Unit, root_program};

/// The root program that starts and stops the units of steamcmd.
const PROGRAM: &str = "left4me-systemctl";
/// The record of how a pass ended, which is the same file for both platforms.
const RECORD: &str = "left4me-steamcmd";

/// The pass that only asks; it works on no stack, and leaves no record.
pub const INFO: &str = "info";

/// What the installation needs of steamcmd; a trait, so that a test can script what it says and does.
pub trait Steamcmd {
    /// Runs one pass to its end, and hands every piece of its output on.
    ///
    /// # Errors
    /// [`InstallError`] when the unit could not be run or followed; a pass that fails is none.
    fn run(&self, platform: Platform, output: &mut dyn FnMut(&[u8])) -> Result<Ended, InstallError>;

    /// Runs [`INFO`] to its end, and hands every piece of its output on. Returns the exit code.
    ///
    /// # Errors
    /// As [`Steamcmd::run`].
    fn ask(&self, output: &mut dyn FnMut(&[u8])) -> Result<u8, InstallError>;

    /// Stops the unit of a pass, a platform's or [`INFO`]; returns when it is down.
    ///
    /// # Errors
    /// [`InstallError`] when it cannot be stopped.
    fn stop(&self, pass: &str) -> Result<(), InstallError>;
}

/// Whether the unit of a pass is not down.
#[must_use]
pub fn is_up(units: &[Unit], pass: &str) -> bool {
    let name = format!("left4me-steamcmd@{pass}.service");
    units.iter().any(|unit| unit.unit == name && !unit.is_down())
}

/// The units of this machine.
#[derive(Debug)]
pub struct Host<'a> {
    root: &'a Root,
}

impl<'a> Host<'a> {
    /// The units that work on this root directory.
    #[must_use]
    pub fn new(root: &'a Root) -> Self {
        Self { root }
    }
}

impl Steamcmd for Host<'_> {
    fn run(&self, platform: Platform, output: &mut dyn FnMut(&[u8])) -> Result<Ended, InstallError> {
        let last = self.root.last();
        let before = Record::load(&last, RECORD);
        let code = follow(&root_program(PROGRAM, &["start-steamcmd", platform.name()]), output)?;
        let after = Record::load(&last, RECORD).filter(|after| before.as_ref() != Some(after));
        Ok(Ended::new(code, after.as_ref().map(|record| &record.last)))
    }

    fn ask(&self, output: &mut dyn FnMut(&[u8])) -> Result<u8, InstallError> {
        Ok(follow(&root_program(PROGRAM, &["start-steamcmd", INFO]), output)?)
    }

    fn stop(&self, pass: &str) -> Result<(), InstallError> {
        Ok(root_program(PROGRAM, &["stop-steamcmd", pass]).run()?)
    }
}
