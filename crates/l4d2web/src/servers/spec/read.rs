use serde::Deserialize;

use super::{BANNED, Layer, QUIET, Spec};

#[derive(Deserialize)]
struct Read {
    port: u16,
    #[serde(default)]
    overlays: Vec<ReadLayer>,
    #[serde(default)]
    arguments: Vec<String>,
    #[serde(default)]
    config: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ReadLayer {
    Plain(String),
    Aliased { path: String, alias: String },
}

impl Spec {
    /// Reads what [`Spec::render`] wrote; none for anything else.
    #[must_use]
    pub fn parse(yaml: &str) -> Option<Self> {
        let read: Read = serde_yaml::from_str(yaml).ok()?;
        let overlays: Vec<_> = read
            .overlays
            .into_iter()
            .map(|layer| match layer {
                ReadLayer::Plain(reference) => Layer { reference, alias: None },
                ReadLayer::Aliased { path, alias } => Layer { reference: path, alias: Some(alias) },
            })
            .collect();
        let added = overlays.iter().filter(|layer| layer.alias.is_some()).count();
        let mut config = read.config;
        let rcon_password = unquote(&config.pop()?, "rcon_password")?;
        let hostname = unquote(&config.pop()?, "hostname")?;
        // A server that was started by an older panel lacks these.
        config.pop_if(|line| line == BANNED);
        if config.first().is_some_and(|line| line == QUIET) {
            config.remove(0);
        }
        if added > config.len() {
            return None;
        }
        config.drain(..added);
        Some(Self { port: read.port, overlays, arguments: read.arguments, config, hostname, rcon_password })
    }
}

fn unquote(line: &str, name: &str) -> Option<String> {
    Some(line.strip_prefix(name)?.strip_prefix(" \"")?.strip_suffix('"')?.to_owned())
}
