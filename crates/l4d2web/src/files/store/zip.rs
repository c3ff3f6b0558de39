//! A folder as one .zip, written while it is read. Nothing is packed tighter: maps are packed already, and who downloads has the time that packing
//! would take.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek as _, Write};
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::FileType;

use super::Store;
use crate::files::path::OWN_PREFIX;
use crate::files::{FilePath, FilesError, beneath};

/// Files and folders in one download.
const MOST: usize = 100_000;
const DEEPEST: usize = 64;
/// What does not fit into 32 bits stands in the extra field of ZIP64 (APPNOTE.TXT, 4.5.3).
const WIDE: u64 = 0xffff_ffff;
/// Bit 11: names are UTF-8.
const UTF8: u16 = 1 << 11;
/// Version 4.5: ZIP64.
const NEEDED: u16 = 45;
/// Made on Unix.
const MADE_BY: u16 = 3 << 8 | NEEDED;

/// What the directory at the end says of one entry.
struct Record {
    name: String,
    crc: u32,
    size: u64,
    at: u64,
    time: (u16, u16),
    folder: bool,
}

impl Store {
    /// Opens a folder to download it: what is returned writes it. What is neither file nor folder is left out.
    ///
    /// # Errors
    ///
    /// When it is not there or no folder.
    pub fn zip(&self, path: &FilePath) -> Result<ZipOut, FilesError> {
        let weight = self.weigh(path)?;
        if weight.files + weight.folders > MOST {
            return Err(FilesError::Many { path: path.clone(), most: MOST });
        }
        Ok(ZipOut { dir: self.dir(path)? })
    }
}

/// A folder that is about to be written as a .zip.
#[derive(Debug)]
pub struct ZipOut {
    dir: OwnedFd,
}

impl ZipOut {
    /// Writes all of it.
    ///
    /// # Errors
    ///
    /// When something cannot be read, changed while it was read, or the reader has gone.
    pub fn write(self, out: impl Write) -> io::Result<()> {
        let mut zip = Zip { out: BufWriter::with_capacity(256 * 1024, out), at: 0, records: Vec::new() };
        zip.folder(&self.dir, "", 1)?;
        zip.finish()
    }
}

struct Zip<W: Write> {
    out: BufWriter<W>,
    at: u64,
    records: Vec<Record>,
}

impl<W: Write> Zip<W> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    fn folder(&mut self, dir: &OwnedFd, prefix: &str, depth: usize) -> io::Result<()> {
        let mut found = Vec::new();
        beneath::entries(dir.as_fd(), |name, kind| {
            let bytes = name.to_bytes();
            // A name that is no text has no place in the archive.
            if !bytes.starts_with(OWN_PREFIX.as_bytes())
                && let Ok(text) = name.to_str()
            {
                found.push((text.to_owned(), kind));
            }
            Ok(())
        })?;
        found.sort_by(|one, other| one.0.cmp(&other.0));
        if self.records.len() + found.len() > MOST || depth > DEEPEST {
            return Err(io::Error::other("the folder has grown while it was read"));
        }
        for (name, kind) in found {
            let path = format!("{prefix}{name}");
            match kind {
                FileType::RegularFile => match beneath::open_file(dir.as_fd(), &name) {
                    Ok(file) => self.file(&path, file)?,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                },
                FileType::Directory => match beneath::open_dir(dir.as_fd(), &name) {
                    Ok(below) => {
                        let path = format!("{path}/");
                        let stat = rustix::fs::fstat(&below)?;
                        self.header(&path, 0, 0, time(stat.st_mtime), true)?;
                        self.folder(&below, &path, depth + 1)?;
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                },
                _ => {}
            }
        }
        Ok(())
    }

