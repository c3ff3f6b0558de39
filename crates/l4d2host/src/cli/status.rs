//! `l4d2ctl status`

use clap::Args;

use super::text::{Table, ago, colour_of, faint, now, paint, print, print_json};
use super::{CliError, Context};
use crate::name::InstanceName;
use crate::state::{self, LayerStatus, State, Status as Server};

/// Say what a server does, on which layers, and why it is down.
#[derive(Debug, Args)]
pub(super) struct Status {
    /// Name of the server.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    name: Option<InstanceName>,
    /// Every server.
    #[arg(long)]
    all: bool,
    /// Print JSON: an object, or a list of them with --all.
    #[arg(long)]
    json: bool,
    /// Of every server, how often systemd has started it again by itself since somebody last did.
    #[arg(long, requires_all = ["all", "json"])]
    restarts: bool,
}

impl Status {
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        let Some(name) = &self.name else {
            let ask = if self.restarts { state::statuses_with_restarts } else { state::statuses };
            let servers = ask(&context.root, &context.systemd)?;
            return if self.json { print_json(&servers) } else { print(&render_all(&servers, now())) };
        };
        let server = state::status(&context.root, &context.systemd, name)?;
        if self.json { print_json(&server) } else { print(&render(&server, now())) }
    }
}

/// One server: a line with the state, then what there is to say, a line each.
fn render(server: &Server, now: u64) -> String {
    let mut table = Table::default();
    let word = paint(server.state.as_str(), colour_of(server.state));
    let since = since(server, now).map(|since| format!(" {since}")).unwrap_or_default();
    table.row([server.name.clone(), format!("{word}{since}")]);
    if let Some(reason) = &server.reason {
        table.row(["reason".to_owned(), reason.clone()]);
    }
    table.row(["port".to_owned(), port(server)]);
    table.row(["at boot".to_owned(), if server.enabled { "starts" } else { "stays down" }.to_owned()]);
    for (index, layer) in server.layers.iter().enumerate() {
        let label = if index == 0 { "layers" } else { "" };
        table.row([label.to_owned(), render_layer(layer, server.state)]);
    }
    if server.stale {
        table.row(["stale".to_owned(), format!("`l4d2ctl restart {}` applies what is published now", server.name)]);
    }
    if server.spec_changed {
        table.row(["changed".to_owned(), format!("`l4d2ctl restart {}` applies the new spec", server.name)]);
    }
    for warning in &server.warnings {
        table.row(["warning".to_owned(), warning.clone()]);
    }
    table.render()
}

fn render_layer(layer: &LayerStatus, state: State) -> String {
    match (&layer.pinned, &layer.current) {
        (Some(pinned), Some(current)) if pinned == current => pinned.clone(),
        (Some(pinned), Some(current)) => format!("{pinned}, now {current}"),
        (Some(pinned), None) => format!("{pinned}, no longer in the spec or gone"),
        (None, Some(current)) if state.is_down() => current.clone(),
        (None, Some(current)) => format!("{current}, from the next start on"),
        (None, None) => format!("{} is missing", layer.reference),
    }
}

/// For how long it has been so.
fn since(server: &Server, now: u64) -> Option<String> {
    match server.state {
        State::Running => server.last.started_at.map(|then| format!("for {}", ago(then, now))),
        State::Stopped | State::Failed => server.last.ended_at.map(|then| format!("for {}", ago(then, now))),
        _ => None,
    }
}

fn port(server: &Server) -> String {
    server.port.map_or_else(|| "unknown".to_owned(), |port| port.to_string())
}

/// Every server, a line each.
fn render_all(servers: &[Server], now: u64) -> String {
    if servers.is_empty() {
        return "there are no servers: `l4d2ctl initialize <name> -f <spec.yaml>` makes one\n".to_owned();
    }
    let mut table = Table::new(&[2]);
    table.row(["NAME", "STATE", "PORT", "AT BOOT", "SINCE", "REMARKS"].map(faint));
    for server in servers {
        let since = match server.state {
            State::Running => server.last.started_at,
            _ => server.last.ended_at,
        };
        table.row([
            server.name.clone(),
            paint(server.state.as_str(), colour_of(server.state)),
            port(server),
            if server.enabled { "starts" } else { "-" }.to_owned(),
            since.map_or_else(|| "-".to_owned(), |then| ago(then, now)),
            remarks(server),
        ]);
    }
    table.render()
}

fn remarks(server: &Server) -> String {
    let mut parts = Vec::new();
    if server.stale {
        parts.push("stale: restart to apply".to_owned());
    }
    if server.spec_changed {
        parts.push("spec changed: restart to apply".to_owned());
    }
    // That a stopped server is stopped needs no reason here.
    if server.state != State::Stopped || server.enabled {
        parts.extend(server.reason.clone());
    }
    match server.warnings.len() {
        0 => {}
        1 => parts.push("1 warning".to_owned()),
        count => parts.push(format!("{count} warnings")),
    }
    parts.join("; ")
}
