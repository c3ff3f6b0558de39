//! The directory of a .zip: every entry judged by what it says, by what stands before its data, and beside all others.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt as _;

use super::Range;
use super::end::End;
use super::record::{extra, u16_at, u32_at, widen};
use crate::archive::ArchiveError;
use crate::archive::names::{self, Names};
use crate::files::FilePath;

/// An entry that may be unpacked.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) path: FilePath,
    pub(super) is_folder: bool,
    pub(super) method: Method,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    /// Where its data begins.
    pub(super) data: u64,
}

/// How it is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflate,
}

/// An entry as the directory has it.
struct Record {
    raw: Vec<u8>,
    shown: String,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    header: u64,
    /// None: left out, but its bytes are its own all the same.
    path: Option<(FilePath, bool)>,
}

/// Reads all of it.
pub(super) fn read(archive: &File, end: &End, most: u64) -> Result<Vec<Entry>, ArchiveError> {
    let range = Range { file: archive, at: end.start, end: end.start + end.size };
    let mut directory = std::io::BufReader::with_capacity(64 * 1024, range);
    let mut known = Names::most(most);
    let mut records = Vec::new();
    for _ in 0..end.entries {
        let record = record(&mut directory)?;
        if let Some((path, is_folder)) = &record.path {
            known.add(path, *is_folder)?;
        }
        records.push(record);
    }
    if directory.read(&mut [0]).map_err(ArchiveError::Read)? != 0 {
        return Err(ArchiveError::Damaged("its directory has more entries than it says".to_owned()));
    }
    drop(known);
    records.sort_by_key(|record| record.header);
    let mut entries = Vec::with_capacity(records.len());
    let mut free = 0;
    for record in records {
        let data = data(archive, &record, end.start)?;
        if record.header < free {
            return Err(ArchiveError::Overlap(record.shown));
        }
        free = data.checked_add(record.packed).filter(|after| *after <= end.start).ok_or_else(|| {
            ArchiveError::DamagedEntry { name: record.shown.clone(), why: "its data is not all there" }
        })?;
        if let Some((path, is_folder)) = record.path {
            let method = match record.method {
                8 => Method::Deflate,
                _ => Method::Stored,
            };
            let Record { crc, packed, size, .. } = record;
            entries.push(Entry { path, is_folder, method, crc, packed, size, data });
        }
    }
    Ok(entries)
}

/// Reads one record (APPNOTE.TXT, 4.3.12).
fn record(directory: &mut impl Read) -> Result<Record, ArchiveError> {
    let cut = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => ArchiveError::Damaged("its directory ends too early".to_owned()),
        _ => ArchiveError::Read(error),
    };
    let mut head = [0; 46];
    directory.read_exact(&mut head).map_err(cut)?;
    if !head.starts_with(b"PK\x01\x02") {
        return Err(ArchiveError::Damaged("its directory is not one".to_owned()));
    }
    let mut take = |at| {
        let mut bytes = vec![0; usize::from(u16_at(&head, at))];
        directory.read_exact(&mut bytes).map_err(cut).map(|()| bytes)
    };
    let (raw, extras, _comment) = (take(28)?, take(30)?, take(32)?);
    let flags = u16_at(&head, 8);
    let name = name(&raw, &extras, flags)?;
    let shown = names::shown(&name);
    let method = u16_at(&head, 10);
    // Bit 0: encrypted. Bit 6: strongly. Bit 13: the directory is. 99: AES.
    if flags & (1 | 1 << 6 | 1 << 13) != 0 || method == 99 {
        return Err(ArchiveError::Encrypted(shown));
    }
    if u16_at(&head, 34) != 0 && u16_at(&head, 34) != 0xffff {
        return Err(ArchiveError::Split);
    }
    let narrow = [u32_at(&head, 24), u32_at(&head, 20), u32_at(&head, 42)];
    let [size, packed, header] = widen(narrow, &extras)?;
    let path = names::path(&name)?;
    let attributes = u32_at(&head, 38);
    let is_folder = kind(&shown, head[5], attributes)?;
    let path = path.map(|(path, by_name)| (path, by_name || (is_folder && size == 0)));
    if path.as_ref().is_some_and(|(_, is_folder)| *is_folder) && size != 0 {
        return Err(ArchiveError::DamagedEntry { name: shown, why: "it is a folder with content" });
    }
    match method {
        0 if packed != size => {
            return Err(ArchiveError::DamagedEntry { name: shown, why: "it has two lengths" });
        }
        0 | 8 => {}
        _ => return Err(ArchiveError::Method { name: shown, method: method_name(method) }),
    }
    Ok(Record { raw, shown, flags, method, crc: u32_at(&head, 16), packed, size, header, path })
}

