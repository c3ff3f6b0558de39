//! The worker that does jobs on the host.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::summary::{self, Failure};
use super::worker::{End, Outcome, Running, Worker};
use super::{Condition, Kind, Output, Queue, Work};
use crate::care::{NotNow, TakenIn, ready, take_in};
use crate::clock::Clock;
use crate::db::jobs::Job;
use crate::db::servers::Desired;
use crate::db::{self, Db, jobs, overlay_builds, overlays, quotas, server_state, servers, watched};
use crate::host::shape::{OverlayStatus, Status};
use crate::host::{Call, Exit, Host, HostError, Line, Progress, Stream, Yaml};
use crate::id::{JobId, OverlayId, ServerId};
use crate::live::{Bus, Change};
use crate::maps::{Maps, RefreshedMaps};
use crate::overlays::build::{self, Source};
use crate::overlays::{self as kinds, Build};
use crate::servers::spec;
use crate::workshop::{Workshop, WorkshopError};

/// How `l4d2ctl`, or what it ran, ends by SIGTERM.
const TERMINATED: i32 = 128 + 15;
/// Lines that were read and not yet taken.
const LINES: usize = 256;
/// The exit code of `l4d2ctl` for a server that the host does not know.
const UNKNOWN: i32 = 66;
/// How often a server is asked for when others store answers meanwhile.
const LOOKS: usize = 5;

/// Does jobs by running `l4d2ctl`.
#[derive(Debug)]
pub struct HostWorker {
    db: Db,
    host: Host,
    clock: Clock,
    bus: Bus,
    workshop: Workshop,
    maps: Maps,
    queue: Queue,
}

/// How a verb ended well: the last lines of its output.
struct Said {
    last: String,
}

impl HostWorker {
    /// A worker on this host, with this Workshop and these collections. What it finds to be done it asks of `queue`.
    #[must_use]
    pub fn new(db: Db, host: Host, clock: Clock, bus: Bus, sources: (Workshop, Maps), queue: Queue) -> Self {
        let (workshop, maps) = sources;
        Self { db, host, clock, bus, workshop, maps, queue }
    }

    async fn perform(&self, job: &Job, at: &At<'_>) -> Result<String, Failure> {
        let work = job.work().ok_or(Failure::Gone)?;
        let said = match work {
            Work::Install => at.call(&self.host, &Call::Install).await?,
            Work::Refresh => return self.refresh(at).await,
            Work::Build(overlay) => return self.build(overlay, false, at).await,
            Work::Rebuild(overlay) => return self.build(overlay, true, at).await,
            Work::Start(server) => self.bring_up(server, Call::Start(server), None, at).await?,
            Work::Restart(server) => self.bring_up(server, Call::Restart(server), None, at).await?,
            Work::RestartIf(server, condition) => {
                self.bring_up(server, Call::Restart(server), Some(condition), at).await?
            }
            Work::Stop(server) | Work::StopIf(server, _) => {
                if let Some(condition) = work.condition() {
                    self.check(server, condition, at).await?;
                    // As somebody wishes who presses “Stop”.
                    if at.cancel.is_cancelled() || !self.set_desired(server, Desired::Stopped, job.id).await? {
                        return Err(Failure::NotNow(NotNow::TakenBack));
                    }
                }
                match at.call(&self.host, &Call::Stop(server)).await {
                    // It was never started, or somebody removed it there: nothing of it runs.
                    Err(Failure::Exit(Exit::Code(UNKNOWN), _)) => return Ok(summary::nothing_to_stop(&job.subject)),
                    said => said?,
                }
            }
            Work::Reset(server) => {
                let said = at.call(&self.host, &Call::Reset(server)).await?;
                server_state::set_started_spec(&self.db, server, None).await?;
                said
            }
            Work::Delete(server) => {
                let said = at.call(&self.host, &Call::Delete(server)).await?;
                server_state::delete(&self.db, server).await?;
                said
            }
        };
        Ok(summary::succeeded(job.kind, &job.subject, &said.last))
    }

    /// Looks once more whether what was decided may be done: as late as can be, so that whoever came since is not thrown out.
    async fn check(&self, server: ServerId, condition: Condition, at: &At<'_>) -> Result<(), Failure> {
        let found = ready(&self.db, &self.host, &self.clock, server, condition).await.map_err(Failure::NotNow)?;
        at.output.own(found).await;
        Ok(())
    }

