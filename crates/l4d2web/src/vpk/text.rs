//! Text of the game: UTF-8, UTF-16 with its mark, or the old western encoding.

/// The text of a file; what is no UTF-8 is read as Latin-1, in which old tools wrote.
pub(super) fn text(bytes: &[u8]) -> String {
    let wide = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].as_chunks().0.iter().map(|pair| from(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        },
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::text;

    #[rstest]
    #[case("é".as_bytes(), "é")]
    #[case(b"\xef\xbb\xbfa", "a")]
    #[case(b"\xff\xfea\0", "a")]
    #[case(b"\xfe\xff\0a", "a")]
    #[case(b"\xe9", "é")]
    #[case(b"\xff\xfe", "")]
    fn every_encoding_is_read(#[case] bytes: &[u8], #[case] expected: &str) {
        assert_eq!(text(bytes), expected);
    }
}
