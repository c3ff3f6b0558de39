use std::fmt;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::{Counters, Figures, Played};
use crate::queue::JobState;

/// What is written, for the header of the answer.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The words of `l4d2ctl status` for a server; all are told, also those of no server, so that a graph has no holes.
const STATES: [&str; 7] = ["running", "starting", "restarting", "stopping", "stopped", "failed", "unknown"];

type Whole<L> = Family<L, Gauge>;
type Real<L> = Family<L, Gauge<f64, AtomicU64>>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Job {
    kind: &'static str,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Server {
    server: i64,
    name: String,
}

/// Writes all that there is to tell.
///
/// # Errors
///
/// Never, with what this panel has: the encoder refuses only what is no metric.
pub fn render(figures: &Figures, counters: &Counters) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("left4me");
    let version = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
    registry.register("build", "The version of the panel", version);
    servers(&mut registry, figures);
    jobs(&mut registry, figures, counters);
    games(&mut registry, &figures.played);
    whole(&mut registry, "overlays", "Overlays", figures.stock.overlays);
    whole_bytes(&mut registry, "overlay_content", "What built overlays hold", figures.stock.overlay_bytes);
    whole(&mut registry, "users", "Users who may log in", figures.stock.users);
    whole(&mut registry, "sse_streams", "Open streams of pages (server-sent events)", count(figures.streams));
    whole(&mut registry, "host_questions", "Questions of visitors that l4d2ctl is at", count(figures.asked));
    whole_bytes(
        &mut registry,
        "database_size",
        "The database, without its write-ahead log",
        figures.stock.database_bytes,
    );
    registry.register(
        "http_requests",
        "Answered requests; of streams, those that were opened",
        counters.requests.clone(),
    );
    registry.register_with_unit(
        "http_request_duration",
        "Time from a request to the beginning of its answer",
        Unit::Seconds,
        counters.seconds.clone(),
    );
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn servers(registry: &mut Registry, figures: &Figures) {
    let by_state = Whole::<State>::default();
    for state in STATES {
        by_state.get_or_create(&State { state }).set(0);
    }
    for told in &figures.servers {
        let state = told.state.as_deref().and_then(|word| STATES.into_iter().find(|state| *state == word));
        by_state.get_or_create(&State { state: state.unwrap_or("unknown") }).inc_by(told.servers);
    }
    registry.register("servers", "Servers, by what the host last said of them", by_state);
    whole(registry, "servers_drifted", "Servers that are not as they should be", figures.stock.drifted);
}

fn jobs(registry: &mut Registry, figures: &Figures, counters: &Counters) {
    let open = Whole::<Job>::default();
    let mut oldest = None;
    for told in &figures.jobs {
        open.get_or_create(&Job { kind: told.kind.as_str(), state: told.state.as_str() }).set(told.jobs);
        if told.state == JobState::Queued {
            oldest = Some(oldest.map_or(told.oldest, |oldest: i64| oldest.min(told.oldest)));
        }
    }
    registry.register("jobs", "Jobs that wait or run", open);
    registry.register("jobs_ended", "Jobs that ended since the panel was started", counters.jobs.clone());
    let age = Gauge::<i64>::default();
    age.set(oldest.map_or(0, |oldest| figures.now.saturating_sub(oldest).max(0)));
    registry.register_with_unit(
        "queue_age",
        "How long the oldest job has waited; 0 when none waits",
        Unit::Seconds,
        age,
    );
}

fn games(registry: &mut Registry, played: &[Played]) {
    let answers = Whole::<Server>::default();
    let players = Whole::<Server>::default();
    let most = Whole::<Server>::default();
    let fps = Real::<Server>::default();
    let rcon = Real::<Server>::default();
    for game in played {
        let server = Server { server: game.server.0, name: game.name.clone() };
        answers.get_or_create(&server).set(game.answers.into());
        if let Some(number) = game.players {
            players.get_or_create(&server).set(number.into());
        }
        if let Some(number) = game.max_players {
            most.get_or_create(&server).set(number.into());
        }
        if let Some(number) = game.fps {
            fps.get_or_create(&server).set(number);
        }
        if let Some(seconds) = game.rcon_seconds {
            rcon.get_or_create(&server).set(seconds);
        }
    }
    registry.register("game_up", "1 when the game answered by RCON when it was last asked", answers);
    registry.register("game_players", "People on the game", players);
    registry.register("game_players_max", "People that the game takes", most);
    registry.register("game_fps", "Frames of the game in a second", fps);
    registry.register_with_unit("game_rcon_latency", "How long the last answer by RCON took", Unit::Seconds, rcon);
}

fn whole(registry: &mut Registry, name: &str, help: &str, value: i64) {
    registry.register(name, help, gauge(value));
}

fn whole_bytes(registry: &mut Registry, name: &str, help: &str, value: i64) {
    registry.register_with_unit(name, help, Unit::Bytes, gauge(value));
}

fn gauge(value: i64) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(value);
    gauge
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
