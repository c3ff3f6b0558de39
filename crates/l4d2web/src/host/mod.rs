//! The client of `l4d2ctl`: the only place that knows how the host is reached.
//!
//! A [`Call`] is a verb as argv; [`Host::run`] runs one and hands on its lines, the other methods ask something and give a
//! typed answer ([`shape`]). What visitors ask goes through [`Host::asked_by`], which bounds it. Nothing is passed but argv, standard input and a few variables, so that the same argv can go
//! through OpenSSH to another machine. What the answers mean for jobs and pages is for others to say.

mod asked;
mod call;
mod cat;
mod error;
mod exit;
mod lines;
mod progress;
mod query;
mod run;
pub mod shape;
mod stream;
mod tree;
mod turn;

pub use asked::{Asked, LogSearch};
pub use call::{Call, Of, Yaml};
pub use cat::FileContent;
pub use error::{HostError, said};
pub use exit::Exit;
pub use lines::{LINE_MAX, Line, Stream};
pub use progress::Progress;
pub use stream::{Changes, LogLines};
pub use turn::{Busy, Errand};

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::task::TaskTracker;
use turn::Turns;

/// The variables that `l4d2ctl` may have from ours.
const ALLOWED: [&str; 2] = ["PATH", "LEFT4ME_ROOT"];
/// How long a cancelled verb may take to end by itself.
const GRACE: Duration = Duration::from_secs(10);

/// The host, reached by running `l4d2ctl`. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Host {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    program: PathBuf,
    environment: Vec<(OsString, OsString)>,
    grace: Duration,
    /// Children that were killed and not waited for by who started them.
    dying: TaskTracker,
    turns: Arc<Turns>,
}

impl Host {
    /// A host that is reached by `program`, a path or a name that is looked for on the `PATH` of `environment`. Only
    /// `PATH` and `LEFT4ME_ROOT` of the environment reach it.
    pub fn new(program: impl Into<PathBuf>, environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let allowed = |(name, _): &(OsString, OsString)| ALLOWED.iter().any(|known| name == known);
        let environment = environment.into_iter().filter(allowed).collect();
        Self::made(program.into(), environment, GRACE, Arc::new(Turns::new()))
    }

    fn made(program: PathBuf, environment: Vec<(OsString, OsString)>, grace: Duration, turns: Arc<Turns>) -> Self {
        Self { inner: Arc::new(Inner { program, environment, grace, dying: TaskTracker::new(), turns }) }
    }

    /// The same host, with another time between SIGTERM and SIGKILL.
    #[must_use]
    pub fn with_grace(&self, grace: Duration) -> Self {
        let Inner { program, environment, turns, .. } = &*self.inner;
        Self::made(program.clone(), environment.clone(), grace, Arc::clone(turns))
    }

    /// Waits until every child that was killed because nobody wanted its answer any more is gone. Before the panel itself ends, so
    /// that it leaves nothing behind.
    pub async fn settled(&self) {
        self.inner.dying.close();
        self.inner.dying.wait().await;
    }
}
