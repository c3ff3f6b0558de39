//! The yardstick for `left4me-overlay`: the system calls of a mount and an unmount, and nothing else.
//!
//! `mount_yardstick <directory> <layers> [<rounds>]`, as root: makes the layers in the directory if they are missing,
//! mounts and unmounts them in a mount namespace of its own, and prints the medians in microseconds. No file is read,
//! nothing is checked, and no record is written; what `left4me-overlay` takes longer is the price of all that, and of
//! starting a program.

#![expect(unsafe_code, reason = "clone(2) and mount_setattr(2) have no safe wrapper")]

use nix::sched::{CloneFlags, setns, unshare};
use rustix::fd::{AsRawFd, OwnedFd};
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags,
    UnmountFlags, fsconfig_create, fsconfig_set_flag, fsconfig_set_string, fsmount, fsopen, mount, mount_change,
    move_mount, open_tree, unmount,
};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Whose the files are on disk, and whose they are made to look.
const OWNER: u32 = 980;
const UNIT: u32 = 61_184;

const SCRATCH: &str = "/mnt";
const HARMLESS: MountAttrFlags = MountAttrFlags::MOUNT_ATTR_NOSUID.union(MountAttrFlags::MOUNT_ATTR_NODEV);

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (directory, layers, rounds) = match arguments.as_slice() {
        [directory, layers] => (directory, layers.parse()?, 21),
        [directory, layers, rounds] => (directory, layers.parse()?, rounds.parse()?),
        _ => anyhow::bail!("usage: mount_yardstick <directory> <layers> [<rounds>]"),
    };
    let directory = fs::canonicalize(directory)?;
    let layers = make(&directory, layers)?;
    unshare(CloneFlags::CLONE_NEWNS)?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    let (mut mounts, mut unmounts) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let start = Instant::now();
        assemble(&directory, &layers)?;
        mounts.push(start.elapsed());
        let start = Instant::now();
        unmount(directory.join("merged"), UnmountFlags::NOFOLLOW)?;
        fs::remove_dir_all(directory.join("runtime/work/work"))?;
        unmounts.push(start.elapsed());
    }
    let median = |times: &mut Vec<std::time::Duration>| {
        times.sort();
        times.get(times.len() / 2).map_or(0, std::time::Duration::as_micros)
    };
    println!("layers={} mount_us={} unmount_us={}", layers.len(), median(&mut mounts), median(&mut unmounts));
    Ok(())
}

/// Makes what is to be mounted.
fn make(directory: &Path, count: usize) -> io::Result<Vec<PathBuf>> {
    let layers: Vec<PathBuf> = (0..count).map(|index| directory.join(format!("layers/{index}"))).collect();
    let others = ["runtime/upper", "runtime/work", "merged"].map(|name| directory.join(name));
    for made in layers.iter().chain(&others) {
        fs::create_dir_all(made)?;
        chown(made, Some(OWNER), Some(OWNER))?;
    }
    Ok(layers)
}

fn assemble(directory: &Path, layers: &[PathBuf]) -> anyhow::Result<()> {
    let home = File::open("/proc/self/ns/mnt")?;
    let owners = user_namespace(&format!("0 0 1\n{OWNER} {UNIT} 1\n"))?;
    unshare(CloneFlags::CLONE_NEWNS)?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    mount("tmpfs", SCRATCH, "tmpfs", MountFlags::NOSUID, None)?;
    let context = fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_set_string(&context, "source", "yardstick")?;
    for (index, layer) in layers.iter().enumerate() {
        fsconfig_set_string(&context, "lowerdir+", attach(layer, &owners, &index.to_string())?)?;
    }
    let runtime = attach(&directory.join("runtime"), &owners, "runtime")?;
    fsconfig_set_string(&context, "upperdir", format!("{runtime}/upper"))?;
    fsconfig_set_string(&context, "workdir", format!("{runtime}/work"))?;
    fsconfig_set_flag(&context, "userxattr")?;
    for (key, value) in
        [("index", "off"), ("metacopy", "off"), ("redirect_dir", "nofollow"), ("xino", "off"), ("nfs_export", "off")]
    {
        fsconfig_set_string(&context, key, value)?;
    }
    fsconfig_create(&context)?;
    let stack = fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, HARMLESS)?;
    setns(&home, CloneFlags::CLONE_NEWNS)?;
    let place = directory.join("merged");
    move_mount(&stack, "", rustix::fs::CWD, &place, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?;
    Ok(())
}

fn attach(layer: &Path, owners: &OwnedFd, name: &str) -> anyhow::Result<String> {
    let place = format!("{SCRATCH}/{name}");
    fs::create_dir(&place)?;
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    let tree = open_tree(rustix::fs::CWD, layer, flags)?;
    let set = (HARMLESS | MountAttrFlags::MOUNT_ATTR_IDMAP).bits();
    let namespace = u64::try_from(owners.as_raw_fd())?;
    let attr = libc::mount_attr { attr_set: set.into(), attr_clr: 0, propagation: 0, userns_fd: namespace };
    let (tree_fd, empty) = (tree.as_raw_fd(), c"".as_ptr());
    let (flags, size) = (libc::AT_EMPTY_PATH, size_of::<libc::mount_attr>());
    // SAFETY: the path is a C string, `attr` outlives the call and its true size is given.
    let done = unsafe { libc::syscall(libc::SYS_mount_setattr, tree_fd, empty, flags, &raw const attr, size) };
    anyhow::ensure!(done == 0, "mount_setattr: {}", io::Error::last_os_error());
    move_mount(&tree, "", rustix::fs::CWD, &place, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?;
    Ok(place)
}

fn user_namespace(map: &str) -> anyhow::Result<OwnedFd> {
    // SAFETY: this is fork(2) into a new user namespace; the child calls only pause, which is async-signal-safe.
    let child = unsafe { libc::syscall(libc::SYS_clone, libc::CLONE_NEWUSER | libc::SIGCHLD, 0, 0, 0, 0) };
    if child == 0 {
        loop {
            // SAFETY: takes no argument and touches no memory.
            unsafe { libc::pause() };
        }
    }
    let namespace = write_maps(child, map);
    let child = nix::unistd::Pid::from_raw(i32::try_from(child)?);
    nix::sys::signal::kill(child, nix::sys::signal::Signal::SIGKILL)?;
    nix::sys::wait::waitpid(child, None)?;
    Ok(namespace?)
}

fn write_maps(child: libc::c_long, map: &str) -> io::Result<OwnedFd> {
    fs::write(format!("/proc/{child}/uid_map"), map)?;
    fs::write(format!("/proc/{child}/gid_map"), map)?;
    Ok(File::open(format!("/proc/{child}/ns/user"))?.into())
}
