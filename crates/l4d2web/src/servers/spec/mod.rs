//! What a start of a server is made of: the spec that `l4d2ctl initialize` takes, made from the rows, and what a restart would change.
//!
//! [`of`] makes it, [`Spec::render`] writes it, [`Spec::parse`] reads the one that a server was started with, [`changes`] compares.
//! [`now`] does the first from the database.

mod changes;
mod load;
mod quote;
mod read;

pub use changes::{changes, newer_layers, unnamed};
pub use load::now;

use crate::blueprints;
use crate::db::blueprints::{Blueprint, UsedOverlay};
use crate::db::servers::Server;
use quote::quote;

/// Those who may not come for good, as the game keeps them: it writes the file (`writeid`), but reads it only when it is told to.
const BANNED: &str = "exec banned_user.cfg";
/// The game would write a line for each question of the panel, several each five seconds. What people type is kept by the panel. A blueprint may have it
/// otherwise: its lines come after this.
const QUIET: &str = "sv_rcon_log 0";

/// A spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// The port of the game and of RCON.
    pub port: u16,
    /// The overlays, the one on top first.
    pub overlays: Vec<Layer>,
    /// Words for `srcds_run`.
    pub arguments: Vec<String>,
    /// The blueprint's lines of `server.cfg`, without those that left4me adds before and behind.
    pub config: Vec<String>,
    /// What the game shows as its name.
    pub hostname: String,
    /// Lets in whoever types commands.
    pub rcon_password: String,
}

/// An overlay of a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What `l4d2ctl` calls it.
    pub reference: String,
    /// The name by which its `server.cfg` is run; none when it is not run.
    pub alias: Option<String>,
}

/// The spec of a start of `server` now. `overlays` are those of its blueprint, the one on top first.
#[must_use]
pub fn of(server: &Server, blueprint: &Blueprint, overlays: &[UsedOverlay]) -> Spec {
    let layer = |overlay: &UsedOverlay| Layer {
        reference: overlay.reference.clone(),
        alias: overlay.expose.then(|| format!("overlay_{}", overlay.id)),
    };
    Spec {
        port: server.port,
        overlays: overlays.iter().map(layer).collect(),
        arguments: blueprints::words(&blueprint.arguments),
        config: blueprints::lines(&blueprint.config),
        hostname: if server.hostname.is_empty() { server.name.clone() } else { server.hostname.clone() },
        rcon_password: server.rcon_password.clone(),
    }
}

impl Spec {
    /// All lines of `server.cfg`, in the order in which they run: what may be overridden; the overlays' own from the lowest up, so that the highest wins; then the
    /// blueprint's; then what must not be overridden.
    #[must_use]
    pub fn server_cfg(&self) -> Vec<String> {
        let aliases = self.overlays.iter().rev().filter_map(|layer| layer.alias.as_deref());
        let mut lines = vec![QUIET.to_owned()];
        lines.extend(aliases.map(|alias| format!("exec server_{alias}")));
        lines.extend(self.config.iter().cloned());
        lines.push(BANNED.to_owned());
        lines.push(format!("hostname \"{}\"", without_quotes(&self.hostname)));
        lines.push(format!("rcon_password \"{}\"", without_quotes(&self.rcon_password)));
        lines
    }

    /// The YAML that `l4d2ctl initialize` takes. The same spec always gives the same text.
    #[must_use]
    pub fn render(&self) -> String {
        let mut yaml = format!("port: {}\n", self.port);
        let overlay = |layer: &Layer| match &layer.alias {
            Some(alias) => format!("{{path: {}, alias: {}}}", quote(&layer.reference), quote(alias)),
            None => quote(&layer.reference),
        };
        list(&mut yaml, "overlays", self.overlays.iter().map(overlay));
        list(&mut yaml, "arguments", self.arguments.iter().map(|word| quote(word)));
        list(&mut yaml, "config", self.server_cfg().iter().map(|line| quote(line)));
        yaml
    }
}

fn list(yaml: &mut String, key: &str, entries: impl Iterator<Item = String>) {
    let mut entries = entries.peekable();
    let head = if entries.peek().is_some() { ":\n" } else { ": []\n" };
    yaml.extend([key, head]);
    for entry in entries {
        yaml.extend(["- ", &entry, "\n"]);
    }
}

/// The game's command line knows no escape for a quote mark within quotes.
fn without_quotes(text: &str) -> String {
    text.replace('"', "'")
}

#[cfg(test)]
mod tests;
