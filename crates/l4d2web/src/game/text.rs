//! Text of a server: any bytes, made into something of a bounded length.

/// The text of some bytes, in one line of at most `most` characters.
pub(super) fn line(bytes: &[u8], most: usize) -> String {
    // A character has four bytes at most: more need not be looked at.
    let bytes = &bytes[..bytes.len().min(most.saturating_mul(4))];
    let text = String::from_utf8_lossy(bytes);
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).take(most).collect()
}

/// Words between white space. Only the bytes of ASCII count as that: others are parts of letters.
pub(super) fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// A number in figures, and nothing else.
pub(super) fn number<N: std::str::FromStr>(bytes: &[u8]) -> Option<N> {
    let figures = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(bytes).ok().filter(|_| figures)?.parse().ok()
}

/// Lines, without what ends them.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}
