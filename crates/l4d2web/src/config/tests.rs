use std::net::IpAddr;

use rstest::rstest;

use super::{Config, TrustedProxies};

fn config(vars: &[(&str, &str)]) -> Result<Config, super::ConfigError> {
    Config::from_vars(|name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
}

#[test]
fn nothing_said_means_the_defaults() {
    let config = config(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.database.to_str(), Some("/var/lib/left4me/left4me.db"));
    assert_eq!(config.ports.to_string(), "27015 to 27115");
    assert!(config.secure_cookies && config.work);
}

#[rstest]
#[case("LEFT4ME_LISTEN", "8000", "an address and a port")]
#[case("LEFT4ME_ROOT", "var/lib", "an absolute path")]
#[case("DATABASE_URL", "postgres://x", "sqlite:///absolute")]
#[case("DATABASE_URL", "sqlite:///", "sqlite:///absolute")]
#[case("LEFT4ME_PUBLIC_HOST", "example.org:27015", "without a port")]
#[case("LEFT4ME_TRUSTED_PROXIES", "localhost", "addresses")]
#[case("SESSION_COOKIE_SECURE", "maybe", "true or false")]
#[case("LEFT4ME_PORT_RANGE_START", "80", "1024 to 63535")]
#[case("LEFT4ME_PORT_RANGE_START", "30000", "not below")]
#[case("JOB_WORKER_THREADS", "0", "1 to 64")]
#[case("LEFT4ME_LOG", "loud", "error, warn")]
#[case("LEFT4ME_LOG", "info,l4d2web=loud", "error, warn")]
#[case("LEFT4ME_LOG", "=info", "error, warn")]
#[case("STATE_POLLER_INTERVAL_SECONDS", "1.5", "1 to 3600")]
#[case("PUBLIC_DOWNLOAD_RATE", "0", "megabytes a second")]
#[case("METRICS_TOKEN", "short", "16 or more letters")]
#[case("METRICS_TOKEN", "with white space in it", "16 or more letters")]
#[case("METRICS_TOKEN", "ünïcödé-ünïcödé-ünïcödé", "16 or more letters")]
#[case("WEBHOOK_ORIGIN", "chat.lan", "an address such as")]
#[case("STEAM_API_URL", "api.steampowered.com", "an address such as")]
#[case("STEAM_API_URL", "ftp://api.steampowered.com", "an address such as")]
#[case("STEAM_API_URL", "https://name@mirror.example/", "an address such as")]
#[case("STEAM_API_URL", "https://mirror.example/?key=1", "an address such as")]
fn a_bad_value_is_refused_by_name(#[case] name: &str, #[case] value: &str, #[case] accepted: &str) {
    let error = config(&[(name, value)]).unwrap_err().to_string();
    let named = if accepted == "not below" { "LEFT4ME_PORT_RANGE_END" } else { name };
    assert!(error.starts_with(named) && error.contains(accepted), "{error}");
}

#[rstest]
#[case("sqlite:////srv/a.db", "/srv/a.db")]
#[case("sqlite:///srv/a.db", "/srv/a.db")]
fn the_database_is_a_file(#[case] url: &str, #[case] path: &str) {
    assert_eq!(config(&[("DATABASE_URL", url)]).unwrap().database.to_str(), Some(path));
}

#[rstest]
#[case("198.51.100.7", &["203.0.113.9"], "198.51.100.7")] // not from the proxy: the header is the client's own
#[case("127.0.0.1", &[], "127.0.0.1")]
#[case("127.0.0.1", &["203.0.113.9"], "203.0.113.9")]
#[case("127.0.0.1", &["6.6.6.6, 203.0.113.9"], "203.0.113.9")] // what stands before the last was said by the client
#[case("127.0.0.1", &["6.6.6.6", "203.0.113.9, ::1"], "203.0.113.9")]
#[case("::ffff:127.0.0.1", &["203.0.113.9, nonsense"], "127.0.0.1")]
fn only_trusted_proxies_are_believed(#[case] peer: IpAddr, #[case] forwarded: &[&str], #[case] client: IpAddr) {
    let proxies = TrustedProxies::parse("x", Some("127.0.0.1, ::1".into())).unwrap();
    assert_eq!(proxies.client(peer, forwarded), client);
}

#[test]
fn a_token_is_not_told_when_it_is_refused() {
    let error = config(&[("METRICS_TOKEN", "hunter2")]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let config = config(&[("METRICS_TOKEN", "0123456789abcdef")]).unwrap();
    assert_eq!(config.metrics_token.unwrap().expose(), "0123456789abcdef");
}
