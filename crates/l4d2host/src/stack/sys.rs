//! The three system interfaces that no safe library covers. The only file with unsafe code.

#![expect(unsafe_code, reason = "clone(2) for a user namespace, mount_setattr(2) and clearenv(3) have no safe wrapper")]

use rustix::fd::{AsFd, AsRawFd, OwnedFd};
use rustix::io::Errno;
use rustix::mount::MountAttrFlags;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Pid, WaitOptions, waitpid};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};

/// Removes every variable from the environment. To be called before any thread is started.
pub(crate) fn clear_environment() {
    // SAFETY: clearenv takes no argument; it must not run while another thread reads the environment, and the
    // root programs call it first thing in `main`, when there is no other thread.
    unsafe { libc::clearenv() };
}

/// Maps the owners of a detached mount through a user namespace, and sets further attributes on it.
pub(super) fn map_owners(mount: &OwnedFd, namespace: &OwnedFd, attributes: MountAttrFlags) -> Result<(), Errno> {
    let set = attributes | MountAttrFlags::MOUNT_ATTR_IDMAP;
    let namespace = u64::try_from(namespace.as_raw_fd()).map_err(|_| Errno::BADF)?;
    let attr = libc::mount_attr { attr_set: set.bits().into(), attr_clr: 0, propagation: 0, userns_fd: namespace };
    // SAFETY: the path is a C string with static lifetime, `attr` outlives the call, its true size is passed
    // along, the kernel only reads it, and both descriptors are open for as long as they are borrowed.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH,
            &raw const attr,
            size_of::<libc::mount_attr>(),
        )
    };
    if done == 0 { Ok(()) } else { Err(last_errno()) }
}

/// Makes a user namespace with the given maps (the text of `uid_map` and `gid_map`, `user_namespaces(7)`).
///
/// A child founds it and is gone when this returns: the namespace lives as long as the descriptor.
pub(super) fn user_namespace(uid_map: &str, gid_map: &str) -> io::Result<OwnedFd> {
    let (gate, keeper) = pipe_with(PipeFlags::CLOEXEC)?;
    let child = clone_into_user_namespace(&gate, &keeper)?;
    let namespace = write_maps(child, uid_map, gid_map);
    // The child's read now meets the end of the pipe, and it exits.
    drop(keeper);
    waitpid(Some(child), WaitOptions::empty())?;
    namespace
}

fn write_maps(child: Pid, uid_map: &str, gid_map: &str) -> io::Result<OwnedFd> {
    let process = format!("/proc/{}", child.as_raw_nonzero());
    // The kernel takes a map only in one write, which `write_all` makes of so short a text.
    for (file, map) in [("uid_map", uid_map), ("gid_map", gid_map)] {
        OpenOptions::new().write(true).open(format!("{process}/{file}"))?.write_all(map.as_bytes())?;
    }
    Ok(File::open(format!("{process}/ns/user"))?.into())
}

/// Starts a child in a user namespace of its own that waits for the end of a pipe and exits. It ends, too,
/// when this process is killed, because then nobody holds the pipe's other end.
fn clone_into_user_namespace(gate: &OwnedFd, keeper: &OwnedFd) -> Result<Pid, Errno> {
    let (gate, keeper) = (gate.as_fd().as_raw_fd(), keeper.as_fd().as_raw_fd());
    let flags = libc::CLONE_NEWUSER | libc::SIGCHLD;
    // SAFETY: without CLONE_VM and with a null stack this is fork(2): the child has a copy of the memory and goes
    // on here. It calls only close, read and _exit, which are async-signal-safe, so that a lock which another
    // thread held at the time of the call does no harm.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
    if pid == 0 {
        let mut byte = 0_u8;
        // SAFETY: both descriptors are open in the child, `byte` is valid for one byte, and _exit does not return.
        unsafe {
            libc::close(keeper);
            libc::read(gate, (&raw mut byte).cast(), 1);
            libc::_exit(0)
        }
    }
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.filter(|pid| pid.as_raw_nonzero().get() > 0).ok_or_else(last_errno)
}

fn last_errno() -> Errno {
    Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO)
}
