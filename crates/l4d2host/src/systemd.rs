//! What we ask of systemd: the states of our units (no privilege needed), and enabling or disabling a server (through
//! `left4me-systemctl`, by sudo).

use std::collections::HashMap;

use serde::Deserialize;

use crate::exit::{self, ExitCode};
use crate::lock::Lock;
use crate::name::InstanceName;
use crate::process::{ProcessError, Tool};

/// Where the root programs are installed.
pub const LIBEXEC: &str = "/usr/local/libexec/left4me";

/// Why systemd could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum SystemdError {
    /// A subprocess failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// systemctl printed something that is not its JSON.
    #[error("systemctl list-units did not print a JSON list of units")]
    Units(#[source] serde_json::Error),
}

impl ExitCode for SystemdError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::Process(error) => error.exit_code(),
            Self::Units(_) => exit::SOFTWARE,
        }
    }
}

/// One unit as `systemctl list-units --output=json` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Unit {
    /// The unit's name with its suffix.
    pub unit: String,
    /// `active`, `inactive`, `activating`, `deactivating`, `failed`, `reloading` or `maintenance`.
    pub active: String,
    /// The finer state, such as `running` or `auto-restart`.
    pub sub: String,
}

impl Unit {
    /// Whether nothing of the unit runs and nothing will by itself: `inactive` or `failed`. A unit that waits for its
    /// automatic restart counts as running.
    #[must_use]
    pub fn is_down(&self) -> bool {
        is_down(&self.active)
    }
}

/// Whether a unit in this state runs nothing, and will not by itself.
#[must_use]
pub fn is_down(active: &str) -> bool {
    matches!(active, "inactive" | "failed")
}

/// The name of a server's unit.
#[must_use]
pub fn server_unit(name: &InstanceName) -> String {
    format!("left4me-server@{name}.service")
}

/// The instance that a unit name belongs to, when it is a server's.
#[must_use]
pub fn server_name(unit: &str) -> Option<InstanceName> {
    let name = unit.strip_prefix("left4me-server@")?.strip_suffix(".service")?;
    InstanceName::parse(name).ok()
}

/// What the verbs need of systemd; a trait, so that a test can stand in for it and fail where it likes.
pub trait Systemd {
    /// The units of ours that systemd has loaded. A unit that is not in the list is inactive.
    ///
    /// # Errors
    /// [`SystemdError`] when systemctl fails or prints something else.
    fn units(&self) -> Result<Vec<Unit>, SystemdError>;

    /// How often systemd has started each server's unit again by itself since somebody last started it. A unit that is not among them was not.
    ///
    /// # Errors
    /// [`SystemdError`] when systemctl fails.
    fn restarts(&self) -> Result<HashMap<String, u32>, SystemdError> {
        Ok(HashMap::new())
    }

    /// Enables a server for the next boots and starts it now; returns when its process runs. The instance's lock is
    /// held until that is done, even when we are killed.
    ///
    /// # Errors
    /// [`SystemdError`] with the exit code of systemctl.
    fn enable(&self, name: &InstanceName, lock: &Lock) -> Result<(), SystemdError>;

    /// Disables a server and stops it; returns when it is down. The lock is held as by [`Systemd::enable`].
    ///
    /// # Errors
    /// [`SystemdError`] with the exit code of systemctl.
    fn disable(&self, name: &InstanceName, lock: &Lock) -> Result<(), SystemdError>;

    /// Whether the unit of a server is down.
    ///
    /// # Errors
    /// As [`Systemd::units`].
    fn is_down(&self, name: &InstanceName) -> Result<bool, SystemdError> {
        Ok(is_down(&self.state(name)?))
    }

    /// The state of a server's unit, such as `active`; one that systemd has not loaded is `inactive`.
    ///
    /// # Errors
    /// As [`Systemd::units`].
    fn state(&self, name: &InstanceName) -> Result<String, SystemdError> {
        let unit = server_unit(name);
        let known = self.units()?.into_iter().find(|known| known.unit == unit);
        Ok(known.map_or_else(|| "inactive".to_owned(), |known| known.active))
    }
}

/// The systemd of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Host;

/// A call of one of the root programs by sudo, which never asks for a password.
#[must_use]
pub fn root_program(program: &str, args: &[&str]) -> Tool {
    Tool::new("sudo").args(["-n", "--", &format!("{LIBEXEC}/{program}")]).args(args)
}

impl Systemd for Host {
    fn units(&self) -> Result<Vec<Unit>, SystemdError> {
        let json = Tool::new("systemctl")
            .args(["list-units", "--all", "--no-pager", "--output=json", "left4me-*"])
            .capture()?;
        serde_json::from_slice(&json).map_err(SystemdError::Units)
    }

    fn restarts(&self) -> Result<HashMap<String, u32>, SystemdError> {
        let text = Tool::new("systemctl")
            .args(["show", "--no-pager", "--property=Id", "--property=NRestarts", "left4me-server@*.service"])
            .capture()?;
        Ok(parse_restarts(&String::from_utf8_lossy(&text)))
    }

    fn enable(&self, name: &InstanceName, lock: &Lock) -> Result<(), SystemdError> {
        Ok(root_program("left4me-systemctl", &["enable", name.as_str()]).run_holding(lock)?)
    }

    fn disable(&self, name: &InstanceName, lock: &Lock) -> Result<(), SystemdError> {
        Ok(root_program("left4me-systemctl", &["disable", name.as_str()]).run_holding(lock)?)
    }
}

/// What `systemctl show` prints of several units: lines of `key=value` in any order, and an empty one between two units.
fn parse_restarts(text: &str) -> HashMap<String, u32> {
    let unit = |block: &str| {
        let value = |key: &str| block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        Some((value("Id")?.to_owned(), value("NRestarts")?.parse().ok()?))
    };
    text.split("\n\n").filter_map(unit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_are_read_unit_by_unit() {
        let text = "NRestarts=0\nId=left4me-server@a.service\n\nId=left4me-server@b.service\nNRestarts=3\n\nId=odd\n";
        let expected = [("left4me-server@a.service".to_owned(), 0), ("left4me-server@b.service".to_owned(), 3)];
        assert_eq!(parse_restarts(text), HashMap::from(expected));
        assert_eq!(parse_restarts(""), HashMap::new());
    }
}
