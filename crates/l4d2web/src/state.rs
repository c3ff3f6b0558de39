//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::account::{Limits, Passwords, Sessions};
use crate::archive::Limits as ArchiveLimits;
use crate::care::Webhooks;
use crate::clock::Clock;
use crate::command::Controls;
use crate::config::Config;
use crate::db::{self, Db};
use crate::files::Files;
use crate::files::upload::Uploads;
use crate::host::Host;
use crate::live::{Bus, ServerLogs, Streams};
use crate::machine::{KnownGame, Pulse};
use crate::maps::Maps;
use crate::metrics::Counters;
use crate::pages::jobs::{LogEnds, RenderedLines};
use crate::pages::servers::Board;
use crate::play::Play;
use crate::play::profiles::Profiles;
use crate::public::Public;
use crate::queue::{HostWorker, Queue};
use crate::workshop::Workshop;

/// The parts of the panel; a cheap copy.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Parts>);

/// See [`AppState`].
#[derive(Debug)]
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// What tells open pages of changes.
    pub bus: Bus,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Who is logged in.
    pub sessions: Sessions,
    /// Does what is to be done on the host.
    pub host: Host,
    /// The work for the host.
    pub queue: Queue,
    /// Items of the Steam Workshop.
    pub workshop: Workshop,
    /// Collections of maps.
    pub maps: Maps,
    /// What is on its way into files overlays, and those.
    pub uploads: Uploads,
    /// What is seen of servers in the game.
    pub play: Play,
    /// What is done to them there.
    pub controls: Controls,
    /// What Steam says of players.
    pub profiles: Profiles,
    /// The way to those who are told of what happens.
    pub webhooks: Webhooks,
    /// The logs of servers that somebody looks at.
    pub logs: ServerLogs,
    /// The streams of open pages.
    pub streams: Streams,
    /// Lines of jobs as browsers get them.
    pub rendered: RenderedLines,
    /// Ends of jobs' logs as pages begin with them.
    pub log_ends: LogEnds,
    /// Lists of servers as readers get them.
    pub board: Board,
    /// Which game is installed, as far as it is known.
    pub game: KnownGame,
    /// Whether the parts that the panel needs answer.
    pub pulse: Pulse,
    /// What servers show to everybody.
    pub public: Public,
    /// What is counted for monitors.
    pub counters: Counters,
    /// How often passwords may be tried.
    pub limits: Limits,
}

impl AppState {
    /// Puts the parts together.
    #[must_use]
    pub fn new(config: Config, db: Db, clock: Clock, passwords: Passwords) -> Self {
        let sessions = Sessions::new(db.clone(), clock.clone(), config.secure_cookies);
        let limits = Limits::new(&clock);
        let host = Host::new(config.l4d2ctl.clone(), config.host_environment());
        let bus = Bus::new();
        let logs = ServerLogs::new(host.clone(), bus.clone());
        let counters = Counters::new();
        let queue = Queue::counted(db.clone(), clock.clone(), bus.clone(), counters.clone());
        let game = KnownGame::new(host.clone(), &bus);
        let workshop = Workshop::new(&config.root, config.steam_api.as_ref(), db.clone(), clock.clone(), bus.clone());
        let maps = Maps::new(&config, db.clone(), clock.clone(), bus.clone(), workshop.slots());
        let profiles = {
            let (api, key) = (config.steam_api.as_ref(), config.steam_key.clone());
            Profiles::new(&config.root, api, key, db.clone(), clock.clone(), bus.clone())
        };
        let webhooks = Webhooks::new(config.webhook_origin.as_ref());
        let files = Files::new(&config.root);
        let uploads = Uploads::new(db.clone(), clock.clone(), bus.clone(), files, ArchiveLimits::default());
        let controls = Controls::new(db.clone(), &clock);
        let (pulse, streams) = (Pulse::new(db.clone(), host.clone()), Streams::new());
        let public = Public::new(&config, &db, &host, &clock);
        Self(Arc::new(Parts {
            config,
            db,
            clock,
            bus,
            passwords,
            sessions,
            host,
            queue,
            workshop,
            maps,
            uploads,
            play: Play::default(),
            controls,
            profiles,
            webhooks,
            logs,
            streams,
            game,
            pulse,
            public,
            counters,
            limits,
            rendered: RenderedLines::default(),
            log_ends: LogEnds::default(),
            board: Board::default(),
        }))
    }

    /// Runs jobs on the host until `stop` is cancelled and those that ran have ended.
    ///
    /// # Errors
    ///
    /// When the database cannot be used at the beginning.
    pub async fn work(&self, stop: CancellationToken) -> db::Result<()> {
        let (db, host, clock, bus) = (self.db.clone(), self.host.clone(), self.clock.clone(), self.bus.clone());
        let sources = (self.workshop.clone(), self.maps.clone());
        let worker = HostWorker::new(db, host, clock, bus, sources, self.queue.clone());
        self.queue.clone().run(Arc::new(worker), self.config.workers, stop).await
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
