//! The end of a .zip, which says where its directory is and how many entries that has.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use super::record::{u16_at, u32_at, u64_at};
use crate::archive::ArchiveError;

const END: [u8; 4] = *b"PK\x05\x06";
const END64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR64: [u8; 4] = *b"PK\x06\x07";
/// Longest directory, in bytes: that of 100,000 entries with long names.
pub(super) const DIRECTORY_MAX: u64 = 64 << 20;

/// Where the directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) entries: u64,
    pub(super) start: u64,
    pub(super) size: u64,
}

/// Finds it. Nothing may stand between the directory and its end, or after that.
pub(super) fn find(archive: &File, length: u64) -> Result<End, ArchiveError> {
    let damaged = |why: &str| ArchiveError::Damaged(why.to_owned());
    // The end has 22 bytes and a comment of up to 65,535.
    let tail_length = length.min(22 + 65_535);
    let mut tail = vec![0; usize::try_from(tail_length).unwrap_or(0)];
    archive.read_exact_at(&mut tail, length - tail_length).map_err(ArchiveError::Read)?;
    let is_end =
        |at: &usize| tail[*at..].starts_with(&END) && usize::from(u16_at(&tail, at + 20)) + at + 22 == tail.len();
    let at = (0..(tail.len() + 1).saturating_sub(22)).rev().find(is_end);
    let at = at.ok_or_else(|| damaged("its end is missing"))?;
    let position = length - tail_length + at as u64;
    let end = &tail[at..];
    if u16_at(end, 4) != 0 && u16_at(end, 4) != 0xffff || u16_at(end, 6) != 0 && u16_at(end, 6) != 0xffff {
        return Err(ArchiveError::Split);
    }
    let narrow = End { entries: u16_at(end, 10).into(), size: u32_at(end, 12).into(), start: u32_at(end, 16).into() };
    let is_wide = narrow.entries == 0xffff || narrow.size == 0xffff_ffff || narrow.start == 0xffff_ffff;
    let (found, ends_at) = match is_wide.then(|| wide(archive, position)).transpose()?.flatten() {
        Some((wide, at)) => (wide, at),
        None => (narrow, position),
    };
    if found.start.checked_add(found.size) != Some(ends_at) {
        return Err(damaged("its directory is not where it says"));
    }
    // An entry has 46 bytes at least.
    if found.entries > found.size / 46 {
        return Err(damaged("its directory has not the length that it says"));
    }
    Ok(found)
}

/// What ZIP64 says, and where that stands; none when it is not there, which is right for exactly 65,535 entries.
fn wide(archive: &File, end: u64) -> Result<Option<(End, u64)>, ArchiveError> {
    let damaged = || ArchiveError::Damaged("its end is not what it should be".to_owned());
    let mut locator = [0; 20];
    let Some(at) = end.checked_sub(20) else { return Ok(None) };
    archive.read_exact_at(&mut locator, at).map_err(ArchiveError::Read)?;
    if !locator.starts_with(&LOCATOR64) {
        return Ok(None);
    }
    if u32_at(&locator, 16) > 1 {
        return Err(ArchiveError::Split);
    }
    let position = u64_at(&locator, 8);
    let mut record = [0; 56];
    if position.checked_add(56).is_none_or(|after| after > at) {
        return Err(damaged());
    }
    archive.read_exact_at(&mut record, position).map_err(ArchiveError::Read)?;
    let fits = u64_at(&record, 4).checked_add(12).and_then(|size| position.checked_add(size)) == Some(at);
    if !record.starts_with(&END64) || !fits {
        return Err(damaged());
    }
    if u32_at(&record, 16) != 0 || u32_at(&record, 20) != 0 {
        return Err(ArchiveError::Split);
    }
    let found = End { entries: u64_at(&record, 32), size: u64_at(&record, 40), start: u64_at(&record, 48) };
    Ok(Some((found, position)))
}
