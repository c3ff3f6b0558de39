//! What the environment says (`/etc/left4me/host.env` and `web.env`), as one checked value. Nothing else reads variables.

mod error;
mod listen;
mod log;
mod parse;
mod ports;
mod proxies;
mod watchdog;

use std::ffi::OsString;
use std::net::SocketAddr;
#[cfg(debug_assertions)]
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use tracing_subscriber::filter::Targets;
use url::Url;

pub use error::ConfigError;
pub use ports::PortRange;
pub use proxies::TrustedProxies;

use crate::account::Secret;

/// The settings of the panel.
#[derive(Debug, Clone)]
pub struct Config {
    /// `LEFT4ME_ROOT`: what belongs to left4me on this machine.
    pub root: PathBuf,
    /// `DATABASE_URL`: the file of the database.
    pub database: PathBuf,
    /// `LEFT4ME_LISTEN`: where the panel takes requests.
    pub listen: SocketAddr,
    /// `LEFT4ME_PUBLIC_HOST`: what players connect to; else the host that the request names.
    pub public_host: Option<String>,
    /// `LEFT4ME_TRUSTED_PROXIES`: whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// `SESSION_COOKIE_SECURE`: whether browsers reach the panel by https.
    pub secure_cookies: bool,
    /// `LEFT4ME_PORT_RANGE_START` to `LEFT4ME_PORT_RANGE_END`: ports for servers.
    pub ports: PortRange,
    /// `JOB_WORKER_THREADS`: how many builds and installs run at once.
    pub workers: usize,
    /// `JOB_WORKER_ENABLED`: whether `serve` runs jobs at all.
    pub work: bool,
    /// `STATE_POLLER_INTERVAL_SECONDS`: how often the state of all servers is asked for, besides what is pushed.
    pub poll_interval: Duration,
    /// `LEFT4ME_ADMIN_PASSWORD`: the password that `create-user` and `set-password` take instead of asking for one.
    pub admin_password: Option<Secret>,
    /// `LEFT4ME_L4D2CTL`: the command that does what is to be done on the host.
    pub l4d2ctl: PathBuf,
    /// `STEAM_API_URL`: where the Steam Web API is, when it is not Steam's own. Files and pictures may come from its origin too.
    pub steam_api: Option<Url>,
    /// `PUBLIC_DOWNLOAD_RATE`: how fast players fetch files from public pages, all together, in bytes a second.
    pub public_rate: u64,
    /// `METRICS_TOKEN`: what a monitor brings to `/metrics`; none: there is no such page.
    pub metrics_token: Option<Secret>,
    /// `L4D2CENTER_URL`: where the maps of L4D2 Center are, when it is not their own site. Files may come from its origin too.
    pub l4d2center: Option<Url>,
    /// `CEDAPUG_URL`: where the other collection is, likewise.
    pub cedapug: Option<Url>,
    /// `STEAM_WEB_API_KEY`: with it Steam says the names and pictures of players.
    pub steam_key: Option<Secret>,
    /// `WEBHOOK_ORIGIN`: where webhooks may lead besides https on the public internet, wherever that is.
    pub webhook_origin: Option<Url>,
    /// `LEFT4ME_LOG`: what is written to the log.
    pub log: Targets,
    /// `JOURNAL_STREAM`, set by systemd: the device and inode of the journal's end of the output.
    pub journal_stream: Option<String>,
    /// `WATCHDOG_USEC`, set by systemd: within which time it wants to hear that the panel lives.
    pub watchdog: Option<Duration>,
    /// `PATH`: where the host's command finds its programs.
    pub path: Option<String>,
}

