//! .7z, by the crate sevenz-rust2, which is given little memory and one thread.

mod head;

use std::fs::File;
use std::io::{self, BufReader};

use sevenz_rust2::{Archive, ArchiveEntry, BlockDecoder, EncoderMethod, Error, Password};

use super::sink::Sink;
use super::{ArchiveError, names};
use crate::files::FilePath;
use names::Names;

/// Memory for the dictionary by which the directory is packed, in KiB.
const DIRECTORY_KIB: usize = 32 << 10;
/// Memory for a dictionary, in KiB: 256 MiB, the largest that 7-Zip's presets take, and something for the decoder.
const DICTIONARY_KIB: usize = (256 + 16) << 10;
/// `FILE_ATTRIBUTE_REPARSE_POINT`, and 7-Zip's mark that the upper half is a mode of Unix.
const REPARSE: u32 = 0x400;
const UNIX: u32 = 0x8000;

/// Unpacks all of it.
pub(super) fn unpack(archive: &File, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    head::check(archive)?;
    let mut source = BufReader::with_capacity(256 * 1024, archive);
    let password = Password::empty();
    let found = Archive::read_with_memory_limit(&mut source, &password, DIRECTORY_KIB).map_err(directory_error)?;
    let paths = judge(&found, sink.limits.entries)?;
    let bytes = found.files.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.size()));
    sink.expect(found.files.len() as u64, bytes)?;
    let large = found.files.iter().find(|entry| entry.size() > sink.limits.file);
    if let Some(large) = large {
        return Err(ArchiveError::LargeFile { name: names::shown(large.name()), most: sink.limits.file });
    }
    // What has no data is in no block, or stands there between others: it is made first.
    for (entry, path) in found.files.iter().zip(&paths) {
        let Some(path) = path else { continue };
        if entry.is_directory() {
            sink.folder(path)?;
        } else if !entry.has_stream() {
            sink.file(path, &mut io::empty(), 0, None, &ArchiveError::Read)?;
        }
    }
    for block in 0..found.blocks.len() {
        let decoder = BlockDecoder::new_with_memory_limit(1, DICTIONARY_KIB, block, &found, &password, &mut source);
        let mut index = found.stream_map.block_first_file_index.get(block).copied().unwrap_or(found.files.len());
        let mut refused = None;
        let done = decoder.for_each_entries(&mut |entry, content| {
            let path = paths.get(index).and_then(Option::as_ref);
            index += 1;
            if !entry.has_stream() {
                return Ok(true);
            }
            let written = match path {
                Some(path) => write(entry, path, content, sink),
                // Left out, but what follows it in the block comes after it.
                None => io::copy(content, &mut io::sink()).map(drop).map_err(ArchiveError::Read),
            };
            match written {
                Ok(()) => Ok(true),
                Err(error) => {
                    refused = Some(error);
                    Err(Error::Other("refused".into()))
                }
            }
        });
        if let Some(error) = refused {
            return Err(error);
        }
        done.map_err(block_error)?;
    }
    Ok(())
}

/// The path of each entry; none for those that are left out.
fn judge(archive: &Archive, most: u64) -> Result<Vec<Option<FilePath>>, ArchiveError> {
    let mut known = Names::most(most);
    let mut paths = Vec::with_capacity(archive.files.len());
    for (index, entry) in archive.files.iter().enumerate() {
        let shown = names::shown(entry.name());
        if archive.is_file_encrypted(index) {
            return Err(ArchiveError::Encrypted(shown));
        }
        special(entry, &shown)?;
        let path = names::path(entry.name())?;
        if let Some((path, by_name)) = &path {
            if *by_name && entry.has_stream() {
                return Err(ArchiveError::DamagedEntry { name: shown, why: "it is a folder with content" });
            }
            known.add(path, entry.is_directory())?;
        }
        paths.push(path.map(|(path, _)| path));
    }
    for block in &archive.blocks {
        for coder in &block.coders {
            if !is_known(coder.encoder_method_id()) {
                let name = EncoderMethod::by_id(coder.encoder_method_id());
                let method = name.map_or_else(|| "an unknown method".to_owned(), |method| method.name().to_owned());
                let first = archive.files.iter().find(|entry| entry.has_stream());
                let name = names::shown(first.map_or("", |entry| entry.name()));
                return Err(ArchiveError::Method { name, method });
            }
        }
    }
    Ok(paths)
}

