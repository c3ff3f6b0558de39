use crate::db;
use crate::db::figures::{InState, OpenJobs, Stock, open_jobs, servers, stock};
use crate::id::ServerId;
use crate::play::Look;
use crate::state::AppState;

/// How things stand at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// The moment, Unix seconds.
    pub now: i64,
    /// Servers by state.
    pub servers: Vec<InState>,
    /// Jobs that wait or run.
    pub jobs: Vec<OpenJobs>,
    /// Sums over tables.
    pub stock: Stock,
    /// What is seen of the games that run.
    pub played: Vec<Played>,
    /// Open streams of pages.
    pub streams: usize,
    /// Questions of visitors that the host is at.
    pub asked: usize,
}

/// What is seen of a game that runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// Its server.
    pub server: ServerId,
    /// The name of its server.
    pub name: String,
    /// Whether it answered when it was last asked.
    pub answers: bool,
    /// People on it; none as long as it does not answer.
    pub players: Option<u32>,
    /// People that it takes.
    pub max_players: Option<u32>,
    /// Frames of the game in a second.
    pub fps: Option<f64>,
    /// How long its last answer took, in seconds.
    pub rcon_seconds: Option<f64>,
}

impl Figures {
    /// How things stand now.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub async fn gather(state: &AppState) -> db::Result<Self> {
        Ok(Self {
            now: state.clock.now(),
            servers: servers(&state.db).await?,
            jobs: open_jobs(&state.db).await?,
            stock: stock(&state.db).await?,
            played: played(state).await?,
            streams: state.streams.count(),
            asked: state.host.asked(),
        })
    }
}

async fn played(state: &AppState) -> db::Result<Vec<Played>> {
    let looks = state.play.all();
    if looks.is_empty() {
        return Ok(Vec::new());
    }
    let names = db::figures::names(&state.db).await?;
    let name = |server| names.iter().find(|(known, _)| *known == server).map(|(_, name)| name.clone());
    let mut played: Vec<_> =
        looks.iter().filter_map(|(server, look)| Some(Played::of(*server, name(*server)?, look))).collect();
    played.sort_by_key(|played| played.server);
    Ok(played)
}

impl Played {
    fn of(server: ServerId, name: String, look: &Look) -> Self {
        // What was seen before it fell silent is no figure of now.
        let seen = look.seen.as_ref().filter(|_| look.unseen.is_none());
        Self {
            server,
            name,
            answers: seen.is_some(),
            players: seen.map(|seen| seen.humans()),
            max_players: seen.map(|seen| seen.status.max),
            fps: seen.and_then(|seen| seen.stats).map(|stats| stats.fps),
            rcon_seconds: seen.map(|seen| seen.took.as_secs_f64()),
        }
    }
}
