//! Who `l4d2ctl` runs as: the owner of the root directory, always, so that nothing below it is ever anybody else's.

use nix::unistd::{Gid, Uid, setgid, setgroups, setuid};

use crate::exit::{self, ExitCode};
use crate::root::Root;

/// Why the caller may not go on.
#[derive(Debug, thiserror::Error)]
pub enum PrivilegeError {
    /// Somebody else called.
    #[error("{root} belongs to {owner}, and you are somebody else: run `sudo -u {owner} l4d2ctl …`")]
    NotOwner {
        /// The root directory.
        root: String,
        /// Its owner's name, or `#` and the number.
        owner: String,
    },
    /// The root directory belongs to root itself.
    #[error("{0} belongs to root: run deploy/install.sh, which gives it to the user left4me")]
    OwnedByRoot(String),
    /// The system refused.
    #[error("becoming the owner of the root directory failed")]
    System(#[from] nix::Error),
}

impl ExitCode for PrivilegeError {
    fn exit_code(&self) -> u8 {
        match self {
            Self::NotOwner { .. } => exit::NO_PERMISSION,
            Self::OwnedByRoot(_) => exit::UNAVAILABLE,
            Self::System(_) => exit::OS,
        }
    }
}

/// Root becomes the owner of the root directory, for good; the owner goes on; anybody else is refused.
///
/// # Errors
/// [`PrivilegeError`].
pub(super) fn become_owner(root: &Root) -> Result<(), PrivilegeError> {
    let (uid, gid) = root.owner();
    let me = Uid::effective();
    if me.as_raw() == uid && uid != 0 {
        return Ok(());
    }
    let shown = root.path().display().to_string();
    if !me.is_root() {
        return Err(PrivilegeError::NotOwner { root: shown, owner: user_name(uid) });
    }
    if uid == 0 {
        return Err(PrivilegeError::OwnedByRoot(shown));
    }
    setgroups(&[])?;
    setgid(Gid::from_raw(gid))?;
    setuid(Uid::from_raw(uid))?;
    Ok(())
}

/// The name of a user as /etc/passwd has it: this program is linked statically and asks no name service.
fn user_name(uid: u32) -> String {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    found.unwrap_or_else(|| format!("'#{uid}'"))
}
