//! `/proc/<pid>/mountinfo`, parsed. Whether something is mounted is read from here, never guessed.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// One mount; the fields that are needed here (`proc_pid_mountinfo(5)`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The mount's number.
    pub id: u64,
    /// The number of the mount that it stands on.
    pub parent: u64,
    /// Major and minor number of the file system's device.
    pub device: (u32, u32),
    /// Where it is mounted, as seen from the process's root.
    pub mount_point: PathBuf,
    /// The file system's type.
    pub fs_type: OsString,
    /// What was given as source.
    pub source: OsString,
    /// The file system's own options, as they stand there.
    pub super_options: OsString,
}

/// Why a mountinfo file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of mountinfo is not a mount")]
pub struct ParseError {
    /// Number of the line, from 1.
    pub line: usize,
}

/// Parses a whole mountinfo file.
///
/// # Errors
/// [`ParseError`] for the first line that has not the fields that the kernel writes.
pub fn parse(text: &[u8]) -> Result<Vec<Mount>, ParseError> {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let lines = body.split(|byte| *byte == b'\n').enumerate();
    lines.map(|(index, line)| parse_line(line).ok_or(ParseError { line: index + 1 })).collect()
}

fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let id = number(fields.next()?)?;
    let parent = number(fields.next()?)?;
    let mut device = fields.next()?.splitn(2, |byte| *byte == b':');
    let device = (narrow(device.next()?)?, narrow(device.next()?)?);
    let _root = fields.next()?;
    let mount_point = unescape(fields.next()?).into();
    let _options = fields.next()?;
    // Any number of optional fields, ended by a single hyphen.
    fields.by_ref().find(|field| *field == b"-")?;
    let (fs_type, source) = (unescape(fields.next()?), unescape(fields.next()?));
    let super_options = unescape(fields.next()?);
    Some(Mount { id, parent, device, mount_point, fs_type, source, super_options })
}

fn number(field: &[u8]) -> Option<u64> {
    let plain = !field.is_empty() && field.iter().all(u8::is_ascii_digit);
    if plain { std::str::from_utf8(field).ok()?.parse().ok() } else { None }
}

fn narrow(field: &[u8]) -> Option<u32> {
    number(field)?.try_into().ok()
}

/// Undoes the kernel's escapes: a backslash and three octal digits. Other backslashes stay as they are.
fn unescape(field: &[u8]) -> OsString {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, tail @ ..] = rest {
        let octal = |digit: &u8| (b'0'..=b'7').contains(digit).then(|| digit - b'0');
        let escape = match tail {
            [a, b, c, ..] if *first == b'\\' => octal(a).zip(octal(b)).zip(octal(c)),
            _ => None,
        };
        if let Some(((a @ 0..=3, b), c)) = escape {
            bytes.push(a * 64 + b * 8 + c);
            rest = &tail[3..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    OsString::from_vec(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;
    use std::os::unix::ffi::OsStrExt;

    const OVERLAY: &str = "412 29 0:53 / /run/left4me/server/alpha rw,nosuid,nodev,relatime shared:7 master:1 - \
        overlay alpha rw,lowerdir+=/run/left4me/0,upperdir=/run/left4me/server-alpha/upper,xino=off";

    #[test]
    fn a_line_of_the_kernel() {
        let mounts = parse(format!("{OVERLAY}\n").as_bytes()).unwrap();
        let [mount] = mounts.as_slice() else { panic!("one line is one mount") };
        assert_eq!((mount.id, mount.parent, mount.device), (412, 29, (0, 53)));
        assert_eq!(mount.mount_point, PathBuf::from("/run/left4me/server/alpha"));
        assert_eq!((mount.fs_type.to_str(), mount.source.to_str()), (Some("overlay"), Some("alpha")));
        assert!(mount.super_options.to_str().unwrap().ends_with("xino=off"));
    }

    #[rstest]
    #[case("a\\040b", b"a b")]
    #[case("a\\011\\012\\134", b"a\t\n\\")]
    #[case("\\303\\244", "ä".as_bytes())]
    #[case("\\377", b"\xff")]
    #[case("\\400", b"\\400")]
    #[case("\\08", b"\\08")]
    #[case("\\", b"\\")]
    fn escapes(#[case] field: &str, #[case] expected: &[u8]) {
        assert_eq!(unescape(field.as_bytes()).as_bytes(), expected);
    }

    #[rstest]
    #[case("")]
    #[case("1 2 3:4 / / rw - ext4 /dev/vda rw")]
    #[case("1 2 3:4 / / rw - tmpfs  rw")]
    fn accepted(#[case] text: &str) {
        assert!(parse(text.as_bytes()).is_ok());
    }

    #[rstest]
    #[case("1 2 3:4 / / rw ext4 /dev/vda rw")]
    #[case("1 2 34 / / rw - ext4 /dev/vda rw")]
    #[case("x 2 3:4 / / rw - ext4 /dev/vda rw")]
    #[case("1 2 3:4 / / rw - ext4")]
    fn refused(#[case] text: &str) {
        assert_eq!(parse(format!("{OVERLAY}\n{text}\n").as_bytes()), Err(ParseError { line: 2 }));
    }

    #[test]
    fn the_table_of_this_process_is_read_whole() {
        let text = std::fs::read("/proc/self/mountinfo").unwrap();
        let lines = String::from_utf8_lossy(&text).lines().count();
        assert_eq!(parse(&text).unwrap().len(), lines);
    }

    fn escape(path: &[u8]) -> String {
        path.iter().flat_map(|byte| format!("\\{byte:03o}").into_bytes()).map(char::from).collect()
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&text);
        }

        #[test]
        fn any_path_survives_the_kernels_escapes(path in proptest::collection::vec(any::<u8>(), 1..40)) {
            let line = format!("1 2 3:4 / {} rw shared:1 - overlay s rw", escape(&path));
            let mounts = parse(line.as_bytes()).unwrap();
            prop_assert_eq!(mounts[0].mount_point.as_os_str().as_bytes(), &path[..]);
        }
    }
}
