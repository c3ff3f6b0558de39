//! `mount`: makes a stack and attaches it in PID 1's mount namespace.

use super::account;
use super::assemble::{assemble, upper_option};
use super::detach;
use super::error::{Result, StackError};
use super::mountinfo::Mount;
use super::namespace::Home;
use super::target::Target;
use super::{record, run};
use rustix::fs::{Mode, mkdirat};
use rustix::io::Errno;
use rustix::mount::{MoveMountFlags, move_mount};
use std::os::unix::ffi::OsStrExt;

/// Mounts a stack. Attaching is the last step: whatever fails before, or kills this process, leaves nothing.
///
/// A mount that is left at the place is unmounted first, because the unit that asks is not running.
///
/// # Errors
/// [`StackError`]; nothing is mounted then.
pub fn mount(target: &Target) -> Result<()> {
    let home = Home::enter()?;
    let account = account::find(target)?;
    let places = run::directory(target.kind(), Mode::from_raw_mode(0o700))?;
    let mounts = detach::release(target)?;
    refuse_second_use(&mounts, target)?;
    let assembled = assemble(target, account);
    home.come_back()?;
    let assembled = assembled?;
    record::mounted(target, &assembled.layers)?;
    if let Some(arguments) = &assembled.arguments {
        record::arguments(target, arguments)?;
    }
    if let Some(script) = &assembled.script {
        record::script(target, script)?;
    }
    record::started(target)?;
    match mkdirat(&places, target.name(), Mode::from_raw_mode(0o755)) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(errno) => return Err(StackError::System { action: format!("make {}", target.mount_point()), errno }),
    }
    move_mount(&assembled.mount, "", &places, target.name(), MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
        .map_err(StackError::system(format!("attach the stack at {}", target.mount_point())))
}

/// Refuses when a mount elsewhere uses the same upper layer: the kernel would only warn, and the two would
/// destroy each other's files.
fn refuse_second_use(mounts: &[Mount], target: &Target) -> Result<()> {
    match mounts.iter().find(|mount| uses_upper(mount, target)) {
        None => Ok(()),
        Some(mount) => Err(StackError::Busy {
            what: format!("the upper layer of {}", target.label()),
            holders: format!("it is mounted at {}: unmount that first", mount.mount_point.display()),
        }),
    }
}

/// Whether an overlay is a stack of this target: by its upper layer, or by its source when it was not made here.
fn uses_upper(mount: &Mount, target: &Target) -> bool {
    let ours = upper_option(target);
    let options = || mount.super_options.as_bytes().split(|byte| *byte == b',');
    let made_here = options().any(|option| option.starts_with(b"upperdir=/run/left4me/"));
    let same_upper = options().any(|option| option == ours.as_bytes());
    let same_source = mount.source.as_bytes() == target.name().as_bytes();
    mount.fs_type == "overlay" && (same_upper || (same_source && !made_here))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::InstanceName;
    use crate::stack::mountinfo::parse;
    use rstest::rstest;

    #[rstest]
    #[case("overlay alpha rw,lowerdir+=/run/left4me/0,upperdir=/run/left4me/server-alpha/upper,xino=off", true)]
    #[case("overlay other rw,upperdir=/run/left4me/server-alpha/upper", true)]
    #[case("overlay alpha rw,lowerdir=/a,upperdir=/b", true)]
    #[case("overlay alpha rw,upperdir=/run/left4me/build-alpha/upper", false)]
    #[case("overlay alpha2 rw,upperdir=/run/left4me/server-alpha2/upper", false)]
    #[case("ext4 alpha rw", false)]
    fn second_use(#[case] tail: &str, #[case] busy: bool) {
        let mounts = parse(format!("1 2 0:3 / /mnt/x rw - {tail}\n").as_bytes()).unwrap();
        let target = Target::Server(InstanceName::parse("alpha").unwrap());
        assert_eq!(refuse_second_use(&mounts, &target).is_err(), busy);
    }
}
