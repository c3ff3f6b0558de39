//! The plain kinds of values.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use url::Url;

use super::ConfigError;
use crate::account::Secret;

/// `true` or `false`, in the spellings that people use.
pub(super) fn switch(name: &'static str, value: Option<String>, default: bool) -> Result<bool, ConfigError> {
    let Some(value) = value else { return Ok(default) };
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err(ConfigError { name, value, accepted: "true or false" }),
    }
}

/// A whole number within `range`.
pub(super) fn number<T: FromStr + PartialOrd>(
    name: &'static str,
    value: Option<String>,
    default: T,
    range: RangeInclusive<T>,
) -> Result<T, ConfigError> {
    let Some(value) = value else { return Ok(default) };
    let accepted = match name {
        "JOB_WORKER_THREADS" => "a whole number from 1 to 64",
        "STATE_POLLER_INTERVAL_SECONDS" => "a whole number of seconds from 1 to 3600",
        "PUBLIC_DOWNLOAD_RATE" => "a whole number of megabytes a second from 1 to 10000",
        _ => "a whole number in its range",
    };
    value.parse().ok().filter(|number| range.contains(number)).ok_or(ConfigError { name, value, accepted })
}

/// An absolute path.
pub(super) fn absolute(name: &'static str, value: Option<String>, default: &str) -> Result<PathBuf, ConfigError> {
    let path = PathBuf::from(value.as_deref().unwrap_or(default));
    if path.is_absolute() {
        return Ok(path);
    }
    Err(ConfigError { name, value: value.unwrap_or_default(), accepted: "an absolute path" })
}

/// `sqlite:///absolute/path`, with the four slashes that others write, too.
pub(super) fn database(name: &'static str, value: Option<String>, root: &Path) -> Result<PathBuf, ConfigError> {
    let Some(value) = value else {
        return Ok(root.join("left4me.db"));
    };
    let path = value.strip_prefix("sqlite://").map(|rest| format!("/{}", rest.trim_start_matches('/')));
    match path {
        Some(path) if path.len() > 1 && !path.ends_with('/') && !path.contains(['?', '#', '%']) => {
            Ok(PathBuf::from(path))
        }
        _ => Err(ConfigError { name, value, accepted: "sqlite:///absolute/path/of/the/file.db" }),
    }
}

/// A host name or an address, without a port.
pub(super) fn host_name(name: &'static str, value: Option<String>) -> Result<Option<String>, ConfigError> {
    let Some(value) = value else { return Ok(None) };
    let address = value.parse::<std::net::IpAddr>().is_ok();
    let labels = value.len() <= 253
        && value.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
    if address || labels {
        return Ok(Some(value));
    }
    Err(ConfigError { name, value, accepted: "a host name or an address, without a port" })
}

/// The address of a service: http or https and a host, perhaps with a port and a path.
pub(super) fn web_address(name: &'static str, value: Option<String>) -> Result<Option<Url>, ConfigError> {
    let Some(value) = value else { return Ok(None) };
    let plain = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    };
    match Url::parse(&value).ok().filter(plain) {
        Some(url) => Ok(Some(url)),
        None => Err(ConfigError {
            name,
            value,
            accepted: "an address such as https://api.steampowered.com, without a query",
        }),
    }
}

/// Something that nobody guesses: at least 16 characters that a header can carry as they are.
pub(super) fn token(name: &'static str, value: Option<String>) -> Result<Option<Secret>, ConfigError> {
    match value {
        Some(value) if value.len() >= 16 && value.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Some(value.into())),
        // The value is not told: somebody's token may be one character short.
        Some(_) => Err(ConfigError {
            name,
            value: "…".to_owned(),
            accepted: "16 or more letters, digits and signs without white space, as of openssl rand -hex 24",
        }),
        None => Ok(None),
    }
}
