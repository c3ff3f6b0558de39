//! What `deploy/install.sh` lays down: programs, units, directories, the right to call root programs.

use std::os::unix::fs::PermissionsExt;

use super::Check;
use super::check::join;
use crate::process::Tool;
use crate::root::Root;
use crate::systemd::{LIBEXEC, SystemdError, Unit};

const INSTALL: &str = "run deploy/install.sh again";
const HELPERS: [&str; 4] = ["left4me-overlay", "left4me-systemctl", "left4me-journalctl", "left4me-exec"];
/// The units as this program knows them.
const UNITS: [(&str, &str); 10] = [
    ("left4me-server@.service", include_str!("../../../../deploy/units/left4me-server@.service")),
    ("left4me-steamcmd@.service", include_str!("../../../../deploy/units/left4me-steamcmd@.service")),
    ("left4me-build@.service", include_str!("../../../../deploy/units/left4me-build@.service")),
    ("left4me-clear-build@.service", include_str!("../../../../deploy/units/left4me-clear-build@.service")),
    ("left4me-clear@.service", include_str!("../../../../deploy/units/left4me-clear@.service")),
    ("left4me-web.service", include_str!("../../../../deploy/units/left4me-web.service")),
    ("left4me-nftables.service", include_str!("../../../../deploy/units/left4me-nftables.service")),
    ("l4d2.slice", include_str!("../../../../deploy/units/l4d2.slice")),
    ("l4d2-game.slice", include_str!("../../../../deploy/units/l4d2-game.slice")),
    ("l4d2-build.slice", include_str!("../../../../deploy/units/l4d2-build.slice")),
];
const FIREWALL: &str = "left4me-nftables.service";
const PANEL: &str = "left4me-web.service";

/// Asks sudo whether it would let us; runs nothing as root.
pub(super) fn sudo() -> Check {
    for program in ["left4me-systemctl", "left4me-journalctl"] {
        let path = format!("{LIBEXEC}/{program}");
        if let Err(error) = Tool::new("sudo").args(["-n", "-l", &path]).capture() {
            return Check::fail(
                "sudo",
                format!("{program} may not be called as root: {error}"),
                "run deploy/install.sh again, and see that /etc/sudoers has its line `@includedir /etc/sudoers.d`",
            );
        }
    }
    Check::ok("sudo", "the two root programs may be called")
}

pub(super) fn programs(root: &Root) -> Check {
    let wrong: Vec<String> = HELPERS
        .iter()
        .filter_map(|name| {
            let path = format!("{LIBEXEC}/{name}");
            match root.host(&path).metadata() {
                Ok(meta) if !meta.is_file() || meta.permissions().mode() & 0o111 == 0 => {
                    Some(format!("{path} is not a program"))
                }
                Ok(meta) if meta.permissions().mode() & 0o022 != 0 => Some(format!("{path} can be changed by others")),
                Ok(_) => None,
                Err(error) => Some(format!("{path}: {error}")),
            }
        })
        .collect();
    if wrong.is_empty() {
        return Check::ok("programs", "the helper programs are there");
    }
    Check::fail("programs", join(&wrong), INSTALL)
}

pub(super) fn units(root: &Root) -> Check {
    let (mut missing, mut different) = (Vec::new(), Vec::new());
    for (name, text) in UNITS {
        match std::fs::read_to_string(root.host(&format!("/usr/local/lib/systemd/system/{name}"))) {
            Ok(there) if there == text => {}
            Ok(_) => different.push(name.to_owned()),
            Err(error) => missing.push(format!("{name}: {error}")),
        }
    }
    if !missing.is_empty() {
        return Check::fail("units", join(&missing), INSTALL);
    }
    if !different.is_empty() {
        let sentence = format!("not of the same version as this l4d2ctl: {}", join(&different));
        return Check::warn("units", sentence, "run deploy/install.sh again; settings of your own belong in drop-ins");
    }
    Check::ok("units", "the units are those of this version")
}

pub(super) fn directories(root: &Root) -> Check {
    let missing: Vec<String> = [root.mounted(), root.last(), root.logs()]
        .iter()
        .filter(|dir| !dir.is_dir())
        .map(|dir| format!("{} is not there", dir.display()))
        .collect();
    if missing.is_empty() {
        return Check::ok("directories", "the directories of the helper are there");
    }
    Check::fail("directories", join(&missing), "systemd-tmpfiles --create /etc/tmpfiles.d/left4me.conf")
}

pub(super) fn firewall(units: &Result<Vec<Unit>, SystemdError>) -> Check {
    let units = match units {
        Ok(units) => units,
        Err(error) => {
            return Check::fail("firewall", format!("systemd cannot be asked: {error}"), "see why systemctl fails");
        }
    };
    if units.iter().any(|unit| unit.unit == FIREWALL && unit.active == "active") {
        return Check::ok("firewall", "the table is loaded: RCON is closed to the outside");
    }
    Check::fail(
        "firewall",
        format!("{FIREWALL} is not active: RCON is open to everybody, and neither builds nor steamcmd start"),
        format!("systemctl enable --now {FIREWALL}, and journalctl -u {FIREWALL} when that fails"),
    )
}

pub(super) fn panel(units: &Result<Vec<Unit>, SystemdError>) -> Check {
    let active = units.iter().flatten().any(|unit| unit.unit == PANEL && unit.active == "active");
    if active {
        return Check::ok("panel", "the panel runs");
    }
    Check::warn(
        "panel",
        format!("{PANEL} is not active"),
        format!("systemctl enable --now {PANEL}, and journalctl -u {PANEL} when that fails"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By systemd's rule a slice is in the one whose name is its own without the last part; one that is in no other is beside system.slice,
    /// and has only the weight that it is given.
    #[test]
    fn every_slice_of_a_unit_is_shipped_with_all_that_it_is_in() {
        let mut slices: Vec<_> =
            UNITS.iter().filter_map(|(_, text)| text.lines().find_map(|l| l.strip_prefix("Slice="))).collect();
        assert!(slices.contains(&"l4d2-game.slice") && slices.contains(&"l4d2-build.slice"), "{slices:?}");
        let parents: Vec<_> =
            slices.iter().filter_map(|slice| Some(format!("{}.slice", slice.rsplit_once('-')?.0))).collect();
        slices.extend(parents.iter().map(String::as_str));
        let weight = |slice: &str, of: &str| {
            let unit = UNITS.iter().find(|(name, _)| *name == slice);
            let (_, text) = unit.unwrap_or_else(|| panic!("{slice} is not shipped"));
            let weight = text.lines().find_map(|line| line.strip_prefix(of)?.strip_prefix("Weight="));
            weight.unwrap_or_else(|| panic!("{slice} has no {of}Weight")).parse::<u32>().unwrap()
        };
        for of in ["CPU", "IO"] {
            assert!(slices.iter().all(|slice| weight(slice, of) > 0));
            assert!(weight("l4d2.slice", of) >= 1000, "beside 100 of system.slice");
            assert!(weight("l4d2-game.slice", of) >= 100 * weight("l4d2-build.slice", of));
        }
    }
}
