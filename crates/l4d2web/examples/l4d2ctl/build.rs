//! What `build.yaml` asks for, and trees made of it: real files, so that they can be listed and measured. A script is not run.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde_yaml as yaml;

use crate::{Done, Failure};

/// Where a script's stand-in leaves a file for each build since the last reset.
const NOTES: &str = "left4dead2/stand-in";

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Build {
    #[serde(flatten)]
    source: Source,
    max_bytes: Option<u64>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Source {
    Links { files: BTreeMap<String, String> },
    Snapshot,
    Script { script: String, reset: bool },
}

impl Build {
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        yaml::from_str(text).map_err(|error| Failure::new(65, format!("standard input: {error}")))
    }

    /// Makes the tree. `before` is what is published, relative to the root.
    pub(crate) fn make(&self, root: &Path, reference: &str, before: Option<&str>, tree: &Path) -> Done {
        fs::create_dir_all(tree)?;
        match &self.source {
            Source::Links { files } => {
                for (path, file) in files {
                    let target = tree.join(path);
                    fs::create_dir_all(target.parent().unwrap_or(tree))?;
                    let missing = |_| Failure::new(66, format!("{file} does not exist below the root"));
                    fs::hard_link(root.join(file), target).map_err(missing)?;
                }
            }
            Source::Snapshot => {
                let source = root.join("files").join(reference);
                if source.exists() {
                    copy(&source, tree)?;
                }
            }
            Source::Script { script, reset } => {
                println!("stand-in: a script of {} lines is not run", script.lines().count());
                if let Some(before) = before.filter(|_| !reset) {
                    copy(&root.join(before), tree)?;
                }
                let notes = tree.join(NOTES);
                fs::create_dir_all(&notes)?;
                fs::create_dir_all(tree.join("left4dead2/cfg"))?;
                let number = fs::read_dir(&notes)?.count() + 1;
                fs::write(notes.join(format!("build_{number}.txt")), "made up by the stand-in for l4d2ctl\n")?;
                let note = format!("// stand-in for l4d2ctl: here would be what this script makes\n// {script:?}\n");
                fs::write(tree.join("left4dead2/cfg/server.cfg"), note)?;
            }
        }
        let (files, bytes) = measure(tree)?;
        if let Some(max) = self.max_bytes.filter(|max| bytes > *max) {
            return Err(Failure::new(
                73,
                format!("the build holds {bytes} bytes, and {max} are allowed: make it smaller"),
            ));
        }
        println!("{files} files, {bytes} bytes");
        Ok(())
    }
}

/// How many files a tree has, and their sizes together.
pub(crate) fn measure(tree: &Path) -> io::Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(tree)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        if meta.is_dir() {
            let (more, larger) = measure(&entry.path())?;
            (files, bytes) = (files + more, bytes + larger);
        } else {
            (files, bytes) = (files + 1, bytes + meta.len());
        }
    }
    Ok((files, bytes))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.metadata()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
