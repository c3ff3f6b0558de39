//! The made-up console of a server: a file of lines that grows while it "runs", printed by `logs`.
//!
//! Nothing runs between two calls, so that whoever reads a log first writes what would have been printed since. All readers
//! see the same file, and with it the same lines.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::time::Duration;

use serde_json::json;

use crate::follow::{Followed, Woken};
use crate::orders::Orders;
use crate::place::{self, Place};
use crate::spec::Spec;
use crate::state::Server;
use crate::{Done, Failure};

/// How often a running server prints a line.
const TRICKLE: Duration = Duration::from_secs(2);
/// Most lines that are written after the fact.
const CATCH_UP_MAX: u64 = 200;
/// What it prints then, one after the other.
const CHATTER: [&str; 6] = [
    "Director: waiting for survivors to leave the safe room",
    "Heartbeat sent to the master server",
    "sv: frame time 6.1 ms, 0 of 8 players",
    "Director: no mobs to spawn",
    "Connection to Steam servers successful.",
    "rcon from \"127.0.0.1\": command \"status\"",
];

/// What a server prints as it starts.
pub(crate) fn boot(place: &Place, name: &str, spec: &Spec) -> Done {
    print(place, name, "stand-in for srcds: no game runs")?;
    print(place, name, &format!("Network: IP 0.0.0.0, mode MP, dedicated Yes, ports {} SV", spec.port))?;
    for line in spec.config.iter().filter(|line| !line.contains("rcon_password")) {
        print(place, name, &format!("server.cfg: {line}"))?;
    }
    print(place, name, "Loading map \"c1m1_hotel\"")?;
    print(place, name, "Connection to Steam servers successful.")
}

/// Adds a line to the log.
pub(crate) fn print(place: &Place, name: &str, text: &str) -> Done {
    let _lock = place.lock(&format!("log-{name}"))?;
    append(place, name, place::now_us(), text)
}

fn append(place: &Place, name: &str, time_us: u64, text: &str) -> Done {
    let mut file = File::options().create(true).append(true).open(place.log(name))?;
    Ok(file.write_all(format!("{time_us} {text}\n").as_bytes())?)
}

/// Writes what a running server would have printed since it printed last.
pub(crate) fn catch_up(place: &Place, name: &str, server: &mut Server, trickle: Option<Duration>) -> Done {
    let _lock = place.lock(&format!("log-{name}"))?;
    let period = u64::try_from(trickle.unwrap_or(TRICKLE).as_micros()).unwrap_or(u64::MAX);
    let due = place::now_us().saturating_sub(server.printed_us) / period;
    server.printed_us += due.saturating_sub(CATCH_UP_MAX) * period;
    for _ in 0..due.min(CATCH_UP_MAX) {
        server.printed_us += period;
        let number = usize::try_from(server.printed_us / period).unwrap_or_default();
        append(place, name, server.printed_us, CHATTER[number % CHATTER.len()])?;
    }
    Ok(())
}

/// Catches up as a reader of the log does: under the server's lock, unless a verb holds it.
fn refresh(place: &Place, name: &str, trickle: Option<Duration>) -> Done {
    let Some(_lock) = place.try_lock(&format!("instance-{name}"))? else { return Ok(()) };
    let mut server = Server::load(place, name)?;
    let before = server.printed_us;
    if server.running {
        catch_up(place, name, &mut server, trickle)?;
    }
    if server.printed_us == before { Ok(()) } else { server.store(place, name) }
}

/// `logs`
pub(crate) fn logs(place: &Place, orders: &Orders, name: &str, lines: usize, follow: bool, json: bool) -> Done {
    Spec::load(place, name)?;
    drop(File::options().create(true).append(true).open(place.log(name))?);
    let followed = Followed::new(&place.log(name))?;
    refresh(place, name, orders.trickle)?;
    let total = BufReader::new(File::open(place.log(name))?).lines().count();
    let mut reader = BufReader::new(File::open(place.log(name))?);
    let (mut number, mut line) = (0, String::new());
    loop {
        while reader.read_line(&mut line)? > 0 && line.ends_with('\n') {
            number += 1;
            if number + lines > total && show(number, line.trim_end_matches('\n'), json).is_err() {
                return Ok(());
            }
            line.clear();
        }
        if !follow || !fs::exists(place.log(name))? {
            return Ok(());
        }
        let period = orders.trickle.unwrap_or(TRICKLE);
        if followed.wait(Some(period))? == Woken::ReaderGone {
            return Ok(());
        }
        refresh(place, name, orders.trickle)?;
    }
}

fn show(number: usize, line: &str, json: bool) -> Result<(), Failure> {
    let (time, text) = line.split_once(' ').unwrap_or(("0", line));
    let time_us: u64 = time.parse().unwrap_or_default();
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", json!({ "cursor": format!("stand-in={number}"), "time_us": time_us, "line": text }))?;
    } else {
        writeln!(out, "{text}")?;
    }
    Ok(out.flush()?)
}
