//! The stream of an overlay's page: its parts, those of its kind, and the log of its build. When another build begins, its log takes the place of
//! the one before.

use std::future::pending;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::log::view;
use super::panel;
use super::parts::Parts;
use crate::db;
use crate::db::overlay_builds;
use crate::db::users::User;
use crate::id::{JobId, OverlayId};
use crate::live::{After, Change, Fragment, Live, event, open};
use crate::pages::PageResult;
use crate::queue::JobStream;
use crate::rights::OverlayRight;
use crate::routes::{OverlayAccess, Visitor, overlay_standing};
use crate::state::AppState;

/// Opens the stream. `after` says which job's log the page shows, and up to which line: `12.40`.
pub async fn events(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    Extension(access): Extension<OverlayAccess>,
    After(after): After,
) -> PageResult {
    let place = after.as_deref().and_then(place);
    let lines = match place {
        Some((job, after)) => Some(state.queue.feed().subscribe(job, after).await?),
        None => None,
    };
    let live = OverlayLive {
        id: access.overlay.id,
        log: access.standing.may(OverlayRight::Builds) && access.overlay.kind.is_built(),
        job: place.map(|(job, _)| job),
        lines,
        changes: state.bus.listen(),
        look: true,
        state: state.clone(),
    };
    open(&state, &visitor, after.as_deref(), live)
}

/// The job and the line of `12.40`.
fn place(after: &str) -> Option<(JobId, i64)> {
    let (job, line) = after.split_once('.')?;
    Some((job.parse().ok()?, line.parse().ok()?))
}

struct OverlayLive {
    state: AppState,
    id: OverlayId,
    /// Whether the page has a log.
    log: bool,
    /// Whose log it shows, and what comes of it.
    job: Option<JobId>,
    lines: Option<JobStream>,
    changes: Receiver<Change>,
    /// Whether another build may have begun.
    look: bool,
}

impl OverlayLive {
    async fn access(&self, user: &User) -> db::Result<Option<OverlayAccess>> {
        let overlay = db::overlays::find(&self.state.db, self.id).await?;
        let access = overlay.map(|overlay| OverlayAccess { standing: overlay_standing(user, &overlay), overlay });
        Ok(access.filter(|access| access.standing.may(OverlayRight::See)))
    }

    /// The empty log of a build that is not the one that is shown.
    async fn next_log(&mut self) -> PageResult<Option<Bytes>> {
        let newest = overlay_builds::newest(&self.state.db, self.id).await?.map(|build| build.id);
        let Some(job) = newest.filter(|job| self.job != Some(*job)) else {
            self.look = false;
            return Ok(None);
        };
        let lines = self.state.queue.feed().subscribe(job, 0).await?;
        let html = view(job, "")?;
        // What is above may be dropped half way; from here on nothing is waited for.
        (self.job, self.lines, self.look) = (Some(job), Some(lines), false);
        Ok(Some(Bytes::from(format!("id: {job}.0\n{}", event("log", &html)))))
    }
}

impl Live for OverlayLive {
    fn concerns(&self, change: Change) -> bool {
        match change {
            Change::Overlay(id) => id == self.id,
            // Whether it is a build of this one, or uses it, is told by what differs.
            Change::Job(_) | Change::Progress(_) | Change::Blueprint(_) => true,
            Change::Server(_) | Change::Play(_) | Change::Figures(_) | Change::User(_) | Change::Host => false,
        }
    }

    async fn allows(&self, user: &User) -> db::Result<bool> {
        let access = self.access(user).await?;
        Ok(access.is_some_and(|access| !self.log || access.standing.may(OverlayRight::Builds)))
    }

    async fn fragments(&self, user: &User) -> PageResult<Option<Vec<Fragment>>> {
        let Some(access) = self.access(user).await? else { return Ok(None) };
        let parts = Parts::load(&self.state, &access, user).await?;
        let mut fragments = parts.fragments().map_err(anyhow::Error::from)?;
        fragments.extend(panel::fragments(&self.state, &access).await?);
        Ok(Some(fragments))
    }

    async fn lines(&mut self) -> Option<Bytes> {
        if !self.log {
            return pending().await;
        }
        loop {
            if self.look {
                match self.next_log().await {
                    Ok(Some(log)) => return Some(log),
                    Ok(None) => {}
                    Err(error) => {
                        tracing::error!(?error, overlay = self.id.0, "a stream ends, since builds cannot be read");
                        return None;
                    }
                }
            }
            let Self { changes, lines, .. } = self;
            let next = async {
                match lines {
                    Some(lines) => lines.next().await,
                    None => pending().await,
                }
            };
            tokio::select! {
                // What a build printed last comes before the next build takes its place.
                biased;
                next = next => match (next, self.job) {
                    (Ok(Some(lines)), Some(job)) => {
                        let event = self.state.rendered.event(job, &lines).ok()?;
                        return Some(of_job(job, &event));
                    }
                    (Ok(_), _) => self.lines = None,
                    (Err(error), _) => {
                        tracing::error!(%error, overlay = self.id.0, "a stream ends, since lines cannot be read");
                        return None;
                    }
                },
                change = changes.recv() => match change {
                    Ok(Change::Overlay(id)) => self.look |= id == self.id,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => self.look = true,
                    Err(RecvError::Closed) => return None,
                },
            }
        }
    }

    fn has_lines(&self) -> bool {
        self.log
    }
}

/// The event with its id, the place of the last line, behind the number of the job.
fn of_job(job: JobId, event: &[u8]) -> Bytes {
    match event.strip_prefix(b"id: ") {
        Some(rest) => [format!("id: {job}.").as_bytes(), rest].concat().into(),
        None => Bytes::copy_from_slice(event),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_job() {
        assert_eq!(place("12.40"), Some((JobId(12), 40)));
        assert_eq!(place("40"), None);
        assert_eq!(place("00000000000000ff"), None);
        assert_eq!(of_job(JobId(12), b"id: 40\nevent: line\n"), &b"id: 12.40\nevent: line\n"[..]);
    }
}
