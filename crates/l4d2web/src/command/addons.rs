//! The campaigns that a server has by what its overlays bring, whatever made them: its merged `addons` directory is listed, and the head of each archive
//! is read that is not known yet. What the Workshop brings is known from there.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use rustix::fs::{Mode as FileMode, OFlags};
use tokio::time::{Instant, timeout};

use crate::db;
use crate::host::shape::{FileEntry, Kind};
use crate::host::{HostError, Of};
use crate::id::{ServerId, UserId};
use crate::state::AppState;
use crate::vpk::{Contents, Directory, Mission, VpkError};

/// How many archives are known, how many are read for one server, and how many entries are listed.
const KNOWN: usize = 2000;
const ARCHIVES: usize = 300;
const LISTED: usize = 1000;
/// How much of an archive is read at most: its directory, and up to its last mission file.
const HEAD: u64 = 96 * 1024 * 1024;
/// How much is read before it is known how long the directory is.
const STEP: u64 = 64 * 1024;
/// How many mission files are read of one.
const MISSIONS: usize = 32;
/// How long reading one may take, and all of a server.
const ONE: Duration = Duration::from_secs(20);
const ALL: Duration = Duration::from_mins(2);
/// How long what a server has is taken for what it has.
const FRESH: Duration = Duration::from_mins(1);

/// What was read of archives, and of which a server has which.
#[derive(Debug, Default)]
pub struct Addons {
    known: Mutex<HashMap<Key, Arc<Vec<Mission>>>>,
    of: Mutex<HashMap<ServerId, Looked>>,
    at: Mutex<HashSet<ServerId>>,
}

/// When a server was looked at, and what it had.
type Looked = (Instant, Arc<Vec<Mission>>);

/// An archive by its name, size and time: another content has another of them.
type Key = (String, u64, i64);

impl Addons {
    /// What is known of a server, and whether that is of now.
    #[must_use]
    pub fn known(&self, server: ServerId) -> (Arc<Vec<Mission>>, bool) {
        let of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let found = of.get(&server);
        found.map_or_else(|| (Arc::default(), false), |(at, missions)| (missions.clone(), at.elapsed() < FRESH))
    }

    /// Looks what a server has; what is known already is not read again. When somebody else looks, nothing is done.
    ///
    /// # Errors
    ///
    /// When the host cannot list it. An archive that cannot be read is left out.
    pub async fn look(&self, state: &AppState, user: UserId, server: ServerId) -> Result<(), HostError> {
        if !self.at.lock().unwrap_or_else(PoisonError::into_inner).insert(server) {
            return Ok(());
        }
        let _at = At { addons: self, server };
        let host = state.host.asked_by(user);
        let listing = match host.files(Of::Server(server), "left4dead2/addons", 0, LISTED).await {
            Ok(listing) => listing,
            // It has none.
            Err(error) if error.code() == Some(66) => {
                self.keep(server, Vec::new());
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let begun = Instant::now();
        let mut missions = Vec::new();
        let archives = listing.entries.iter().filter(|entry| is_archive(entry)).take(ARCHIVES);
        for entry in archives {
            let key = (entry.name.clone(), entry.size.unwrap_or_default(), entry.mtime);
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
            let found = match known {
                Some(found) => found,
                None if begun.elapsed() > ALL => continue,
                None => {
                    let read = timeout(ONE, read(state, user, server, entry)).await;
                    let found = match read {
                        Ok(Ok(contents)) => Arc::new(contents.missions),
                        Ok(Err(Unread::Host(HostError::Busy(busy)))) => return Err(HostError::Busy(busy)),
                        Ok(Err(Unread::Host(_))) | Err(_) => continue,
                        // It is none, and will not become one.
                        Ok(Err(Unread::Vpk(error))) => {
                            tracing::info!(%server, name = entry.name, %error, "an add-on cannot be read");
                            Arc::default()
                        }
                        Ok(Err(Unread::Io(error))) => {
                            tracing::warn!(%server, name = entry.name, %error, "an add-on cannot be looked at");
                            continue;
                        }
                    };
                    self.remember(key, found.clone());
                    found
                }
            };
            missions.extend(found.iter().cloned());
        }
        self.keep(server, missions);
        Ok(())
    }

    fn keep(&self, server: ServerId, missions: Vec<Mission>) {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.retain(|_, (at, _)| at.elapsed() < FRESH * 60);
        of.insert(server, (Instant::now(), Arc::new(missions)));
    }

    fn remember(&self, key: Key, missions: Arc<Vec<Mission>>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(key, missions);
    }
}

/// Looks at a server, until it is dropped.
struct At<'a> {
    addons: &'a Addons,
    server: ServerId,
}

impl Drop for At<'_> {
    fn drop(&mut self) {
        self.addons.at.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.server);
    }
}

