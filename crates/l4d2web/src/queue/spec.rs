//! The spec of a server, as its rows make it now.

use serde::Serialize;

use crate::db::{self, Db, job_subject};
use crate::id::ServerId;

#[derive(Serialize)]
struct Spec {
    port: u16,
    overlays: Vec<Entry>,
    arguments: Vec<String>,
    config: Vec<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Entry {
    Plain(String),
    Aliased { path: String, alias: String },
}

/// The YAML for `l4d2ctl initialize`; none when there is no such server.
pub(super) async fn render(db: &Db, server: ServerId) -> db::Result<Option<String>> {
    let Some(parts) = job_subject::parts(db, server).await? else { return Ok(None) };
    let overlays = job_subject::layers(db, server).await?;
    // The lowest first: the one on top runs last, and wins.
    let exposed = overlays.iter().rev().filter(|layer| layer.exposed);
    let mut config: Vec<String> = exposed.map(|layer| format!("exec server_overlay_{}", layer.id)).collect();
    config.extend(parts.config.lines().map(clean));
    let shown = if parts.hostname.is_empty() { &parts.name } else { &parts.hostname };
    config.push(format!("hostname \"{}\"", quoted(shown)));
    config.push(format!("rcon_password \"{}\"", quoted(&parts.rcon_password)));
    let entry = |layer: &job_subject::UsedLayer| {
        let path = layer.reference.clone();
        if layer.exposed { Entry::Aliased { path, alias: format!("overlay_{}", layer.id) } } else { Entry::Plain(path) }
    };
    let spec = Spec {
        port: parts.port,
        overlays: overlays.iter().map(entry).collect(),
        arguments: parts.arguments.split_whitespace().map(str::to_owned).collect(),
        config,
    };
    serde_yaml::to_string(&spec).map(Some).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn clean(line: &str) -> String {
    line.chars().filter(|c| !c.is_control() || *c == '\t').collect()
}

/// The game knows no escape for a quote mark within quotes.
fn quoted(text: &str) -> String {
    clean(text).replace('"', "'")
}