    /// A file is read twice, so that what stands before it says all: then everything can read it, also while it comes.
    fn file(&mut self, path: &str, mut file: File) -> io::Result<()> {
        let meta = file.metadata()?;
        let modified = std::os::unix::fs::MetadataExt::mtime(&meta);
        let mut buffer = vec![0; 256 * 1024];
        let (mut hasher, mut size) = (crc32fast::Hasher::new(), 0);
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
            size += read as u64;
        }
        let crc = hasher.finalize();
        self.header(path, crc, size, time(modified), false)?;
        file.rewind()?;
        let (mut hasher, mut left) = (crc32fast::Hasher::new(), size);
        while left > 0 {
            let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let read = file.read(&mut buffer[..most])?;
            if read == 0 {
                break;
            }
            hasher.update(&buffer[..read]);
            self.put(&buffer[..read])?;
            left -= read as u64;
        }
        // Somebody wrote into it by hand: a broken download is seen, a wrong one is not.
        if left > 0 || hasher.finalize() != crc {
            return Err(io::Error::other(format!("{path} changed while it was read")));
        }
        Ok(())
    }

    fn header(&mut self, path: &str, crc: u32, size: u64, time: (u16, u16), folder: bool) -> io::Result<()> {
        let at = self.at;
        let wide = size >= WIDE;
        let mut head = Vec::with_capacity(64 + path.len());
        head.extend(0x0403_4b50_u32.to_le_bytes());
        head.extend(NEEDED.to_le_bytes());
        head.extend(UTF8.to_le_bytes());
        head.extend(0_u16.to_le_bytes());
        head.extend(time.0.to_le_bytes());
        head.extend(time.1.to_le_bytes());
        head.extend(crc.to_le_bytes());
        let short = narrow(size);
        head.extend(short.to_le_bytes());
        head.extend(short.to_le_bytes());
        head.extend(length(path)?.to_le_bytes());
        head.extend((if wide { 20_u16 } else { 0 }).to_le_bytes());
        head.extend(path.as_bytes());
        if wide {
            head.extend(1_u16.to_le_bytes());
            head.extend(16_u16.to_le_bytes());
            head.extend(size.to_le_bytes());
            head.extend(size.to_le_bytes());
        }
        self.put(&head)?;
        self.records.push(Record { name: path.to_owned(), crc, size, at, time, folder });
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        let start = self.at;
        let records = std::mem::take(&mut self.records);
        for record in &records {
            self.record(record)?;
        }
        let (size, count) = (self.at - start, records.len() as u64);
        let end64 = self.at;
        let mut end = Vec::with_capacity(98);
        if size >= WIDE || start >= WIDE || count >= 0xffff {
            end.extend(0x0606_4b50_u32.to_le_bytes());
            end.extend(44_u64.to_le_bytes());
            end.extend(MADE_BY.to_le_bytes());
            end.extend(NEEDED.to_le_bytes());
            end.extend([0; 8]);
            for value in [count, count, size, start] {
                end.extend(value.to_le_bytes());
            }
            end.extend(0x0706_4b50_u32.to_le_bytes());
            end.extend(0_u32.to_le_bytes());
            end.extend(end64.to_le_bytes());
            end.extend(1_u32.to_le_bytes());
        }
        let short = u16::try_from(count).unwrap_or(0xffff);
        end.extend(0x0605_4b50_u32.to_le_bytes());
        end.extend([0; 4]);
        end.extend(short.to_le_bytes());
        end.extend(short.to_le_bytes());
        end.extend(narrow(size).to_le_bytes());
        end.extend(narrow(start).to_le_bytes());
        end.extend(0_u16.to_le_bytes());
        self.put(&end)?;
        self.out.flush()
    }

    fn record(&mut self, record: &Record) -> io::Result<()> {
        let mut extra = Vec::new();
        if record.size >= WIDE {
            extra.extend(record.size.to_le_bytes());
            extra.extend(record.size.to_le_bytes());
        }
        if record.at >= WIDE {
            extra.extend(record.at.to_le_bytes());
        }
        let mode: u32 = if record.folder { 0o040_755 } else { 0o100_644 };
        let mut head = Vec::with_capacity(80 + record.name.len());
        head.extend(0x0201_4b50_u32.to_le_bytes());
        head.extend(MADE_BY.to_le_bytes());
        head.extend(NEEDED.to_le_bytes());
        head.extend(UTF8.to_le_bytes());
        head.extend(0_u16.to_le_bytes());
        head.extend(record.time.0.to_le_bytes());
        head.extend(record.time.1.to_le_bytes());
        head.extend(record.crc.to_le_bytes());
        head.extend(narrow(record.size).to_le_bytes());
        head.extend(narrow(record.size).to_le_bytes());
        head.extend(length(&record.name)?.to_le_bytes());
        let extra_length = if extra.is_empty() { 0 } else { 4 + extra.len() };
        head.extend(u16::try_from(extra_length).unwrap_or(0).to_le_bytes());
        head.extend([0; 6]);
        head.extend((mode << 16 | if record.folder { 0x10 } else { 0 }).to_le_bytes());
        head.extend(narrow(record.at).to_le_bytes());
        head.extend(record.name.as_bytes());
        if !extra.is_empty() {
            head.extend(1_u16.to_le_bytes());
            head.extend(u16::try_from(extra.len()).unwrap_or(0).to_le_bytes());
            head.extend(&extra);
        }
        self.put(&head)
    }
}

/// A number in 32 bits, or the mark that it stands elsewhere.
fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn length(path: &str) -> io::Result<u16> {
    u16::try_from(path.len()).map_err(|_| io::Error::other("a path is too long for an archive"))
}

/// The time and date of MS-DOS, in UTC; 1980 is its first year.
fn time(seconds: i64) -> (u16, u16) {
    let first = (0, 1 << 5 | 1);
    let Ok(at) = jiff::Timestamp::from_second(seconds) else { return first };
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |value: i8| u16::try_from(value).unwrap_or(0);
    let Ok(years) = u16::try_from(at.year() - 1980) else { return first };
    if years > 127 {
        return first;
    }
    (
        part(at.hour()) << 11 | part(at.minute()) << 5 | (part(at.second()) / 2),
        years << 9 | part(at.month()) << 5 | part(at.day()),
    )
}