/// An archive whose content is not known by its number from the Workshop.
fn is_archive(entry: &FileEntry) -> bool {
    let name = entry.name.to_ascii_lowercase();
    let stem = name.strip_suffix(".vpk");
    entry.kind == Kind::File && stem.is_some_and(|stem| !stem.bytes().all(|byte| byte.is_ascii_digit()))
}

#[derive(Debug)]
enum Unread {
    Host(HostError),
    Vpk(VpkError),
    Io(std::io::Error),
}

impl From<std::io::Error> for Unread {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads the head of an archive into a file without a name that is as long as the archive, and of that what it brings.
async fn read(state: &AppState, user: UserId, server: ServerId, entry: &FileEntry) -> Result<Contents, Unread> {
    let size = entry.size.unwrap_or_default();
    let root = state.config.root.clone();
    let file = aside(move || {
        let file = nameless(&root)?;
        file.set_len(size)?;
        Ok(file)
    });
    let file = Arc::new(file.await?);
    let mut path = std::ffi::OsString::from("left4dead2/addons/");
    path.push(entry.file_name());
    let content = state.host.asked_by(user).cat(Of::Server(server), path).await.map_err(Unread::Host)?;
    head(&file, size, content).await
}

/// Reads of an archive what is needed of it.
async fn head(
    file: &Arc<File>,
    size: u64,
    mut content: impl Stream<Item = std::io::Result<Bytes>> + Unpin,
) -> Result<Contents, Unread> {
    let most = HEAD.min(size);
    let mut there = fill(file, 0, STEP.min(size), size, &mut content).await?;
    let read = file.clone();
    let start = aside(move || {
        let mut start = vec![0; usize::try_from(there).unwrap_or(usize::MAX).min(28)];
        read.read_exact_at(&mut start, 0)?;
        Ok(start)
    });
    let end = Directory::end(&start.await?).map_err(Unread::Vpk)?;
    there = fill(file, there, end.min(most), size, &mut content).await?;
    if there < end {
        return Err(Unread::Vpk(VpkError::Cut));
    }
    let read = file.clone();
    let directory = aside(move || Ok(Directory::read(&read))).await?.map_err(Unread::Vpk)?;
    let missions = directory.entries().iter().filter(|entry| entry.is_mission()).take(MISSIONS);
    let needed = missions.map(crate::vpk::Entry::end).max().unwrap_or_default();
    // What lies too far behind reads as zeros, which describe no campaign.
    fill(file, there, needed.min(most), size, &mut content).await?;
    let read = file.clone();
    aside(move || Ok(Contents::read(&read, &directory))).await?.map_err(Unread::Vpk)
}

/// Work with a file, where it keeps no request waiting.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(std::io::Error::other)?
}