/// The name: in the field for Unicode when there is one that belongs to it (APPNOTE.TXT, 4.6.9), else as it is.
fn name(raw: &[u8], extras: &[u8], flags: u16) -> Result<String, ArchiveError> {
    let is_utf8 = flags & 1 << 11 != 0;
    if !is_utf8
        && let Some([1, field @ ..]) = extra(extras, 0x7075)
        && field.len() > 4
        && u32_at(field, 0) == crc32fast::hash(raw)
    {
        return names::decode(&field[4..], true);
    }
    names::decode(raw, is_utf8)
}

/// Whether an entry says that it is a folder; what is neither that nor a file is refused. `made_by`: the system whose attributes these are.
fn kind(shown: &str, made_by: u8, attributes: u32) -> Result<bool, ArchiveError> {
    let special = |what| Err(ArchiveError::Special { name: shown.to_owned(), what });
    // FILE_ATTRIBUTE_REPARSE_POINT
    if attributes & 0x400 != 0 && matches!(made_by, 0 | 10 | 14) {
        return special("a link");
    }
    // Unix, and macOS.
    if matches!(made_by, 3 | 19) {
        return match attributes >> 16 & 0o170_000 {
            0 | 0o100_000 => Ok(attributes & 0x10 != 0),
            0o040_000 => Ok(true),
            0o120_000 => special("a link"),
            0o010_000 => special("a pipe"),
            0o140_000 => special("a socket"),
            _ => special("a device"),
        };
    }
    Ok(attributes & 0x10 != 0)
}

fn method_name(method: u16) -> String {
    match method {
        9 => "Deflate64".to_owned(),
        12 => "BZip2".to_owned(),
        14 => "LZMA".to_owned(),
        93 => "Zstandard".to_owned(),
        95 => "XZ".to_owned(),
        98 => "PPMd".to_owned(),
        other => format!("method {other}"),
    }
}

/// Where the data of an entry begins. What stands before it must say the same as the directory.
fn data(archive: &File, record: &Record, directory: u64) -> Result<u64, ArchiveError> {
    let damaged = |why| ArchiveError::DamagedEntry { name: record.shown.clone(), why };
    let mut head = [0; 30];
    if record.header.checked_add(30).is_none_or(|after| after > directory) {
        return Err(damaged("it is not where the directory says"));
    }
    archive.read_exact_at(&mut head, record.header).map_err(ArchiveError::Read)?;
    if !head.starts_with(b"PK\x03\x04") {
        return Err(damaged("it is not where the directory says"));
    }
    if u16_at(&head, 6) & 1 != 0 {
        return Err(ArchiveError::Encrypted(record.shown.clone()));
    }
    let (name, extras) = (u16_at(&head, 26), u16_at(&head, 28));
    let mut raw = vec![0; usize::from(name)];
    archive.read_exact_at(&mut raw, record.header + 30).map_err(ArchiveError::Read)?;
    let sizes_follow = record.flags & 1 << 3 != 0;
    let packed = u32_at(&head, 18);
    let same_size = sizes_follow || packed == u32::MAX || u64::from(packed) == record.packed;
    if raw != record.raw || u16_at(&head, 8) != record.method || !same_size {
        return Err(damaged("it is called or packed otherwise than the directory says"));
    }
    Ok(record.header + 30 + u64::from(name) + u64::from(extras))
}
