use tracing_subscriber::filter::Targets;

use super::ConfigError;

/// What is written to the log: a level for everything, and levels for single modules. `info` and the modules of the libraries at `warn`
/// when nothing is said.
pub(super) fn parse(name: &'static str, value: Option<String>) -> Result<Targets, ConfigError> {
    let value = value.unwrap_or_else(|| "info,sqlx=warn".into());
    let level = |word: &str| matches!(word, "off" | "error" | "warn" | "info" | "debug" | "trace");
    let known = value.split(',').all(|part| match part.split_once('=') {
        Some((module, word)) => !module.is_empty() && level(word),
        None => level(part),
    });
    value.parse().ok().filter(|_| known).ok_or(ConfigError {
        name,
        value,
        accepted: "error, warn, info, debug or trace, also for a module, as in info,l4d2web::queue=debug",
    })
}