/// Writes what comes into the file, until so much of it is there; how much that is then.
async fn fill(
    file: &Arc<File>,
    mut there: u64,
    wanted: u64,
    size: u64,
    content: &mut (impl Stream<Item = std::io::Result<Bytes>> + Unpin),
) -> std::io::Result<u64> {
    while there < wanted {
        let Some(piece) = content.next().await.transpose()? else { break };
        // It may have grown meanwhile.
        let take = usize::try_from(size.saturating_sub(there)).unwrap_or(usize::MAX).min(piece.len());
        let (file, at) = (file.clone(), there);
        let piece = piece.slice(..take);
        aside(move || file.write_all_at(&piece, at)).await?;
        there += take as u64;
    }
    Ok(there)
}

fn nameless(root: &Path) -> std::io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let fd: OwnedFd = rustix::fs::open(root, flags, FileMode::RUSR | FileMode::WUSR)?;
    Ok(File::from(fd))
}

/// All campaigns that a server has, as far as they are known: of the game, of the Workshop, of collections and files, and of its other add-ons; and how many are the game's.
///
/// # Errors
///
/// When the database fails.
pub async fn atlas(state: &AppState, server: &db::servers::Server) -> db::Result<(crate::game::Atlas, usize)> {
    let atlas = crate::play::atlas(&state.db, state.uploads.files(), server.blueprint_id).await?;
    let (missions, _) = state.controls.addons.known(server.id);
    let official = crate::game::Atlas::official().campaigns().len();
    let titles: HashSet<String> = atlas.campaigns().iter().map(|campaign| campaign.title.clone()).collect();
    let new = missions.iter().filter(|mission| !titles.contains(&mission.title));
    Ok((atlas.with(new), official))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    /// An archive as the game's tools write them, with one mission file behind so many bytes of maps.
    fn archive(filler: usize, files: usize) -> Vec<u8> {
        let mission = b"mission { Name blitz DisplayTitle Blitz modes { coop { 1 { Map b1 } } } }";
        let mut tree = Vec::new();
        let mut entry = |extension: &str, directory: &str, names: &[(String, usize, usize)]| {
            tree.extend(format!("{extension}\0{directory}\0").bytes());
            for (name, offset, length) in names {
                tree.extend(format!("{name}\0").bytes());
                tree.extend([0; 6]);
                tree.extend(0x7fff_u16.to_le_bytes());
                tree.extend(u32::try_from(*offset).unwrap().to_le_bytes());
                tree.extend(u32::try_from(*length).unwrap().to_le_bytes());
                tree.extend(0xffff_u16.to_le_bytes());
            }
            tree.extend(b"\0\0");
        };
        let maps: Vec<_> = (0..files).map(|number| (format!("map_with_a_long_name_{number}"), 0, filler)).collect();
        entry("bsp", "maps", &maps);
        entry("txt", "missions", &[("blitz".to_owned(), filler, mission.len())]);
        tree.push(0);
        let header = [0x55aa_1234_u32, 1, u32::try_from(tree.len()).unwrap()].map(u32::to_le_bytes).concat();
        [header, tree, vec![b'x'; filler], mission.to_vec()].concat()
    }

    async fn read_in(bytes: Vec<u8>, piece: usize) -> Result<Contents, Unread> {
        let file = Arc::new(nameless(&std::env::temp_dir()).unwrap());
        file.set_len(bytes.len() as u64).unwrap();
        let pieces: Vec<_> = bytes.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        head(&file, bytes.len() as u64, stream::iter(pieces)).await
    }

    #[tokio::test]
    async fn a_campaign_is_found_wherever_it_lies() {
        for (filler, files, piece) in [(10, 1, 1), (1 << 20, 3, 65_536), (10, 9000, 4096)] {
            let contents = read_in(archive(filler, files), piece).await.unwrap();
            assert_eq!(contents.missions[0].title, "Blitz", "{filler} {files}");
        }
    }

    #[tokio::test]
    async fn what_is_cut_off_or_none_is_refused() {
        let whole = archive(10, 9000);
        for bytes in [b"PK".to_vec(), Vec::new(), whole[..100_000].to_vec()] {
            assert!(matches!(read_in(bytes, 4096).await, Err(Unread::Vpk(_))));
        }
    }
}
