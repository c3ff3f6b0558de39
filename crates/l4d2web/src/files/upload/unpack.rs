use std::os::fd::AsFd as _;
use std::sync::{Arc, PoisonError};

use rustix::fs::{Mode, mkdirat};
use tokio::sync::watch;

use super::{Held, State, UploadError, UploadId, Uploads, blocking, part, unpacked};
use crate::archive::{self, ArchiveError, Limits, Progress};
use crate::db;
use crate::db::uploads::Upload;
use crate::files::{FilePath, OnTaken, Quota, beneath};
use crate::id::{OverlayId, UserId};

/// How an archive is getting on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// It waits for another one.
    Waiting,
    /// It is being unpacked; how far it is, [`Phase::figures`] says.
    Unpacking(Figures),
    /// What it holds comes to its place.
    Merging,
    /// That many files are in the overlay, and so many were left out since their names were taken.
    Done {
        /// How many came.
        files: usize,
        /// How many did not.
        kept: usize,
    },
    /// Names are taken: a choice is wanted.
    Taken(String),
    /// It failed; whether the upload is still there, so that it can be tried again.
    Failed {
        /// A sentence.
        why: String,
        /// Whether it is still there.
        again: bool,
    },
}

/// Bytes that are written, and bytes that there are.
#[derive(Debug, Clone)]
pub struct Figures(Arc<Progress>);

impl PartialEq for Figures {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Figures {}

impl Figures {
    /// Both.
    #[must_use]
    pub fn now(&self) -> (u64, u64) {
        self.0.figures()
    }
}

impl Phase {
    /// Whether nothing follows.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Taken(_) | Self::Failed { .. })
    }
}

/// An archive at which a task works.
#[derive(Debug)]
pub(super) struct Work {
    overlay: OverlayId,
    user: UserId,
    progress: Arc<Progress>,
    phase: watch::Receiver<Phase>,
}

impl Work {
    pub(super) fn watch(&self) -> watch::Receiver<Phase> {
        self.phase.clone()
    }
}

/// How many ends are kept.
const ENDED: usize = 64;

/// The end of the work at an archive, which may come before anybody has asked for it; the upload is gone then.
#[derive(Debug)]
pub(super) struct Ended {
    overlay: OverlayId,
    user: UserId,
    id: UploadId,
    phase: watch::Receiver<Phase>,
}

impl Uploads {
    /// How the unpacking of an archive that this user sent goes on, or ended if that is not long ago; the upload itself may be gone.
    #[must_use]
    pub fn progress(&self, overlay: OverlayId, user: UserId, id: &UploadId) -> Option<watch::Receiver<Phase>> {
        let own = |work: &&Work| (work.overlay, work.user) == (overlay, user);
        let running = self.unpacking().get(id).filter(own).map(Work::watch);
        if running.is_some() {
            return running;
        }
        // It is kept there before it leaves the other place.
        let ended = self.0.ended.lock().unwrap_or_else(PoisonError::into_inner);
        let found = ended.iter().find(|end| (end.overlay, end.user, &end.id) == (overlay, user, id));
        found.map(|end| end.phase.clone())
    }

    fn keep(&self, upload: &Upload, phase: watch::Receiver<Phase>) {
        let mut ended = self.0.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.truncate(ENDED - 1);
        ended.push_front(Ended { overlay: upload.overlay_id, user: upload.user_id, id: upload.id.clone(), phase });
    }

    /// Begins to unpack an archive that is all there. The work goes on when nobody watches.
    pub(super) fn unpack(
        &self,
        upload: Upload,
        path: FilePath,
        on_taken: OnTaken,
        held: Held,
    ) -> watch::Receiver<Phase> {
        let progress = Arc::new(Progress::default());
        let (tell, phase) = watch::channel(Phase::Waiting);
        let id = upload.id.clone();
        self.unpacking().insert(
            id.clone(),
            Work {
                overlay: upload.overlay_id,
                user: upload.user_id,
                progress: Arc::clone(&progress),
                phase: phase.clone(),
            },
        );
        let (uploads, end) = (self.clone(), phase.clone());
        tokio::spawn(async move {
            let done = uploads.work(&upload, &path, on_taken, &progress, &tell).await;
            let phase = match done {
                Ok((files, kept)) => Phase::Done { files, kept },
                Err(error) => uploads.failed(&upload, error).await,
            };
            uploads.keep(&upload, end);
            // Whoever sees the last word may begin anew at once.
            uploads.unpacking().remove(&id);
            drop(held);
            tell.send_replace(phase);
        });
        phase
    }

    async fn failed(&self, upload: &Upload, error: UploadError) -> Phase {
        let row = db::uploads::find(&self.0.db, upload.overlay_id, upload.user_id, &upload.id).await;
        // What has begun to come to its place is not given up: the rest of it is here alone.
        let merging = !matches!(&row, Ok(Some(row)) if row.state != State::Merging);
        let again = merging || error.may_go_on();
        if merging && let Err(error) = self.changed(upload.overlay_id).await {
            tracing::error!(upload = %upload.id, %error, "it is not noted that an overlay has changed");
        }
        let why = match &error {
            UploadError::Database(_) | UploadError::Broken => {
                tracing::error!(upload = %upload.id, ?error, "an archive could not be unpacked");
                "That went wrong here. An admin finds the cause in the panel's log.".to_owned()
            }
            error => error.to_string(),
        };
        if let UploadError::Taken { .. } = error {
            return Phase::Taken(why);
        }
        if !again && let Err(error) = self.forget(upload.overlay_id, &upload.id).await {
            tracing::error!(upload = %upload.id, %error, "a failed upload could not be removed");
        }
        Phase::Failed { why, again }
    }

