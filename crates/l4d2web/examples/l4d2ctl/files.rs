//! `files`: a small made-up tree, a directory of ten thousand entries, and a file of 4 GiB. Nothing of it is on disk but
//! what stands in the layers of a server. Of an overlay that was built, the tree as it is on disk; a server has the files in `left4dead2/addons` of those.

use std::fs;
use std::io::{self, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::arguments::What;
use crate::place::Place;
use crate::spec::Spec;
use crate::{Done, Failure, overlay};

/// When everything was last changed.
const MTIME: u64 = 1_793_620_800;
/// How many entries `left4dead2/huge` has.
const HUGE: usize = 10_000;
/// How large `left4dead2/pak01_dir.vpk` is.
const LARGE: u64 = 4 << 30;

#[derive(Debug, Clone)]
enum Node {
    Directory,
    Text(String),
    Large,
    Link(&'static str),
}

/// `files`
pub(crate) fn of_server(place: &Place, name: &str, what: &What) -> Done {
    let spec = Spec::load(place, name)?;
    let mut layers = vec![("upper".to_owned(), format!("runtime/{name}/upper"))];
    layers.extend(overlay::layers(place, &spec)?);
    if let Some(file) = built(place.root(), &layers, checked(what)?).filter(|_| what.cat) {
        return print(&file, what.from);
    }
    show(place.root(), what, &format!("server {name}"), &layers, "installation", &spec.config)
}

/// `overlay files`
pub(crate) fn of_overlay(reference: &str, what: &What) -> Done {
    let layers = [(reference.to_owned(), format!("overlays/{reference}"))];
    show(Path::new(""), what, &format!("overlay {reference}"), &layers, reference, &[])
}

/// `overlay files` of one that was built.
pub(crate) fn of_tree(place: &Place, reference: &str, tree: &str, what: &What) -> Done {
    let path = checked(what)?;
    let here = place.root().join(tree).join(path);
    let missing = || Failure::new(66, format!("{path} does not exist in overlay {reference}"));
    let meta = fs::symlink_metadata(&here).map_err(|_| missing())?;
    if what.cat {
        if !meta.is_file() {
            return Err(Failure::new(65, format!("{path} is no regular file: only a regular file can be printed")));
        }
        return print(&here, what.from);
    }
    if !meta.is_dir() {
        return Err(Failure::new(65, format!("{path} is a file, not a directory: --cat prints a file")));
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(&here)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        let (kind, size) = if meta.is_dir() { ("directory", None) } else { ("file", Some(meta.len())) };
        let name = entry.file_name().to_string_lossy().into_owned();
        let json = json!({
            "name": name, "kind": kind, "layer": reference, "size": size, "mtime": MTIME, "mode": "0644", "target": null,
        });
        entries.push((meta.is_file(), name, json));
    }
    entries.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
    let total = entries.len();
    let page: Vec<Value> = entries.into_iter().skip(what.offset).take(what.limit).map(|(_, _, json)| json).collect();
    let answer = json!({
        "path": path, "layers": [{ "layer": reference, "path": tree }], "total": total, "offset": what.offset,
        "entries": page, "warnings": [],
    });
    println!("{answer}");
    Ok(())
}

fn checked(what: &What) -> Result<&str, Failure> {
    let path = what.path.trim_matches('/');
    if path.split('/').any(|part| part == ".." || part == ".") || what.path.starts_with('/') {
        return Err(Failure::new(2, format!("path {path:?} has `.` or `..` in it, or begins with a slash")));
    }
    Ok(path)
}

/// A file of `left4dead2/addons` in the trees that are among the layers; the first that has it.
fn built(root: &Path, layers: &[(String, String)], path: &str) -> Option<PathBuf> {
    path.strip_prefix("left4dead2/addons/")?;
    let trees = layers.iter().filter(|(_, tree)| tree.starts_with("trees/"));
    trees.map(|(_, tree)| root.join(tree).join(path)).find(|file| file.is_file())
}

fn print(file: &Path, from: u64) -> Done {
    let mut file = fs::File::open(file)?;
    file.seek(SeekFrom::Start(from))?;
    io::copy(&mut file, &mut io::stdout().lock())?;
    Ok(())
}

fn show(root: &Path, what: &What, of: &str, layers: &[(String, String)], layer: &str, config: &[String]) -> Done {
    let path = checked(what)?;
    let node = node(path, config).ok_or_else(|| Failure::new(66, format!("{path} does not exist in {of}")))?;
    if what.cat {
        return cat(path, &node, what.from);
    }
    if !matches!(node, Node::Directory) {
        return Err(Failure::new(65, format!("{path} is a file, not a directory: --cat prints a file")));
    }
    let mut entries: Vec<Value> = children(path).iter().map(|name| entry(path, name, layer, config)).collect();
    for (layer, tree) in layers.iter().filter(|(_, tree)| path == "left4dead2/addons" && tree.starts_with("trees/")) {
        let Ok(found) = fs::read_dir(root.join(tree).join(path)) else { continue };
        for file in found {
            let file = file?;
            let (name, size) = (file.file_name().to_string_lossy().into_owned(), file.metadata()?.len());
            if entries.iter().all(|known| known["name"] != name) {
                entries.push(json!({
                    "name": name, "kind": "file", "layer": layer, "size": size, "mtime": MTIME, "mode": "0644", "target": null,
                }));
            }
        }
    }
    let total = entries.len();
    let entries: Vec<Value> = entries.into_iter().skip(what.offset).take(what.limit).collect();
    let layers: Vec<Value> = layers.iter().map(|(layer, path)| json!({ "layer": layer, "path": path })).collect();
    let answer = json!({
        "path": path, "layers": layers, "total": total, "offset": what.offset, "entries": entries, "warnings": [],
    });
    println!("{answer}");
    Ok(())
}

fn cat(path: &str, node: &Node, from: u64) -> Done {
    let mut out = io::stdout().lock();
    match node {
        Node::Text(text) => {
            out.write_all(text.as_bytes().get(usize::try_from(from).unwrap_or(usize::MAX)..).unwrap_or_default())?;
        }
        Node::Large => {
            let zeros = vec![0; 1 << 20];
            let mut left = LARGE.saturating_sub(from);
            while left > 0 {
                let piece = usize::try_from(left).unwrap_or(zeros.len()).min(zeros.len());
                out.write_all(&zeros[..piece])?;
                left -= piece as u64;
            }
        }
        Node::Directory | Node::Link(_) => {
            return Err(Failure::new(65, format!("{path} is no regular file: only a regular file can be printed")));
        }
    }
    Ok(out.flush()?)
}

/// The names in a directory, directories first.
fn children(path: &str) -> Vec<String> {
    let names: &[&str] = match path {
        "" => &["bin", "left4dead2", "srcds_run", "steam_appid.txt"],
        "bin" => &["dedicated_srv.so", "engine_srv.so"],
        "left4dead2" => &["addons", "cfg", "huge", "maps", "gameinfo.txt", "latest.log", "pak01_dir.vpk"],
        "left4dead2/addons" => &["sourcemod", "metamod.vdf", "<b>markup & more</b>.txt"],
        "left4dead2/cfg" => &["autoexec.cfg", "server.cfg"],
        "left4dead2/maps" => &["c1m1_hotel.bsp", "c5m1_waterfront.bsp"],
        "left4dead2/huge" => return (0..HUGE).map(|number| format!("file_{number:05}.txt")).collect(),
        _ => &[],
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn node(path: &str, config: &[String]) -> Option<Node> {
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let directories = [
        "",
        "bin",
        "left4dead2",
        "left4dead2/addons",
        "left4dead2/addons/sourcemod",
        "left4dead2/cfg",
        "left4dead2/huge",
        "left4dead2/maps",
    ];
    if directories.contains(&path) {
        return Some(Node::Directory);
    }
    let known = if parent == "left4dead2/huge" {
        let number = name.strip_prefix("file_").and_then(|rest| rest.strip_suffix(".txt"));
        number.is_some_and(|number| number.len() == 5 && number.parse().is_ok_and(|number: usize| number < HUGE))
    } else {
        children(parent).iter().any(|known| known == name)
    };
    if !known {
        return None;
    }
    Some(match name {
        "pak01_dir.vpk" => Node::Large,
        "latest.log" => Node::Link("logs/latest.log"),
        "server.cfg" => Node::Text(config.join("\n") + "\n"),
        _ => Node::Text(format!("{name}: made up by the stand-in for l4d2ctl\n")),
    })
}

fn entry(parent: &str, name: &str, layer: &str, config: &[String]) -> Value {
    let path = if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") };
    let node = node(&path, config).unwrap_or(Node::Directory);
    let (kind, size, mode, target) = match &node {
        Node::Directory => ("directory", None, "0755", None),
        Node::Text(text) => ("file", Some(text.len() as u64), "0644", None),
        Node::Large => ("file", Some(LARGE), "0444", None),
        Node::Link(target) => ("symlink", None, "0777", Some(*target)),
    };
    let layer = if name == "server.cfg" { "upper" } else { layer };
    json!({
        "name": name, "kind": kind, "layer": layer, "size": size, "mtime": MTIME, "mode": mode, "target": target,
    })
}
