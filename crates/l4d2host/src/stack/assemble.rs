//! Puts a stack together in a private mount namespace. Nothing here can be seen from outside.

use super::account::Account;
use super::disk::Disk;
use super::error::{Result, StackError};
use super::namespace;
use super::run::RUN;
use super::target::Target;
use super::{arguments, pins, script, sys};
use crate::name::Layer;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
use rustix::io::Errno;
use rustix::mount::{
    FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, MoveMountFlags, OpenTreeFlags, fsconfig_create,
    fsconfig_set_flag, fsconfig_set_string, fsmount, fsopen, mount, move_mount, open_tree,
};

/// What every mount of ours has: no file in it gains privilege, and no device node works.
const HARMLESS: MountAttrFlags = MountAttrFlags::MOUNT_ATTR_NOSUID.union(MountAttrFlags::MOUNT_ATTR_NODEV);

/// Said explicitly, whatever the kernel was built with: an upper layer outlives the lower layers that it was used
/// with, and these make it depend on them.
const OPTIONS: [(&str, &str); 5] =
    [("index", "off"), ("metacopy", "off"), ("redirect_dir", "nofollow"), ("xino", "off"), ("nfs_export", "off")];

/// A finished stack that is attached nowhere.
pub(super) struct Assembled {
    /// The overlay.
    pub(super) mount: OwnedFd,
    /// Its lower layers, top first.
    pub(super) layers: Vec<Layer>,
    /// The arguments of the game that runs on it, each with a NUL at its end; a build has none.
    pub(super) arguments: Option<Vec<u8>>,
    /// The script of the build that runs on it; a server has none.
    pub(super) script: Option<Vec<u8>>,
}

/// The mount option by which the kernel names a stack's upper layer in mountinfo.
pub(super) fn upper_option(target: &Target) -> String {
    format!("upperdir={RUN}/{}/upper", target.label())
}

/// Assembles a stack, and leaves this process in the private namespace.
pub(super) fn assemble(target: &Target, account: Account) -> Result<Assembled> {
    namespace::leave_for_a_private_one()?;
    let disk = Disk::open()?;
    let layers = pins::read(&disk, target)?;
    let arguments = arguments::read(&disk, target)?;
    let script = script::read(&disk, target)?;
    let owners = map_owners(&disk, account)?;
    let scratch = Scratch::mount()?;
    let mut lower = Vec::with_capacity(layers.len());
    for (index, layer) in layers.iter().enumerate() {
        let directory = disk.open_directory(&layer.path())?;
        lower.push(scratch.attach(&directory, &owners, MountAttrFlags::MOUNT_ATTR_RDONLY, &index.to_string())?);
    }
    if lower.is_empty() {
        lower.push(scratch.make_directory("empty")?);
    }
    // One clone holds both, since the kernel wants them on one mount. It then resolves `upper` and `work` by
    // name, where the owner of the disk may have put symbolic links: the clone does not follow any.
    for part in ["upper", "work"] {
        disk.open_directory(&format!("{}/{part}", target.runtime()))?;
    }
    let directory = disk.open_directory(&target.runtime())?;
    let runtime = scratch.attach(&directory, &owners, MountAttrFlags::MOUNT_ATTR_NOSYMFOLLOW, &target.label())?;
    let mount = create_overlay(target, &lower, &runtime)?;
    Ok(Assembled { mount, layers, arguments, script })
}

/// A user namespace that shows the disk's owner as the unit's account. Root is mapped too, or the kernel cannot
/// make its work directory and the overlay comes up read-only.
fn map_owners(disk: &Disk, account: Account) -> Result<OwnedFd> {
    let map = |from: u32, to: u32| format!("0 0 1\n{from} {to} 1\n");
    sys::user_namespace(&map(disk.uid, account.uid), &map(disk.gid, account.gid))
        .map_err(StackError::io("make a user namespace that maps the owner of the files"))
}

/// A file system in memory on which the layers are attached: before Linux 6.15 overlayfs takes no detached ones.
struct Scratch(OwnedFd);

impl Scratch {
    fn mount() -> Result<Self> {
        let action = || format!("mount a file system in memory on {RUN}, in the private namespace");
        mount("tmpfs", RUN, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, Some(c"mode=0700,size=1m"))
            .map_err(StackError::system(action()))?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat(CWD, RUN, flags, Mode::empty()).map(Self).map_err(StackError::system(action()))
    }

    fn make_directory(&self, name: &str) -> Result<String> {
        mkdirat(&self.0, name, Mode::from_raw_mode(0o755)).map_err(StackError::system(format!("make {RUN}/{name}")))?;
        Ok(format!("{RUN}/{name}"))
    }

    /// Clones the mount at an open directory, maps its owners, attaches it here, and says where.
    fn attach(&self, directory: &OwnedFd, owners: &OwnedFd, more: MountAttrFlags, name: &str) -> Result<String> {
        let place = self.make_directory(name)?;
        let clone = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_EMPTY_PATH;
        let tree = open_tree(directory, "", clone).map_err(StackError::system(format!("clone layer {name}")))?;
        sys::map_owners(&tree, owners, HARMLESS | more)
            .map_err(StackError::system(format!("map the owners of layer {name}")))?;
        move_mount(&tree, "", self.0.as_fd(), name, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
            .map_err(StackError::system(format!("attach layer {name}")))?;
        Ok(place)
    }
}

fn create_overlay(target: &Target, lower: &[String], runtime: &str) -> Result<OwnedFd> {
    let context = fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC).map_err(StackError::system("use overlayfs"))?;
    configure(&context, target, lower, runtime).map_err(|errno| StackError::Overlay {
        stack: target.label(),
        message: format!("{}{errno}", kernel_messages(&context)),
    })?;
    fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, HARMLESS)
        .map_err(StackError::system(format!("mount the overlay of {}", target.label())))
}

fn configure(context: &OwnedFd, target: &Target, lower: &[String], runtime: &str) -> std::result::Result<(), Errno> {
    fsconfig_set_string(context, "source", target.name())?;
    for layer in lower {
        fsconfig_set_string(context, "lowerdir+", layer.as_str())?;
    }
    fsconfig_set_string(context, "upperdir", format!("{runtime}/upper"))?;
    fsconfig_set_string(context, "workdir", format!("{runtime}/work"))?;
    fsconfig_set_flag(context, "userxattr")?;
    for (key, value) in OPTIONS {
        fsconfig_set_string(context, key, value)?;
    }
    fsconfig_create(context)
}

/// What the kernel says about a context that failed: `e overlay: …` lines, one a read (`fsopen(2)`).
fn kernel_messages(context: &OwnedFd) -> String {
    let mut messages = String::new();
    let mut line = [0_u8; 1024];
    for _ in 0..16 {
        let Ok(length) = rustix::io::read(context, &mut line) else { break };
        let text = String::from_utf8_lossy(&line[..length]);
        messages.push_str(text.trim_end().trim_start_matches(['e', 'w', 'i', ' ']));
        messages.push_str("; ");
    }
    messages
}