    async fn work(
        &self,
        upload: &Upload,
        path: &FilePath,
        on_taken: OnTaken,
        progress: &Arc<Progress>,
        tell: &watch::Sender<Phase>,
    ) -> Result<(usize, usize), UploadError> {
        let turn = self.turn(upload.user_id);
        let _turn = tokio::select! {
            biased;
            () = progress.cancelled() => return Err(ArchiveError::Cancelled.into()),
            turn = turn.lock() => turn,
        };
        if matches!(upload.state, State::Sending | State::Unpacking) {
            let _slot = tokio::select! {
                biased;
                () = progress.cancelled() => return Err(ArchiveError::Cancelled.into()),
                slot = self.0.slots.acquire() => slot.map_err(|_| UploadError::Broken)?,
            };
            tell.send_replace(Phase::Unpacking(Figures(Arc::clone(progress))));
            self.state(upload, State::Unpacking, on_taken).await?;
            let done = self.extract(upload, progress).await;
            let state = if done.is_ok() { State::Unpacked } else { State::Sending };
            self.state(upload, state, on_taken).await?;
            done?;
        }
        let (store, id, into) = (self.store(upload.overlay_id).await?, upload.id.clone(), path.parent());
        if on_taken == OnTaken::Refuse && upload.state != State::Merging {
            let (first, count) = blocking(move || Ok(store.clashes(&unpacked(&id), &into)?)).await?;
            if let Some(first) = first {
                return Err(UploadError::Taken { first, count });
            }
        }
        tell.send_replace(Phase::Merging);
        self.state(upload, State::Merging, on_taken).await?;
        self.merge(upload, path, on_taken).await
    }

    /// Brings what is unpacked to its place. Done again, it goes on where it was.
    pub(super) async fn merge(
        &self,
        upload: &Upload,
        path: &FilePath,
        on_taken: OnTaken,
    ) -> Result<(usize, usize), UploadError> {
        let (store, id, into) = (self.store(upload.overlay_id).await?, upload.id.clone(), path.parent());
        let merged = blocking(move || Ok(store.merge(&unpacked(&id), &into, on_taken)?)).await?;
        self.changed(upload.overlay_id).await?;
        self.forget(upload.overlay_id, &upload.id).await?;
        Ok(merged)
    }

    async fn extract(&self, upload: &Upload, progress: &Arc<Progress>) -> Result<(), UploadError> {
        // The archive goes when its content has come to its place: the larger of the two counts.
        let packed = u64::try_from(upload.size).unwrap_or_default();
        let quota = self.quota(upload.overlay_id).await?;
        let quota = quota.map(|quota| Quota { used: quota.used.saturating_sub(packed), ..quota });
        let bytes = self.write_out(upload, quota, progress).await?;
        db::uploads::set_unpacked(&self.0.db, &upload.id, i64::try_from(bytes).unwrap_or(i64::MAX)).await?;
        // Something else may have taken the room meanwhile.
        let Some(Err(full)) = self.quota(upload.overlay_id).await?.map(|quota| quota.fits(0)) else { return Ok(()) };
        let (store, id) = (self.store(upload.overlay_id).await?, upload.id.clone());
        blocking(move || beneath::remove_tree(store.stage.dir(), unpacked(&id).as_str()).map_err(UploadError::Disk))
            .await?;
        db::uploads::set_unpacked(&self.0.db, &upload.id, 0).await?;
        Err(ArchiveError::from(full).into())
    }

    /// Writes what an archive holds into the staging directory; how many bytes that are.
    async fn write_out(
        &self,
        upload: &Upload,
        quota: Option<Quota>,
        progress: &Arc<Progress>,
    ) -> Result<u64, UploadError> {
        let (store, id, progress) = (self.store(upload.overlay_id).await?, upload.id.clone(), Arc::clone(progress));
        let limits = Limits { quota, ..self.0.limits };
        blocking(move || {
            let stage = store.stage.dir();
            let name = unpacked(&id);
            beneath::remove_tree(stage, name.as_str()).map_err(UploadError::Disk)?;
            mkdirat(stage, name.as_str(), Mode::from_raw_mode(0o755))
                .map_err(|error| UploadError::Disk(error.into()))?;
            let into = beneath::open_dir(stage, &name).map_err(UploadError::Disk)?;
            let archive = beneath::open_file(stage, &part(&id)).map_err(UploadError::Disk)?;
            match archive::unpack(&archive, into.as_fd(), &limits, &progress) {
                Ok(done) => Ok(done.bytes),
                Err(error) => {
                    beneath::remove_tree(stage, name.as_str()).map_err(UploadError::Disk)?;
                    Err(UploadError::Archive(error))
                }
            }
        })
        .await
    }

    async fn state(&self, upload: &Upload, state: State, on_taken: OnTaken) -> Result<(), UploadError> {
        Ok(db::uploads::set_state(&self.0.db, &upload.id, state, on_taken.word(), self.0.clock.now()).await?)
    }

    /// One after the other for each user.
    fn turn(&self, user: UserId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry(user).or_default())
    }

    /// Stops the unpacking of one, and waits until that has ended.
    pub(super) async fn stop_unpacking(&self, id: &UploadId) {
        let work = self.unpacking().get(id).map(|work| (Arc::clone(&work.progress), work.watch()));
        if let Some((progress, mut phase)) = work {
            progress.cancel();
            let _ = phase.wait_for(Phase::is_last).await;
        }
    }
}

impl From<ArchiveError> for UploadError {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(error)
    }
}
