//! The file with the arguments of a game: read here, as root, and copied to where the game's unit binds it from.
//!
//! Were it bound from below the root directory, systemd would resolve a path there before each program of the unit. A link
//! that leads nowhere, put there while the server runs, would then keep the helper from unmounting.

use super::disk::Disk;
use super::error::{Result, StackError};
use super::target::Target;

/// Most bytes that the file may have.
const ARGUMENTS_MAX: u64 = 64 * 1024;

/// Reads the arguments of a server; a build has none.
///
/// # Errors
/// [`StackError::Data`] when the file is not a short list of arguments.
pub(super) fn read(disk: &Disk, target: &Target) -> Result<Option<Vec<u8>>> {
    let Some(path) = target.arguments() else { return Ok(None) };
    let arguments = disk.read(&path, ARGUMENTS_MAX)?;
    check(&arguments).map_err(|reason| StackError::data(path, reason))?;
    Ok(Some(arguments))
}

/// Says what is wrong with an argument file. What `l4d2ctl start` writes has none of it.
fn check(arguments: &[u8]) -> std::result::Result<(), &'static str> {
    let Some((0, arguments)) = arguments.split_last() else {
        return Err("it must hold at least one argument, and each must end with a NUL");
    };
    let text = std::str::from_utf8(arguments).map_err(|_| "it must be UTF-8 text")?;
    let plain = text.chars().all(|letter| letter == '\0' || !letter.is_control());
    if plain { Ok(()) } else { Err("its arguments must have no control characters") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(b"-console\0+map\0c1m1_hotel\0", "")]
    #[case(b"\0", "")]
    #[case("+hostname\0größer\0".as_bytes(), "")]
    #[case(b"", "at least one argument")]
    #[case(b"-console", "end with a NUL")]
    #[case(b"-console\0+map", "end with a NUL")]
    #[case(b"\xff\0", "UTF-8")]
    #[case(b"LD_PRELOAD=/tmp/x\n\0", "control characters")]
    #[case(b"\x1b[31m\0", "control characters")]
    fn files(#[case] arguments: &[u8], #[case] words: &str) {
        match check(arguments) {
            Ok(()) => assert_eq!(words, ""),
            Err(reason) => assert!(!words.is_empty() && reason.contains(words), "{reason}"),
        }
    }
}
