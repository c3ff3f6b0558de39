//! Which steamcmd installs the game, and whether it is there.

use std::io;
use std::os::unix::fs::PermissionsExt;

use super::Check;
use super::machine::read;
use crate::root::Root;

const DROPIN: &str = "/etc/systemd/system/left4me-steamcmd@.service.d/10-steamcmd.conf";
/// The unit's own directory, which nobody else can look into.
const PRIVATE: &str = "/var/lib/left4me-steam/";
const REMEDY: &str = "run deploy/install.sh, or deploy/install.sh --steamcmd PATH for one of your own";

pub(super) fn steamcmd(root: &Root) -> Check {
    let text = read(root, DROPIN);
    let Some(path) = text.lines().find_map(|line| line.strip_prefix("Environment=LEFT4ME_STEAMCMD=")) else {
        return Check::fail("steamcmd", format!("{DROPIN} does not say which steamcmd to use"), REMEDY);
    };
    if path.starts_with(PRIVATE) {
        return Check::ok("steamcmd", format!("{path}, where only its unit can look"));
    }
    match root.host(path).metadata() {
        Ok(meta) if meta.is_file() && meta.permissions().mode() & 0o111 != 0 => Check::ok("steamcmd", path),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Check::ok("steamcmd", format!("{path}, where only root can look"))
        }
        Ok(_) => Check::fail("steamcmd", format!("{path} is not a program"), REMEDY),
        Err(error) => Check::fail("steamcmd", format!("{path}: {error}"), REMEDY),
    }
}
