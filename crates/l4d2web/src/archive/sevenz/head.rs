//! How long the directory of a .7z is, found before anything is made of it: the crate keeps 150 bytes for each file that a directory claims, and
//! that may claim one for each of its own bytes. The format is in 7zFormat.txt of the LZMA SDK.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use crate::archive::ArchiveError;

/// Longest directory, in bytes.
pub(super) const LONGEST: u64 = 1 << 20;
/// 06F10701: AES-256 with SHA-256.
const AES: [u8; 4] = [0x06, 0xf1, 0x07, 0x01];

/// Whether the directory is one that can be read: there, not encrypted, and not too long.
pub(super) fn check(archive: &File) -> Result<(), ArchiveError> {
    let damaged = || ArchiveError::Damaged("its beginning is not what it should be".to_owned());
    let mut head = [0; 32];
    archive.read_exact_at(&mut head, 0).map_err(|_| damaged())?;
    let number = |at: usize| head.get(at..at + 8).and_then(|part| part.try_into().ok()).map_or(0, u64::from_le_bytes);
    let (offset, length) = (number(12), number(20));
    // An archive that was never finished says nothing here; the crate would search it for a directory then.
    if length == 0 {
        return Err(damaged());
    }
    if length > LONGEST {
        return Err(ArchiveError::SevenEntries);
    }
    let mut directory = vec![0; usize::try_from(length).map_err(|_| damaged())?];
    let at = offset.checked_add(32).ok_or_else(damaged)?;
    archive.read_exact_at(&mut directory, at).map_err(|_| ArchiveError::Damaged("its end is missing".to_owned()))?;
    match directory.split_first() {
        Some((0x01, _)) => Ok(()),
        Some((0x17, packed)) => match (Cursor { rest: packed, encrypted: false }).unpacked() {
            None => Err(ArchiveError::Damaged("its directory cannot be read".to_owned())),
            Some((_, true)) => Err(ArchiveError::EncryptedDirectory),
            Some((length, false)) if length > LONGEST => Err(ArchiveError::SevenEntries),
            Some(_) => Ok(()),
        },
        _ => Err(ArchiveError::Damaged("its directory cannot be read".to_owned())),
    }
}

/// Reads what says how a directory is packed.
struct Cursor<'a> {
    rest: &'a [u8],
    encrypted: bool,
}

impl Cursor<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.byte()? == byte).then_some(())
    }

    fn skip(&mut self, count: u64) -> Option<&[u8]> {
        let (skipped, rest) = self.rest.split_at_checked(usize::try_from(count).ok()?)?;
        self.rest = rest;
        Some(skipped)
    }

    /// A number of one to nine bytes: the first one's leading bits say how many follow.
    fn number(&mut self) -> Option<u64> {
        let first = self.byte()?;
        let mut value = 0;
        for index in 0..8 {
            let mask = 0x80_u8 >> index;
            if first & mask == 0 {
                let high = u64::from(first & mask.wrapping_sub(1));
                return Some(value | high << (8 * index));
            }
            value |= u64::from(self.byte()?) << (8 * index);
        }
        Some(value)
    }

    /// A number of things that are listed, of which none has many.
    fn few(&mut self) -> Option<u64> {
        self.number().filter(|number| *number <= 16)
    }

    /// The largest length that a step of unpacking gives, and whether one is a decryption.
    fn unpacked(mut self) -> Option<(u64, bool)> {
        self.expect(0x06)?;
        self.number()?;
        let streams = self.few()?;
        loop {
            match self.byte()? {
                0x00 => break,
                0x09 => {
                    for _ in 0..streams {
                        self.number()?;
                    }
                }
                0x0a => self.digests(streams)?,
                _ => return None,
            }
        }
        self.expect(0x07)?;
        self.expect(0x0b)?;
        (self.number()? == 1).then_some(())?;
        self.expect(0)?;
        let outputs = self.folder()?;
        self.expect(0x0c)?;
        let mut largest = 0;
        for _ in 0..outputs {
            largest = largest.max(self.number()?);
        }
        Some((largest, self.encrypted))
    }

    fn digests(&mut self, count: u64) -> Option<()> {
        let all = self.byte()?;
        let mut defined = count;
        if all == 0 {
            let bits = self.skip(count.div_ceil(8))?;
            defined = bits.iter().map(|byte| u64::from(byte.count_ones())).sum();
        }
        self.skip(4 * defined).map(drop)
    }

    /// How many outputs its coders have.
    fn folder(&mut self) -> Option<u64> {
        let coders = self.few()?;
        let (mut inputs, mut outputs) = (0, 0);
        for _ in 0..coders {
            let flags = self.byte()?;
            let is_aes = self.skip(u64::from(flags & 15))? == AES;
            self.encrypted |= is_aes;
            let (ins, outs) = if flags & 0x10 == 0 { (1, 1) } else { (self.few()?, self.few()?) };
            inputs += ins;
            outputs += outs;
            if flags & 0x20 != 0 {
                let length = self.number()?;
                self.skip(length)?;
            }
        }
        let pairs = outputs.checked_sub(1)?;
        for _ in 0..2 * pairs {
            self.number()?;
        }
        let packed = inputs.checked_sub(pairs)?;
        if packed > 1 {
            for _ in 0..packed {
                self.number()?;
            }
        }
        Some(outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;
    use rstest::rstest;

    #[rstest]
    #[case(&[0x05], Some(5))]
    #[case(&[0x7f], Some(127))]
    #[case(&[0x80, 0x80], Some(128))]
    #[case(&[0xbf, 0xff], Some(0x3fff))]
    #[case(&[0xc0, 0x00, 0x40], Some(0x4000))]
    #[case(&[0xff, 1, 2, 3, 4, 5, 6, 7, 8], Some(0x0807_0605_0403_0201))]
    #[case(&[0xff, 1], None)]
    #[case(&[], None)]
    fn numbers(#[case] bytes: &[u8], #[case] number: Option<u64>) {
        assert_eq!(Cursor { rest: bytes, encrypted: false }.number(), number);
    }
}
