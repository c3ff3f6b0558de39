//! Reads the directory of a VPK file, versions 1 and 2: what maps are in it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

const SIGNATURE: u32 = 0x55AA_1234;
/// More than any real one.
const LONGEST_TREE: u32 = 64 << 20;
/// CRC32, preload length, archive, offset, length, terminator.
const ENTRY: usize = 18;

/// The paths of all files in it, in the order of the directory.
pub(crate) fn paths(file: &Path) -> io::Result<Vec<String>> {
    let mut file = File::open(file)?;
    let signature = read_u32(&mut file)?;
    let version = read_u32(&mut file)?;
    let length = read_u32(&mut file)?;
    if signature != SIGNATURE || length > LONGEST_TREE {
        return Err(io::Error::other("not a VPK file"));
    }
    match version {
        1 => {}
        2 => file.read_exact(&mut [0; 16])?,
        _ => return Err(io::Error::other(format!("VPK version {version} is unknown"))),
    }
    let mut tree = vec![0; length as usize];
    file.read_exact(&mut tree)?;
    parse_tree(&tree).ok_or_else(|| io::Error::other("its directory is cut off"))
}

fn parse_tree(tree: &[u8]) -> Option<Vec<String>> {
    let mut rest = tree;
    let mut paths = Vec::new();
    loop {
        let extension = text(&mut rest)?;
        if extension.is_empty() {
            return Some(paths);
        }
        loop {
            let directory = text(&mut rest)?;
            if directory.is_empty() {
                break;
            }
            loop {
                let name = text(&mut rest)?;
                if name.is_empty() {
                    break;
                }
                let preload = usize::from(u16::from_le_bytes([*rest.get(4)?, *rest.get(5)?]));
                rest = rest.get(ENTRY + preload..)?;
                paths.push(join(&directory, &name, &extension));
            }
        }
    }
}

/// A single space stands for nothing.
fn join(directory: &str, name: &str, extension: &str) -> String {
    let directory = if directory == " " { String::new() } else { format!("{directory}/") };
    let extension = if extension == " " { String::new() } else { format!(".{extension}") };
    format!("{directory}{name}{extension}")
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let end = rest.iter().position(|byte| *byte == 0)?;
    let found = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = &rest[end + 1..];
    Some(found)
}

fn read_u32(file: &mut File) -> io::Result<u32> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}