    /// Stores what a server should do, as a job that care decided has it; false, and nothing is stored, when somebody has asked for something else
    /// since, whose wish counts.
    async fn set_desired(&self, server: ServerId, desired: Desired, job: JobId) -> db::Result<bool> {
        let mut tx = self.db.write().begin_with("BEGIN IMMEDIATE").await?;
        if jobs::newer_is_open(&mut tx, server, job).await? {
            return Ok(false);
        }
        server_state::set_desired(&mut tx, server, desired, self.clock.now()).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Gives the server the spec that its rows make now, and brings it up with that, when `condition` holds.
    async fn bring_up(
        &self,
        server: ServerId,
        call: Call,
        condition: Option<Condition>,
        at: &At<'_>,
    ) -> Result<Said, Failure> {
        let row = servers::find(&self.db, server).await?.ok_or(Failure::Gone)?;
        let unbuilt = overlay_builds::never_built(&self.db, row.blueprint_id).await?;
        if !unbuilt.is_empty() {
            return Err(Failure::Unbuilt(unbuilt.into_iter().map(|overlay| overlay.name).collect()));
        }
        let yaml = spec::now(&self.db, &row).await?.render();
        at.call(&self.host, &Call::Initialize(server, Yaml(yaml.clone()))).await?;
        if let Some(condition) = condition {
            self.check(server, condition, at).await?;
        }
        // Before the call: a panel that ends while it runs does not learn what came of it.
        server_state::set_started_spec(&self.db, server, Some(&yaml)).await?;
        let said = at.call(&self.host, &call).await;
        let kept = match &said {
            // One that ran already goes on with what it had.
            Ok(said) => matches!(call, Call::Start(_)) && said.last.contains("is running already"),
            Err(failure) if failure.is_cancelled() => false,
            Err(_) => !self.has_begun_since(server, row.status.as_deref()).await,
        };
        if kept {
            server_state::set_started_spec(&self.db, server, row.started_spec.as_deref()).await?;
        }
        said
    }

    /// Whether a server is up, and was not when the host said `before`. What the host does not say counts as yes.
    async fn has_begun_since(&self, server: ServerId, before: Option<&str>) -> bool {
        let before = before.and_then(|status| serde_json::from_str::<Status>(status).ok());
        match self.host.status(server).await {
            Ok(now) => !now.state.is_down() && before.is_none_or(|before| before.started_at != now.started_at),
            Err(error) => error.code() != Some(UNKNOWN),
        }
    }

    /// Whether a job that care decided has changed nothing: the server runs as it did `before`. What the host does not say counts as no.
    async fn is_as_it_was(&self, server: ServerId, before: Option<i64>) -> bool {
        let now = self.host.status(server).await;
        now.is_ok_and(|now| !now.state.is_down() && before.is_some() && now.started_at == before)
    }

    /// What became of a job that did not do what it should.
    async fn failed(&self, job: &Job, failure: &Failure, before: Option<i64>) -> (End, String) {
        let words = || summary::failed(job.kind, &job.subject, failure);
        match (failure, job.server_id, job.only_when) {
            (Failure::NotNow(_), ..) => (End::PutOff, words()),
            _ if failure.is_cancelled() && job.kind != Kind::Stop => (End::Cancelled, words()),
            (_, Some(server), Some(_)) if self.is_as_it_was(server, before).await => {
                // It should run on until it is tried again.
                if job.kind == Kind::Stop
                    && let Err(error) = self.set_desired(server, Desired::Running, job.id).await
                {
                    tracing::error!(server = server.0, %error, "it cannot be stored that a server should run");
                }
                if failure.is_cancelled() {
                    return (End::Cancelled, words());
                }
                (End::Unbegun, summary::unbegun(job.kind, &job.subject, failure))
            }
            _ if failure.is_cancelled() => (End::Cancelled, words()),
            _ => (End::Failed, words()),
        }
    }

    /// When the host said last that a server had started.
    async fn started_at(&self, server: ServerId) -> Option<i64> {
        let row = servers::find(&self.db, server).await.ok().flatten()?;
        serde_json::from_str::<Status>(&row.status?).ok()?.started_at
    }

    /// Builds an overlay of what it is made of now, and stores what came of it; the sentence that says so.
    async fn build(&self, id: OverlayId, reset: bool, at: &At<'_>) -> Result<String, Failure> {
        let began = self.clock.now();
        let kind = overlays::find(&self.db, id).await?.ok_or(Failure::Gone)?.kind;
        let mut held = None;
        let prepared = match kind {
            kinds::Kind::Workshop => {
                let found = overlays::find(&self.db, id).await?.ok_or(Failure::Gone)?;
                let most = quotas::room(&self.db, found.owner_id)
                    .await?
                    .for_one(found.counted())
                    .map_err(Failure::NotReady)?;
                Some(self.workshop.prepare(id, most, at.output, at.cancel).await?)
            }
            kinds::Kind::Maps => {
                let (prepared, files) = self.maps.prepare(id, at.output, at.cancel).await?;
                held = Some(files);
                Some(prepared)
            }
            _ => None,
        };
        // Only now: what was fetched for it has changed what it is made of.
        let overlay = overlays::find(&self.db, id).await?.ok_or(Failure::Gone)?;
        let source = match &prepared {
            Some(prepared) => Source::Links { files: prepared.files.clone() },
            None => build::load(&self.db, &overlay, reset).await?.map_err(Failure::NotReady)?,
        };
        let max_bytes = quotas::room(&self.db, overlay.owner_id).await?.for_one(overlay.counted());
        let max_bytes = max_bytes.map_err(Failure::NotReady)?;
        let yaml = Build { source, max_bytes }.render().map_err(Failure::Yaml)?;
        let reference = overlay.reference.clone();
        at.call(&self.host, &Call::OverlayBuild(reference.clone(), yaml)).await?;
        overlay_builds::set_built(
            &self.db,
            id,
            began,
            prepared.as_ref().map_or(overlay.source_at, |prepared| prepared.source.or(overlay.source_at)),
        )
        .await?;
        drop(held);
        let size = match self.host.overlay_status(&reference).await {
            Ok(OverlayStatus { bytes: Some(bytes), files: Some(files), .. }) => {
                overlay_builds::set_size(&self.db, id, clamp(bytes), clamp(files)).await?;
                Some((bytes, files))
            }
            Ok(_) => None,
            Err(error) => {
                tracing::warn!(overlay = id.0, %error, "the host does not say how large an overlay is");
                None
            }
        };
        // Servers that run on the tree before are told so at once.
        if let Err(failure) = self.look_at_all(false).await {
            tracing::warn!(%failure, "the host does not say what servers do");
        }
        let nouns = if kind == kinds::Kind::Maps { ("map", "maps") } else { ("item", "items") };
        let but =
            prepared.as_ref().and_then(|prepared| prepared.but(nouns)).map(|but| format!(" {but}")).unwrap_or_default();
        Ok(summary::built(&overlay.name, size) + but.as_str())
    }

    /// Looks for newer items of the Workshop and newer maps of collections, and has the overlays built that have changed by that. What stops one
    /// does not stop the other.
    async fn refresh(&self, at: &At<'_>) -> Result<String, Failure> {
        let workshop = self.workshop.refresh(at.output, at.cancel).await;
        let maps = match &workshop {
            Err(WorkshopError::Cancelled) => Ok(RefreshedMaps::default()),
            _ => self.maps.refresh(at.output, at.cancel).await,
        };
        let changed =
            workshop.iter().flat_map(|done| &done.overlays).chain(maps.iter().flat_map(|done| &done.overlays));
        let changed: Vec<OverlayId> = changed.copied().collect();
        for overlay in &changed {
            match self.queue.enqueue(Work::Build(*overlay), None).await {
                Ok(job) => at.output.own(&format!("overlay {overlay} has changed: job {} builds it", job.id)).await,
                Err(error) => at.output.own(&format!("warning: overlay {overlay} is not built: {error}")).await,
            }
        }
        let (workshop, maps) = (workshop?, maps?);
        let built = match changed.len() {
            0 => None,
            1 => Some("1 overlay is built anew.".to_owned()),
            number => Some(format!("{number} overlays are built anew.")),
        };
        let words: Vec<String> = [Some(workshop.words()), maps.words(), built].into_iter().flatten().collect();
        Ok(words.join(" "))
    }

    /// Asks what a server does now, and stores it; again when somebody else has stored an answer meanwhile, which may be older or newer.
    async fn look_at(&self, server: ServerId, settled: bool) -> db::Result<()> {
        for _ in 0..LOOKS {
            let Some(before) = watched::watched(&self.db, Some(server)).await?.pop() else { return Ok(()) };
            let status = match self.host.status(server).await {
                Ok(status) => Some(status),
                Err(error) if error.code() == Some(UNKNOWN) => None,
                Err(error) => {
                    tracing::warn!(server = server.0, %error, "the host does not say what a server does");
                    return Ok(());
                }
            };
            if take_in(&self.db, &before, status.as_ref(), self.clock.now()).await? != TakenIn::Raced {
                break;
            }
        }
        if settled {
            server_state::clear_drift(&self.db, server).await?;
        }
        self.bus.send(Change::Server(server));
        Ok(())
    }

    /// Asks what all servers do now, and stores it; after an absence, also what happened meanwhile.
    async fn look_at_all(&self, was_away: bool) -> Result<(), Failure> {
        let before = watched::watched(&self.db, None).await?;
        let asked = if was_away { self.host.status_all_with_restarts().await } else { self.host.status_all().await };
        let statuses = asked?;
        for server in before {
            let status = statuses.iter().find(|status| status.server() == Some(server.id));
            // Who stores another answer meanwhile has asked later.
            take_in(&self.db, &server, status, self.clock.now()).await?;
            self.bus.send(Change::Server(server.id));
        }
        Ok(())
    }
}

impl Worker for HostWorker {
    fn run<'a>(&'a self, job: &'a Job, output: &'a Output, cancel: &'a CancellationToken) -> Running<'a, Outcome> {
        Box::pin(async move {
            let before = match (job.server_id, job.only_when) {
                (Some(server), Some(_)) => self.started_at(server).await,
                _ => None,
            };
            let outcome = match self.perform(job, &At { output, cancel }).await {
                Ok(summary) => Outcome { end: End::Succeeded, exit_code: Some(0), summary },
                Err(failure) => {
                    let (end, summary) = self.failed(job, &failure, before).await;
                    Outcome { end, exit_code: failure.exit_code(), summary }
                }
            };
            let settled = outcome.end == End::Succeeded;
            if let Some(server) = job.server_id
                && !(settled && job.kind == Kind::Delete)
                && let Err(error) = self.look_at(server, settled).await
            {
                tracing::error!(server = server.0, %error, "the state of a server cannot be stored");
            }
            outcome
        })
    }

