//! Numbers in a .zip, which are little-endian, and the fields of its records.

use crate::archive::ArchiveError;

/// The number at a place that is inside.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|part| part.try_into().ok()).map_or(0, u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|part| part.try_into().ok()).map_or(0, u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|part| part.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// The content of an extra field (APPNOTE.TXT, 4.5.1); none when it is not there.
pub(super) fn extra(all: &[u8], id: u16) -> Option<&[u8]> {
    let mut rest = all;
    while rest.len() >= 4 {
        let length = usize::from(u16_at(rest, 2));
        let content = rest.get(4..4 + length)?;
        if u16_at(rest, 0) == id {
            return Some(content);
        }
        rest = &rest[4 + length..];
    }
    None
}

/// Those of `narrow` that say that they stand in the extra field of ZIP64, taken from there in their order.
pub(super) fn widen<const N: usize>(narrow: [u32; N], extras: &[u8]) -> Result<[u64; N], ArchiveError> {
    let mut wide = narrow.map(u64::from);
    let mut place = 0;
    for value in &mut wide {
        if *value == u64::from(u32::MAX) {
            let field = extra(extras, 1).and_then(|field| field.get(place..place + 8));
            let field = field.ok_or_else(|| ArchiveError::Damaged("a large number is missing in it".to_owned()))?;
            *value = u64_at(field, 0);
            place += 8;
        }
    }
    Ok(wide)
}
