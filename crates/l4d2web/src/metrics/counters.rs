use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use crate::queue::{JobState, Kind};

/// Bounds of the buckets that answers are counted in, in seconds: a page takes a millisecond, what asks the host ten to a hundred.
const SECONDS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// What is counted as it happens, since the panel was started. A cheap copy.
#[derive(Debug, Clone)]
pub struct Counters {
    pub(super) requests: Family<Answered, Counter>,
    pub(super) seconds: Family<Way, Histogram, fn() -> Histogram>,
    pub(super) jobs: Family<Ended, Counter>,
}

/// An answer. The route is the pattern, not the path: so many there are, and no more.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Way {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Ended {
    kind: &'static str,
    outcome: &'static str,
}

impl Counters {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        Self { requests: Family::default(), seconds: Family::new_with_constructor(histogram), jobs: Family::default() }
    }

    /// A request was answered; of a stream, its beginning. `route` is the pattern in the table of routes, none for what it does not have.
    pub fn answered(&self, method: &Method, route: Option<&str>, status: StatusCode, took: Duration) {
        let route = route.unwrap_or("none").to_owned();
        let method = match *method {
            Method::GET | Method::HEAD => "GET",
            Method::POST => "POST",
            // Anybody can make up methods.
            _ => "other",
        };
        self.seconds.get_or_create(&Way { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route, status: status.as_u16() }).inc();
    }

    /// A job ended.
    pub fn job_ended(&self, kind: Kind, state: JobState) {
        self.jobs.get_or_create(&Ended { kind: kind.as_str(), outcome: state.as_str() }).inc();
    }
}

impl Default for Counters {
    fn default() -> Self {
        Self::new()
    }
}