fn is_known(method: &[u8]) -> bool {
    [
        EncoderMethod::ID_COPY,
        EncoderMethod::ID_LZMA,
        EncoderMethod::ID_LZMA2,
        EncoderMethod::ID_PPMD,
        EncoderMethod::ID_BZIP2,
        EncoderMethod::ID_BCJ_X86,
        EncoderMethod::ID_BCJ2,
        EncoderMethod::ID_DELTA,
    ]
    .contains(&method)
}

fn special(entry: &ArchiveEntry, shown: &str) -> Result<(), ArchiveError> {
    let refused = |what| Err(ArchiveError::Special { name: shown.to_owned(), what });
    let attributes = entry.windows_attributes();
    if entry.is_anti_item() {
        return refused("an order to delete something");
    }
    if attributes & REPARSE != 0 {
        return refused("a link");
    }
    if attributes & UNIX != 0 {
        return match attributes >> 16 & 0o170_000 {
            0 | 0o100_000 | 0o040_000 => Ok(()),
            0o120_000 => refused("a link"),
            0o010_000 => refused("a pipe"),
            0o140_000 => refused("a socket"),
            _ => refused("a device"),
        };
    }
    Ok(())
}

fn write(
    entry: &ArchiveEntry,
    path: &FilePath,
    content: &mut dyn io::Read,
    sink: &mut Sink<'_>,
) -> Result<(), ArchiveError> {
    let name = names::shown(entry.name());
    let broken = |error: io::Error| match error.kind() {
        io::ErrorKind::OutOfMemory => ArchiveError::Memory,
        _ if error.to_string().contains("hecksum") => {
            ArchiveError::DamagedEntry { name: name.clone(), why: "its checksum is wrong" }
        }
        _ => ArchiveError::DamagedEntry { name: name.clone(), why: "its data cannot be unpacked" },
    };
    let (length, crc) = sink.file(path, content, entry.size(), None, &broken)?;
    if length != entry.size() {
        return Err(ArchiveError::DamagedEntry { name, why: "it is shorter than it says" });
    }
    if entry.has_crc && u64::from(crc) != entry.crc {
        return Err(ArchiveError::DamagedEntry { name, why: "its checksum is wrong" });
    }
    Ok(())
}

/// What is wrong with the directory.
fn directory_error(error: Error) -> ArchiveError {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => ArchiveError::EncryptedDirectory,
        Error::UnsupportedCompressionMethod(method) if method.contains("AES") => ArchiveError::EncryptedDirectory,
        Error::MaxMemLimited { .. } => ArchiveError::SevenEntries,
        Error::Io(error, _) if error.kind() == io::ErrorKind::OutOfMemory => ArchiveError::SevenEntries,
        Error::NextHeaderCrcMismatch | Error::ChecksumVerificationFailed => {
            ArchiveError::Damaged("the checksum of its directory is wrong".to_owned())
        }
        _ => ArchiveError::Damaged("its directory cannot be read".to_owned()),
    }
}

/// What is wrong with the data.
fn block_error(error: Error) -> ArchiveError {
    match error {
        Error::MaxMemLimited { .. } => ArchiveError::Memory,
        Error::PasswordRequired | Error::MaybeBadPassword(_) => ArchiveError::EncryptedDirectory,
        Error::ChecksumVerificationFailed => ArchiveError::Damaged("a checksum is wrong".to_owned()),
        Error::UnsupportedCompressionMethod(method) => ArchiveError::Method { name: "all of it".to_owned(), method },
        _ => ArchiveError::Damaged("its data cannot be unpacked".to_owned()),
    }
}
