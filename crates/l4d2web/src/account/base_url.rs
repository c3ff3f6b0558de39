use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use crate::config::Config;

/// Where people reach the panel: scheme, host and port, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// A text that is not such an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address of the panel is http:// or https://, a host, and perhaps a port, as in https://panel.example.org")]
pub struct BaseUrlError;

impl BaseUrl {
    /// What the settings suggest: the public host by https where cookies need that, else where the panel listens.
    #[must_use]
    pub fn suggested(config: &Config) -> Self {
        match &config.public_host {
            Some(host) if config.secure_cookies => match host.parse::<IpAddr>() {
                Ok(IpAddr::V6(address)) => Self(format!("https://[{address}]")),
                _ => Self(format!("https://{host}")),
            },
            _ => {
                let listen = config.listen;
                let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
                Self(format!("http://{}", SocketAddr::new(ip, listen.port())))
            }
        }
    }

    /// The URL of a path of the panel, which begins with a slash.
    #[must_use]
    pub fn with(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(BaseUrlError)?;
        let plain =
            host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']'));
        if plain && !host.is_empty() { Ok(Self(text.to_owned())) } else { Err(BaseUrlError) }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://panel.example.org", Some("https://panel.example.org/x"))]
    #[case("http://127.0.0.1:8000/", Some("http://127.0.0.1:8000/x"))]
    #[case("http://[::1]:8000", Some("http://[::1]:8000/x"))]
    #[case("panel.example.org", None)]
    #[case("https://", None)]
    #[case("https://a@b", None)]
    #[case("https://panel.example.org/below", None)]
    #[case("javascript:alert(1)", None)]
    #[case("https://panel example", None)]
    fn an_address(#[case] text: &str, #[case] url: Option<&str>) {
        assert_eq!(text.parse::<BaseUrl>().ok().map(|base| base.with("/x")).as_deref(), url);
    }

    #[rstest]
    #[case(&[], "http://127.0.0.1:8000")]
    #[case(&[("LEFT4ME_LISTEN", "0.0.0.0:9000")], "http://127.0.0.1:9000")]
    #[case(&[("LEFT4ME_LISTEN", "192.0.2.1:80")], "http://192.0.2.1:80")]
    #[case(&[("LEFT4ME_PUBLIC_HOST", "panel.example.org")], "https://panel.example.org")]
    #[case(&[("LEFT4ME_PUBLIC_HOST", "2001:db8::1")], "https://[2001:db8::1]")]
    #[case(&[("LEFT4ME_PUBLIC_HOST", "panel.example.org"), ("SESSION_COOKIE_SECURE", "false")], "http://127.0.0.1:8000")]
    fn what_settings_suggest(#[case] vars: &[(&str, &str)], #[case] url: &str) {
        let config =
            Config::from_vars(|name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()));
        assert_eq!(BaseUrl::suggested(&config.unwrap()).to_string(), url);
    }
}
