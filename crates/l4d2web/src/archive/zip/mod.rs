//! .zip, as APPNOTE.TXT has it. The directory is read and judged whole before the first byte is unpacked, and by one reader only, so that
//! nothing in it can mean two things.

mod directory;
mod end;
mod record;

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;

use flate2::read::DeflateDecoder;

use super::sink::Sink;
use super::{ArchiveError, names};
use directory::{Entry, Method};

/// Unpacks all of it.
pub(super) fn unpack(archive: &File, length: u64, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    let end = end::find(archive, length)?;
    if end.entries > sink.limits.entries {
        return Err(ArchiveError::Entries(sink.limits.entries));
    }
    if end.size > end::DIRECTORY_MAX {
        return Err(ArchiveError::Damaged("its directory is longer than so many names need".to_owned()));
    }
    let entries = directory::read(archive, &end, sink.limits.entries)?;
    let bytes = entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.size));
    sink.expect(end.entries, bytes)?;
    if let Some(large) = entries.iter().find(|entry| entry.size > sink.limits.file) {
        return Err(ArchiveError::LargeFile { name: large.path.to_string(), most: sink.limits.file });
    }
    for entry in &entries {
        if entry.is_folder {
            sink.folder(&entry.path)?;
        } else {
            file(archive, entry, sink)?;
        }
    }
    Ok(())
}

fn file(archive: &File, entry: &Entry, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    let damaged = |why| ArchiveError::DamagedEntry { name: names::shown(entry.path.as_str()), why };
    let packed = Range { file: archive, at: entry.data, end: entry.data + entry.packed };
    let broken = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            damaged("its data cannot be unpacked")
        }
        _ => ArchiveError::Read(error),
    };
    let (length, crc) = match entry.method {
        Method::Stored => sink.file(&entry.path, &mut { packed }, entry.size, Some(entry.packed), &broken)?,
        Method::Deflate => {
            let mut content = DeflateDecoder::new(packed);
            sink.file(&entry.path, &mut content, entry.size, Some(entry.packed), &broken)?
        }
    };
    if length != entry.size {
        return Err(damaged("it is shorter than it says"));
    }
    if crc != entry.crc {
        return Err(damaged("its checksum is wrong"));
    }
    Ok(())
}

/// A part of a file.
struct Range<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl Read for Range<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.end - self.at).unwrap_or(usize::MAX));
        let read = self.file.read_at(&mut buffer[..most], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
