//! The task behind a log: reads it as long as somebody looks.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::broadcast::Receiver;
use tokio::time::{Instant, sleep};

use super::line::{Line, Place, frame};
use super::log::Log;
use super::ring::KEPT;
use super::{SHOWN, Shared};
use crate::host::shape::LogLine;
use crate::host::{HostError, LogLines};
use crate::id::ServerId;
use crate::live::Change;

/// How many lines are told in one piece at most.
const PIECE: usize = 256;
/// How much text is told in one piece, in bytes: the line that reaches it is the last.
const PIECE_TEXT: usize = 64 * 1024;
/// How long to wait before a child that ended is started again: at first, and at most.
const AGAIN: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// A child that lived so long was no failure.
const LIVED: Duration = Duration::from_secs(10);
/// How soon a log that was not there is asked for again after a change.
const LOOK: Duration = Duration::from_secs(1);
/// The exit code of `l4d2ctl` for a server that the host does not know.
const UNKNOWN: i32 = 66;

/// As many lines as are kept.
const LINES: u32 = 1000;
const _: () = assert!(LINES as usize == KEPT, "the child is asked for as many lines as are kept");

/// Reads the log until nobody has looked for a while, or the panel stops.
pub(super) async fn run(shared: Arc<Shared>, server: ServerId, log: Arc<Log>) {
    {
        let mut reading = pin!(read(&shared, server, &log));
        loop {
            let unused = async {
                log.used(false).await;
                sleep(shared.linger).await;
            };
            tokio::select! {
                () = &mut reading => {}
                () = shared.stop.cancelled() => break,
                () = unused => {}
                () = log.dismissed() => {}
                // Somebody is there (again): wait for the next end.
                () = async { log.used(false).await; log.used(true).await } => continue,
            }
            // Nobody can come between the look and the removal.
            let mut logs = shared.logs();
            if !log.is_used() {
                logs.remove(&server);
                break;
            }
        }
    }
    shared.logs().retain(|_, known| !Arc::ptr_eq(known, &log));
}

/// Reads without end.
async fn read(shared: &Shared, server: ServerId, log: &Log) {
    let mut pause = AGAIN.0;
    loop {
        let (mut changes, begun) = (shared.bus.listen(), Instant::now());
        match once(shared, server, log).await {
            Err(error) if error.code() == Some(UNKNOWN) => {
                // It has no log yet, and has none before something is done with it.
                log.trouble(None);
                log.settle();
                until_changed(&mut changes, server).await;
                sleep(LOOK).await;
                continue;
            }
            Err(error) => {
                tracing::warn!(%server, %error, "the log of a server cannot be followed; it is tried again");
                log.trouble(Some(error.to_string()));
            }
            Ok(()) => {}
        }
        if begun.elapsed() > LIVED {
            pause = AGAIN.0;
        }
        sleep(pause).await;
        pause = (pause * 2).min(AGAIN.1);
    }
}

/// Waits until a server may have been made.
async fn until_changed(changes: &mut Receiver<Change>, server: ServerId) {
    loop {
        match changes.recv().await {
            Err(_) => return,
            Ok(Change::Server(id)) if id == server => return,
            Ok(_) => {}
        }
    }
}

/// Reads until the child ends.
async fn once(shared: &Shared, server: ServerId, log: &Log) -> Result<(), HostError> {
    if !log.is_settled() {
        // A run that ends tells where the present ends, which one that follows does not.
        // A try before this one may have come half way.
        log.kept().ring.clear();
        let (mut lines, mut count) = (shared.host.past_log(server, LINES)?, 0);
        while let Some(printed) = piece(&mut lines, server).await? {
            let lines: Vec<_> = printed.iter().map(|line| Arc::new(Line::from(line))).collect();
            log.kept().ring.extend(&lines);
            count += lines.len();
            // A server that prints faster than it is read never comes to its present.
            if count >= KEPT {
                break;
            }
        }
        log.trouble(None);
        log.settle();
    }
    let mut lines = shared.host.follow_log(server, LINES)?;
    let mut join = Join::new(log);
    while let Some(printed) = piece(&mut lines, server).await? {
        log.trouble(None);
        join.take(log, printed);
    }
    Ok(())
}

/// The next lines, all that are there; none at the end.
async fn piece(lines: &mut LogLines, server: ServerId) -> Result<Option<Vec<LogLine>>, HostError> {
    let (mut printed, mut text) = (Vec::new(), 0);
    let mut next = lines.next().await;
    loop {
        match next {
            Some(Ok(line)) => {
                text += line.line.len();
                printed.push(line);
            }
            Some(Err(error @ HostError::BadJson { .. })) => {
                tracing::warn!(%server, %error, "a line of a log is left out");
            }
            Some(Err(error)) if printed.is_empty() => return Err(error),
            // What was read is told first; the end is met again.
            Some(Err(_)) | None => return Ok((!printed.is_empty()).then_some(printed)),
        }
        if printed.len() == PIECE || text >= PIECE_TEXT {
            return Ok(Some(printed));
        }
        next = match lines.next().now_or_never() {
            Some(next) => next,
            None if printed.is_empty() => lines.next().await,
            None => return Ok(Some(printed)),
        };
    }
}

/// Where what a new child tells joins what is known: it begins with lines that were told already.
struct Join {
    /// The last line that is known, until it was met.
    known: Option<(Place, u64)>,
    passed: Vec<LogLine>,
}

impl Join {
    fn new(log: &Log) -> Self {
        let known = log.kept().ring.newest().map(|line| (line.place, line.time_us));
        Self { known, passed: Vec::new() }
    }

    fn take(&mut self, log: &Log, printed: Vec<LogLine>) {
        let Some((place, time_us)) = self.known else { return tell(log, &printed, false) };
        self.passed.extend(printed);
        if let Some(at) = self.passed.iter().rposition(|line| Place::of(&line.cursor) == place) {
            tell(log, &self.passed[at + 1..], false);
        } else if self.passed.len() > KEPT || self.passed.iter().any(|line| line.time_us > time_us) {
            // The journal has gone on for longer than it was asked for, or has forgotten.
            tell(log, &self.passed, true);
        } else {
            return;
        }
        (self.known, self.passed) = (None, Vec::new());
    }
}

/// Keeps lines and tells them; `anew` when they stand in the place of all that was told.
fn tell(log: &Log, printed: &[LogLine], anew: bool) {
    let lines: Vec<_> = printed.iter().map(|line| Arc::new(Line::from(line))).collect();
    let mut kept = log.kept();
    let piece = if anew {
        kept.ring.clear();
        kept.ring.extend(&lines);
        frame("log-reset", kept.ring.last(SHOWN).map(|line| &**line))
    } else if lines.is_empty() {
        return;
    } else {
        kept.ring.extend(&lines);
        frame("log", lines.iter().map(|line| &**line))
    };
    // Nobody may be listening just now.
    let _ = kept.news.send(piece);
}
