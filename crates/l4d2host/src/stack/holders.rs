//! Who keeps a mount busy: for the message, so that a person knows what to end.

use super::mountinfo::Mount;
use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

/// Most holders that are named.
const NAMED: usize = 5;

/// Describes what keeps a mount busy: processes with an open file, a working directory, a root or a program in it,
/// in whatever namespace, and mounts that stand on it.
pub(super) fn describe(mount: &Mount, others: &[Mount]) -> String {
    let processes = entries(Path::new("/proc")).filter(|path| path.file_name().is_some_and(is_number));
    let processes = processes.filter(|path| holds(path, mount.device)).map(|path| process_name(&path));
    let mounts = others.iter().filter(|other| other.parent == mount.id);
    let mounts = mounts.map(|other| format!("the mount at {}", other.mount_point.display()));
    let named: Vec<String> = processes.chain(mounts).take(NAMED).collect();
    if named.is_empty() {
        "held by something that /proc does not show".to_owned()
    } else {
        format!("held by {}", named.join(", "))
    }
}

fn entries(directory: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(directory).into_iter().flatten().flatten().map(|entry: DirEntry| entry.path())
}

fn is_number(name: &std::ffi::OsStr) -> bool {
    name.as_encoded_bytes().iter().all(u8::is_ascii_digit)
}

fn holds(process: &Path, device: (u32, u32)) -> bool {
    let places = ["cwd", "root", "exe"].map(|name| process.join(name));
    places.into_iter().chain(entries(&process.join("fd"))).any(|path| is_on(&path, device))
}

/// Whether what a link of `/proc` points at is on a device; without asking a server behind it, which could hang.
fn is_on(path: &Path, device: (u32, u32)) -> bool {
    statx(CWD, path, AtFlags::STATX_DONT_SYNC, StatxFlags::TYPE)
        .is_ok_and(|stat| (stat.stx_dev_major, stat.stx_dev_minor) == device)
}

fn process_name(process: &Path) -> String {
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    let name: String = name.trim_end().chars().filter(|letter| !letter.is_control()).take(32).collect();
    let number = process.file_name().unwrap_or_default().to_string_lossy();
    format!("{name} (process {number})")
}
