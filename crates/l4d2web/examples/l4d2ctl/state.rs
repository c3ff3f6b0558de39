//! What a made-up server does: one file of JSON each.

use serde::{Deserialize, Serialize};

use crate::place::{self, Place};
use crate::{Failure, spec::Spec};

/// How a unit last started and ended, as `status` and `watch` print it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Last {
    pub(crate) started_at: Option<u64>,
    pub(crate) ended_at: Option<u64>,
    pub(crate) result: Option<String>,
    pub(crate) exit_kind: Option<String>,
    pub(crate) exit_status: Option<String>,
}

impl Last {
    /// It runs since now.
    pub(crate) fn started() -> Self {
        Self { started_at: Some(place::now()), ..Self::default() }
    }

    /// It has ended so, now.
    pub(crate) fn ended(self, result: &str, kind: &str, status: &str) -> Self {
        let some = |text: &str| Some(text.to_owned());
        Self {
            ended_at: Some(place::now()),
            result: some(result),
            exit_kind: some(kind),
            exit_status: some(status),
            ..self
        }
    }
}

/// A server.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Server {
    pub(crate) running: bool,
    pub(crate) failed: bool,
    pub(crate) enabled: bool,
    /// The layers that it runs on: references and trees.
    pub(crate) pinned: Option<Vec<(String, String)>>,
    pub(crate) port: Option<u16>,
    /// The arguments and the config that it runs with.
    pub(crate) started_with: Option<(Vec<String>, Vec<String>)>,
    pub(crate) last: Last,
    /// When it printed last, in microseconds since 1970.
    pub(crate) printed_us: u64,
    /// How often it was started again by itself since somebody last started it.
    #[serde(default)]
    pub(crate) restarts: u32,
}

impl Server {
    /// The server as its file has it; one without a file was never started.
    pub(crate) fn load(place: &Place, name: &str) -> Result<Self, Failure> {
        Ok(place::load(&place.server(name))?.unwrap_or_default())
    }

    /// Writes its file.
    pub(crate) fn store(&self, place: &Place, name: &str) -> Result<(), Failure> {
        Ok(place::store(&place.server(name), self)?)
    }

    /// Whether it runs with something else than its spec has now.
    pub(crate) fn differs(&self, spec: &Spec) -> bool {
        let now = (&spec.arguments, &spec.config);
        let other = self.started_with.as_ref().is_some_and(|(arguments, config)| (arguments, config) != now);
        self.running && (other || self.port != Some(spec.port))
    }
}
