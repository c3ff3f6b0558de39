//! A page of a merged directory.

use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::io;

use rustix::fs::{FileType, readlinkat};

use super::listing::{FileEntry, Kind, Listing, Page};
use super::stack::Stack;
use super::walk::{Merged, Part, stat_of};
use super::{FilePath, FilesError};
use crate::beneath::entries;
use crate::tree::settle::is_whiteout;

/// Lists a page of the directory at `path`. Only the entries of the page are looked at one by one.
///
/// # Errors
/// [`FilesError`] when the path does not lead to a directory.
pub fn list(stack: &Stack, path: &FilePath, page: Page) -> Result<Listing, FilesError> {
    let merged = Merged::at(stack, path)?;
    let mut warnings = stack.warnings.clone();
    let mut found = names(&merged, &mut warnings);
    found.sort_by(|a, b| (a.kind != FileType::Directory, &a.name).cmp(&(b.kind != FileType::Directory, &b.name)));
    let total = found.len();
    let mut listed = Vec::new();
    for winner in found.into_iter().skip(page.offset).take(page.limit) {
        // One that went away meanwhile is left out.
        listed.extend(describe(&merged.parts[winner.part], &winner.name).map_err(FilesError::io("reading", path))?);
    }
    Ok(Listing {
        path: path.lossy(),
        layers: stack.layers.iter().map(|layer| layer.info.clone()).collect(),
        total,
        offset: page.offset,
        entries: listed,
        warnings,
    })
}

struct Winner {
    name: CString,
    kind: FileType,
    part: usize,
}

/// The names in merged directories, each with the part that wins; what a whiteout hides is left out.
fn names(merged: &Merged<'_>, warnings: &mut Vec<String>) -> Vec<Winner> {
    let mut seen: HashMap<CString, Option<(FileType, usize)>> = HashMap::new();
    for (number, part) in merged.parts.iter().enumerate() {
        let list = match entries(part.dir()) {
            Ok(list) => list,
            Err(error) => {
                warnings.push(format!("a directory of layer {} cannot be listed: {error}", part.layer.info.layer));
                continue;
            }
        };
        for entry in list {
            let hides = entry.kind == FileType::CharacterDevice && hides(part, &entry.name);
            seen.entry(entry.name).or_insert_with(|| (!hides).then_some((entry.kind, number)));
        }
    }
    seen.into_iter().filter_map(|(name, found)| found.map(|(kind, part)| Winner { name, kind, part })).collect()
}

fn hides(part: &Part<'_>, name: &CStr) -> bool {
    stat_of(part.dir(), name).is_ok_and(|stat| stat.is_some_and(|stat| is_whiteout(&stat)))
}

fn describe(part: &Part<'_>, name: &CStr) -> io::Result<Option<FileEntry>> {
    let Some(stat) = stat_of(part.dir(), name)? else { return Ok(None) };
    let kind = Kind::of(FileType::from_raw_mode(stat.st_mode));
    let bytes = name.to_bytes();
    let target = match kind {
        Kind::Symlink => Some(readlinkat(part.dir(), name, Vec::new())?.to_string_lossy().into_owned()),
        _ => None,
    };
    Ok(Some(FileEntry {
        name: String::from_utf8_lossy(bytes).into_owned(),
        name_hex: std::str::from_utf8(bytes).is_err().then(|| hex(bytes)),
        kind,
        layer: part.layer.info.layer.clone(),
        size: (kind == Kind::File).then(|| u64::try_from(stat.st_size).unwrap_or_default()),
        mtime: stat.st_mtime,
        mode: format!("{:04o}", stat.st_mode & 0o7777),
        target,
    }))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