impl Config {
    /// The settings of this process.
    ///
    /// # Errors
    ///
    /// When a variable has a value that cannot be used; the error names the variable.
    pub fn from_env() -> Result<Self, ConfigError> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        Self::from_vars(|name| std::env::var(name).ok())
    }

    /// The settings of `l4d2web dev`: state below `root`, plain http, and `l4d2ctl` as given, where the environment says nothing else.
    ///
    /// # Errors
    ///
    /// When a variable has a value that cannot be used; the error names the variable.
    #[cfg(debug_assertions)]
    pub fn for_dev(root: &Path, l4d2ctl: &Path) -> Result<Self, ConfigError> {
        Self::from_vars(|name| {
            #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
            let given = std::env::var(name).ok();
            given.or_else(|| match name {
                "LEFT4ME_ROOT" => Some(root.to_str()?.to_owned()),
                "LEFT4ME_L4D2CTL" => Some(l4d2ctl.to_str()?.to_owned()),
                "SESSION_COOKIE_SECURE" => Some("false".to_owned()),
                _ => None,
            })
        })
    }

    /// The settings that `var` gives. An empty value counts as none.
    ///
    /// # Errors
    ///
    /// When a variable has a value that cannot be used; the error names the variable.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let get = |name: &'static str| var(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let root = parse::absolute("LEFT4ME_ROOT", get("LEFT4ME_ROOT"), "/var/lib/left4me")?;
        Ok(Self {
            database: parse::database("DATABASE_URL", get("DATABASE_URL"), &root)?,
            listen: listen::parse("LEFT4ME_LISTEN", get("LEFT4ME_LISTEN"))?,
            public_host: parse::host_name("LEFT4ME_PUBLIC_HOST", get("LEFT4ME_PUBLIC_HOST"))?,
            trusted_proxies: TrustedProxies::parse("LEFT4ME_TRUSTED_PROXIES", get("LEFT4ME_TRUSTED_PROXIES"))?,
            secure_cookies: parse::switch("SESSION_COOKIE_SECURE", get("SESSION_COOKIE_SECURE"), true)?,
            ports: PortRange::parse(get("LEFT4ME_PORT_RANGE_START"), get("LEFT4ME_PORT_RANGE_END"))?,
            workers: parse::number("JOB_WORKER_THREADS", get("JOB_WORKER_THREADS"), 4, 1..=64)?,
            work: parse::switch("JOB_WORKER_ENABLED", get("JOB_WORKER_ENABLED"), true)?,
            poll_interval: Duration::from_secs(parse::number(
                "STATE_POLLER_INTERVAL_SECONDS",
                get("STATE_POLLER_INTERVAL_SECONDS"),
                30,
                1..=3600,
            )?),
            l4d2ctl: get("LEFT4ME_L4D2CTL").map_or_else(|| PathBuf::from("l4d2ctl"), PathBuf::from),
            path: get("PATH"),
            // As it is: white space may belong to a password.
            admin_password: var("LEFT4ME_ADMIN_PASSWORD").filter(|value| !value.is_empty()).map(Secret::from),
            steam_api: parse::web_address("STEAM_API_URL", get("STEAM_API_URL"))?,
            public_rate: 1_000_000
                * parse::number("PUBLIC_DOWNLOAD_RATE", get("PUBLIC_DOWNLOAD_RATE"), 10, 1..=10_000)?,
            metrics_token: parse::token("METRICS_TOKEN", get("METRICS_TOKEN"))?,
            l4d2center: parse::web_address("L4D2CENTER_URL", get("L4D2CENTER_URL"))?,
            cedapug: parse::web_address("CEDAPUG_URL", get("CEDAPUG_URL"))?,
            steam_key: get("STEAM_WEB_API_KEY").map(Secret::from),
            webhook_origin: parse::web_address("WEBHOOK_ORIGIN", get("WEBHOOK_ORIGIN"))?,
            log: log::parse("LEFT4ME_LOG", get("LEFT4ME_LOG"))?,
            journal_stream: get("JOURNAL_STREAM"),
            watchdog: watchdog::parse(get("WATCHDOG_USEC"), get("WATCHDOG_PID")),
            root,
        })
    }

    /// The variables that the host's command runs with.
    #[must_use]
    pub fn host_environment(&self) -> Vec<(OsString, OsString)> {
        let path = self.path.as_ref().map(|path| ("PATH".into(), path.into()));
        path.into_iter().chain([("LEFT4ME_ROOT".into(), self.root.clone().into())]).collect()
    }
}

#[cfg(test)]
mod tests;