    fn look(&self) -> Running<'_, ()> {
        Box::pin(async move {
            if let Err(failure) = self.look_at_all(true).await {
                tracing::warn!(%failure, "the host does not say what servers do");
            }
        })
    }
}

/// As the database has figures.
fn clamp(figure: u64) -> i64 {
    i64::try_from(figure).unwrap_or(i64::MAX)
}

/// Where a job is run: its output, and what cancels it.
struct At<'a> {
    output: &'a Output,
    cancel: &'a CancellationToken,
}

impl At<'_> {
    /// Runs a verb, and passes on what it prints.
    async fn call(&self, host: &Host, call: &Call) -> Result<Said, Failure> {
        let argv: Vec<String> = call.argv().iter().map(|word| word.to_string_lossy().into_owned()).collect();
        self.output.own(&format!("$ l4d2ctl {}", argv.join(" "))).await;
        let (sender, receiver) = mpsc::channel(LINES);
        let (ended, (last, error)) = tokio::join!(host.run(call, sender, self.cancel), self.pass_on(receiver));
        match ended {
            Ok(exit) if exit.is_success() => Ok(Said { last }),
            Ok(exit) => Err(Failure::Exit(exit, error)),
            Err(error) => Err(Failure::Host(error)),
        }
    }

    /// Passes lines on; the last of standard output, and the last of standard error that is no warning.
    async fn pass_on(&self, mut lines: mpsc::Receiver<Line>) -> (String, String) {
        let (mut last, mut error, mut progress) = (String::new(), String::new(), Progress::default());
        while let Some(line) = lines.recv().await {
            match line.stream {
                Stream::Stdout => line.text.clone_into(&mut last),
                Stream::Stderr if !line.text.starts_with("warning: ") => line.text.clone_into(&mut error),
                Stream::Stderr => {}
            }
            if line.stream == Stream::Stdout && progress.read(&line.text) {
                self.output.progress(&progress).await;
            }
            self.output.line(line).await;
        }
        (last, error)
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Failed { exit, stderr, .. } => Self::Exit(exit, stderr),
            other => Self::Host(other),
        }
    }
}

impl From<WorkshopError> for Failure {
    fn from(error: WorkshopError) -> Self {
        match error {
            WorkshopError::Database(error) => Self::Database(error),
            WorkshopError::Cancelled => Self::Host(HostError::Cancelled { verb: "overlay build" }),
            error => Self::NotReady(error.words()),
        }
    }
}

impl Failure {
    fn exit_code(&self) -> Option<i32> {
        match self {
            Self::Exit(exit, _) => Some(Exit::code(*exit)),
            _ => None,
        }
    }

    /// Whether it was ended from outside: by the panel, or by systemd, which ends the panel and all that it started together.
    fn is_cancelled(&self) -> bool {
        matches!(self, Self::Host(HostError::Cancelled { .. })) || self.exit_code() == Some(TERMINATED)
    }
}
