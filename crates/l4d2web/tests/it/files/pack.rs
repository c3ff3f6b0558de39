//! Archives made byte by byte, so that they can lie.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// An entry of a .zip, as it says of itself.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) name: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) deflate: bool,
    pub(crate) flags: u16,
    pub(crate) method: Option<u16>,
    pub(crate) crc: Option<u32>,
    pub(crate) size: Option<u32>,
    pub(crate) made_by: u8,
    pub(crate) attributes: u32,
    pub(crate) extra: Vec<u8>,
    /// Another name before the data than in the directory.
    pub(crate) other_name: Option<Vec<u8>>,
    /// Shares the data of the entry before it.
    pub(crate) same_data: bool,
}

pub(crate) fn item(name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Item {
    Item {
        name: name.as_ref().to_vec(),
        content: content.as_ref().to_vec(),
        deflate: false,
        flags: 0,
        method: None,
        crc: None,
        size: None,
        made_by: 3,
        attributes: 0o100_644 << 16,
        extra: Vec::new(),
        other_name: None,
        same_data: false,
    }
}

impl Item {
    pub(crate) fn deflated(mut self) -> Self {
        self.deflate = true;
        self
    }
}

/// A .zip of these.
pub(crate) fn zip(items: &[Item]) -> Vec<u8> {
    let (mut all, mut directory, mut last) = (Vec::new(), Vec::new(), 0);
    for item in items {
        let packed = if item.deflate {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&item.content).unwrap();
            encoder.finish().unwrap()
        } else {
            item.content.clone()
        };
        let method = item.method.unwrap_or(if item.deflate { 8 } else { 0 });
        let crc = item.crc.unwrap_or_else(|| crc32fast::hash(&item.content));
        let size = item.size.unwrap_or(u32::try_from(item.content.len()).unwrap());
        let length = u32::try_from(packed.len()).unwrap();
        let common = |name: &[u8]| {
            let mut head = Vec::new();
            head.extend(20_u16.to_le_bytes());
            head.extend(item.flags.to_le_bytes());
            head.extend(method.to_le_bytes());
            head.extend([0; 4]);
            head.extend(crc.to_le_bytes());
            head.extend(length.to_le_bytes());
            head.extend(size.to_le_bytes());
            head.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
            head
        };
        if !item.same_data {
            last = u32::try_from(all.len()).unwrap();
            let name = item.other_name.as_ref().unwrap_or(&item.name);
            all.extend(b"PK\x03\x04");
            all.extend(common(name));
            all.extend(0_u16.to_le_bytes());
            all.extend(name);
            all.extend(&packed);
        }
        directory.extend(b"PK\x01\x02");
        directory.extend([20, item.made_by]);
        directory.extend(common(&item.name));
        directory.extend(u16::try_from(item.extra.len()).unwrap().to_le_bytes());
        directory.extend([0; 6]);
        directory.extend(item.attributes.to_le_bytes());
        directory.extend(last.to_le_bytes());
        directory.extend(&item.name);
        directory.extend(&item.extra);
    }
    let (start, size) = (all.len(), directory.len());
    all.extend(directory);
    all.extend(end(items.len() as u64, size as u64, start as u64));
    all
}

/// The end of a .zip.
pub(crate) fn end(count: u64, size: u64, start: u64) -> Vec<u8> {
    let mut end = Vec::new();
    if count >= 0xffff {
        end.extend(b"PK\x06\x06");
        end.extend(44_u64.to_le_bytes());
        end.extend([45, 3, 45, 0]);
        end.extend([0; 8]);
        for value in [count, count, size, start] {
            end.extend(value.to_le_bytes());
        }
        end.extend(b"PK\x06\x07");
        end.extend(0_u32.to_le_bytes());
        end.extend((start + size).to_le_bytes());
        end.extend(1_u32.to_le_bytes());
    }
    let short = u16::try_from(count).unwrap_or(0xffff).to_le_bytes();
    end.extend(b"PK\x05\x06");
    end.extend([0; 4]);
    end.extend(short);
    end.extend(short);
    end.extend(u32::try_from(size).unwrap().to_le_bytes());
    end.extend(u32::try_from(start).unwrap().to_le_bytes());
    end.extend(0_u16.to_le_bytes());
    end
}

/// A .7z of these, made by the crate that reads it; one block for all when `solid`.
pub(crate) fn seven(items: &[(&str, Vec<u8>)], solid: bool, password: Option<&str>) -> Vec<u8> {
    use sevenz_rust2::encoder_options::{AesEncoderOptions, Lzma2Options};
    use sevenz_rust2::{ArchiveEntry, ArchiveWriter, Password, SourceReader};
    let mut writer = ArchiveWriter::new(std::io::Cursor::new(Vec::new())).unwrap();
    let mut methods = vec![Lzma2Options::from_level(1).into()];
    if let Some(password) = password {
        methods.insert(0, AesEncoderOptions::new(Password::from(password)).into());
    }
    writer.set_content_methods(methods);
    writer.set_encrypt_header(password.is_some());
    if solid {
        let entries = items.iter().map(|(name, _)| ArchiveEntry::new_file(name)).collect();
        let sources = items.iter().map(|(_, content)| SourceReader::new(content.as_slice())).collect();
        writer.push_archive_entries(entries, sources).unwrap();
    } else {
        for (name, content) in items {
            let entry = match name.strip_suffix('/') {
                Some(folder) => ArchiveEntry::new_directory(folder),
                None => ArchiveEntry::new_file(name),
            };
            let is_file = !name.ends_with('/');
            writer.push_archive_entry(entry, is_file.then_some(content.as_slice())).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}
