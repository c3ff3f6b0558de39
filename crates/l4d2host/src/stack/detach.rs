//! `umount`: takes a stack away, with what the kernel and this program left of it.

use super::error::{Result, StackError};
use super::mountinfo::{self, Mount};
use super::namespace::Home;
use super::record::Ending;
use super::target::Target;
use super::{account, holders, record, run, workdir};
use rustix::fs::{AtFlags, Mode, lstat, unlinkat};
use rustix::io::Errno;
use rustix::mount::{UnmountFlags, unmount};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// PID 1's mount table; its own `/proc` knows this process perhaps not, but always PID 1.
const MOUNT_TABLE: &str = "/proc/1/mountinfo";

/// Most bytes that are read of it: two hundred stacks of 500 layers have four million.
const MOUNT_TABLE_MAX: u64 = 64 << 20;

/// Unmounts a stack if it is mounted, removes what is left of it, and records how the unit ended.
///
/// # Errors
/// [`StackError`]. What can be done in spite of a failure is done, above all the record.
pub fn umount(target: &Target, ending: &Ending) -> Result<()> {
    let _home = Home::enter()?;
    let taken_away = take_away(target);
    let recorded = record::ended(target, ending);
    taken_away.and(recorded)
}

/// Takes away what a helper that was killed, or a power cut, left of a stack whose unit is down; there is nothing to do
/// after others.
///
/// # Errors
/// [`StackError`]; [`StackError::Busy`] when the unit is up: its stack is not touched then.
pub fn clear(target: &Target) -> Result<()> {
    let _home = Home::enter()?;
    if account::exists(target)? {
        let holders = format!("{} is up: its stack goes when it ends", target.unit());
        return Err(StackError::Busy { what: target.mount_point(), holders });
    }
    take_away(target)
}

/// Whether there is something to [`clear`]: the directory that a stack is mounted on goes last, and the kernel's part of
/// the work directory outlives a power cut.
#[must_use]
pub fn is_left(target: &Target) -> bool {
    !matches!(lstat(target.mount_point()), Err(Errno::NOENT)) || workdir::is_left(target)
}

fn take_away(target: &Target) -> Result<()> {
    let places = run::directory(target.kind(), Mode::from_raw_mode(0o700))?;
    release(target)?;
    record::unmounted(target)?;
    workdir::clear(target)?;
    match unlinkat(&places, target.name(), AtFlags::REMOVEDIR) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => Err(StackError::System { action: format!("remove {}", target.mount_point()), errno }),
    }
}

/// Unmounts whatever is mounted at a stack's place, and returns the mounts that are left in the table.
///
/// Plain: a mount that is in use is an error that names its users. A lazy unmount would leave the stack to them
/// while the next one is made on the same upper layer.
pub(super) fn release(target: &Target) -> Result<Vec<Mount>> {
    let place = target.mount_point();
    let (stale, others): (Vec<_>, Vec<_>) =
        read_mounts()?.into_iter().partition(|mount| mount.mount_point == Path::new(&place));
    for mount in stale.iter().rev() {
        unmount(&place, UnmountFlags::NOFOLLOW).map_err(|errno| match errno {
            Errno::BUSY => {
                let holders = holders::describe(mount, &others);
                StackError::Busy { what: place.clone(), holders }
            }
            errno => StackError::System { action: format!("unmount {place}"), errno },
        })?;
    }
    Ok(others)
}

fn read_mounts() -> Result<Vec<Mount>> {
    let mut table = Vec::new();
    File::open(MOUNT_TABLE)
        .and_then(|file| file.take(MOUNT_TABLE_MAX).read_to_end(&mut table))
        .map_err(StackError::io(format!("read {MOUNT_TABLE}")))?;
    mountinfo::parse(&table).map_err(|error| StackError::data(MOUNT_TABLE, error.to_string()))
}
