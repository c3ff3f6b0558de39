use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::config::Config;
use crate::db::{self, Db, suffixed};

/// Copies the database to a file, while the panel runs
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; it must not exist, and its directory must. The copy is a database that can be put in the place of the first
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let database = &config.database;
        if !database.exists() {
            bail!("there is no database {} (DATABASE_URL): `l4d2web migrate` makes one", database.display());
        }
        let file = &self.file;
        if file.symlink_metadata().is_ok() {
            bail!("{} exists already: name a file that does not", file.display());
        }
        let db = Db::open(database).await?;
        let written = write(&db, file).await;
        db.close().await;
        let bytes = written?;
        println!("wrote {} ({bytes} bytes)", file.display());
        Ok(())
    }
}

/// Writes the copy beside its place and moves it there when it is whole, so that half a copy never has the name of a whole one.
async fn write(db: &Db, file: &Path) -> anyhow::Result<u64> {
    let part = suffixed(file, ".part");
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(|error| cannot(&part, &error))?;
    let done = async {
        db::copy_to(db, &part).await.with_context(|| format!("cannot copy the database to {}", part.display()))?;
        let copy = File::open(&part).map_err(|error| cannot(&part, &error))?;
        copy.sync_all().map_err(|error| cannot(&part, &error))?;
        renameat_with(CWD, &part, CWD, file, RenameFlags::NOREPLACE).map_err(|error| cannot(file, &error.into()))?;
        let directory = match file.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(|error| cannot(file, &error))?;
        Ok(copy.metadata()?.len())
    }
    .await;
    if done.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    done
}

fn cannot(path: &Path, error: &io::Error) -> anyhow::Error {
    let path = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!("cannot write {path}: its directory does not exist; make it first"),
        io::ErrorKind::AlreadyExists => {
            anyhow::anyhow!("{path} exists already: another backup is writing it, or one was cut off; remove it then")
        }
        io::ErrorKind::PermissionDenied => anyhow::anyhow!(
            "cannot write {path}: the user that runs l4d2web may not write in that directory; name another, such as /var/lib/left4me"
        ),
        _ => anyhow::anyhow!("cannot write {path}: {error}"),
    }
}
