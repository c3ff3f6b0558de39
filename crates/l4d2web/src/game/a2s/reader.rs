//! Reads an answer from its beginning.

use super::Malformed;
use crate::game::text;

/// The longest text that is kept.
const TEXT_MAX: usize = 256;

pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(Malformed::Cut)?;
        self.0 = rest;
        Ok(*bytes)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        self.bytes().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, Malformed> {
        self.bytes().map(u16::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, Malformed> {
        self.bytes().map(u64::from_le_bytes)
    }

    /// What stands before a NUL.
    pub(super) fn raw(&mut self) -> Result<&'a [u8], Malformed> {
        let end = self.0.iter().position(|byte| *byte == 0).ok_or(Malformed::Cut)?;
        let raw = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Ok(raw)
    }

    /// The same as one line of text.
    pub(super) fn text(&mut self) -> Result<String, Malformed> {
        self.raw().map(|raw| text::line(raw, TEXT_MAX))
    }

    /// The letter that says what it is an answer to.
    pub(super) fn kind(&mut self, expected: u8) -> Result<(), Malformed> {
        let kind = self.byte()?;
        if kind == expected { Ok(()) } else { Err(Malformed::Kind(kind)) }
    }
}
