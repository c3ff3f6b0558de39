//! Mount namespaces: PID 1's, where stacks are attached, and the private one, where they are assembled.

use super::error::{Result, StackError};
use nix::sched::{CloneFlags, setns, unshare};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::mount::{MountPropagationFlags, mount_change};
use std::fs::File;

/// PID 1's mount namespace.
pub(super) struct Home(OwnedFd);

impl Home {
    /// Opens PID 1's mount namespace and enters it, working directory and root included.
    ///
    /// A unit's `+` command runs in the unit's namespace and in its `WorkingDirectory=`; a helper that stayed
    /// there would hold the very mount that it is to take away.
    pub(super) fn enter() -> Result<Self> {
        let path = "/proc/1/ns/mnt";
        let file = File::open(path).map_err(StackError::io(format!("open {path}, which needs root")))?;
        let home = Self(file.into());
        home.come_back()?;
        Ok(home)
    }

    /// Enters it again, after the work in a private namespace.
    pub(super) fn come_back(&self) -> Result<()> {
        setns(&self.0, CloneFlags::CLONE_NEWNS)
            .map_err(|error| errno(error, "enter the mount namespace of PID 1, which needs root"))?;
        rustix::process::chdir("/").map_err(StackError::system("change to /"))
    }
}

/// Moves this process to a copy of its mount namespace that nothing enters or leaves. The copy and all that is
/// mounted in it are gone when the process leaves it or dies.
pub(super) fn leave_for_a_private_one() -> Result<()> {
    unshare(CloneFlags::CLONE_NEWNS).map_err(|error| errno(error, "make a private mount namespace"))?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)
        .map_err(StackError::system("make the mounts of the private namespace private"))
}

fn errno(error: nix::errno::Errno, action: &str) -> StackError {
    StackError::System { action: action.to_owned(), errno: Errno::from_raw_os_error(error as i32) }
}
