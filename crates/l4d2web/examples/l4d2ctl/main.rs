//! A stand-in for `l4d2ctl`, for tests of the panel and for work on its pages: it takes the command line of the real one,
//! answers in the same shapes, keeps its state in files below `LEFT4ME_ROOT`, and runs nothing.
//!
//! Overlays are built as `build.yaml` says: links and snapshots of the files that are there, and of a script, which is not run, a
//! file that says so beside a `server.cfg`. `overlay files` lists what was built; of a plain directory, a made-up tree.
//!
//! A server "runs" from `start` to `stop`: that stands in `servers/<name>.json`, and its console is in `logs/<name>.log`. A
//! fresh root has a game and no servers.
//!
//! # Orders
//!
//! A file `orders` in the root says what shall happen; it is read at each run. One order a line, words split by blanks, `#`
//! starts a comment. VERB is the verb (`overlay build` is `build`, `overlay delete` is `unbuild`, `overlay status` is
//! `overlay-status`), or `VERB:NAME` for one server or overlay only.
//!
//! | Order | Effect |
//! |---|---|
//! | `delay VERB SECONDS` | the verb takes so long |
//! | `fail VERB CODE [TIMES]` | the verb fails with that exit code and changes nothing (the first TIMES times only) |
//! | `hold VERB` | the verb prints `stand-in: held` and waits until a file `go` or `go-VERB` is in the root |
//! | `say VERB N` | the verb prints N numbered lines, each third on standard error |
//! | `flood VERB` | the verb prints lines without end |
//! | `endless VERB` | the verb prints one line without end |
//! | `hang VERB` | the verb prints `stand-in: hanging` and stays until it is killed |
//! | `stubborn VERB N` | the same, but it ignores SIGTERM, and so do N processes that it starts and names: `stand-in: child PID` |
//! | `malformed VERB` | the verb prints something that is not JSON, and ends well |
//! | `install SECONDS` | how long an install takes (default 4) |
//! | `build N` | the build of the game that Steam has (default: the installed one) |
//! | `no-game` | a fresh root has no game |
//! | `trickle MILLISECONDS` | how often a running server prints a line (default 2000) |
//! | `record` | each run is noted in the file `calls`: `begin PID ARGV`, `end PID CODE` |
//!
//! # Behind the panel's back
//!
//! `l4d2ctl stand-in crash NAME [SIGNAL]`, `… bounce NAME`, `… quit NAME`, `… up NAME` and `… print NAME TEXT` do to a server what nobody
//! asked the panel for.

mod arguments;
mod build;
mod calls;
mod console;
mod files;
mod follow;
mod game;
mod instance;
mod orders;
mod overlay;
mod place;
mod record;
mod spec;
mod state;
mod status;
mod trouble;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Cli, Verb};
use orders::Orders;
use place::Place;

/// What a verb ends with: an exit code and what to say on standard error.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    pub(crate) fn new(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(74, error.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(74, error.to_string())
    }
}

type Done = Result<(), Failure>;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let place = Place::find();
    let code = match run(&cli.verb, &place) {
        Ok(()) => 0,
        Err(failure) => {
            eprintln!("l4d2ctl (stand-in): {}", failure.message);
            failure.code
        }
    };
    calls::end(&place, code);
    ExitCode::from(code)
}

fn run(verb: &Verb, place: &Place) -> Done {
    place.lay_out()?;
    let orders = Orders::load(&place.root().join("orders")).map_err(|problem| Failure::new(64, problem))?;
    calls::begin(place, &orders)?;
    let (word, subject) = verb.key();
    if !verb.asks() {
        println!("left4me stand-in for l4d2ctl: nothing is really done");
    }
    game::lay_down(place, &orders)?;
    trouble::make(place, &orders, word, subject)?;
    match verb {
        Verb::Install => game::install(place, &orders),
        Verb::Initialize { name, .. } => instance::initialize(place, name),
        Verb::Start { name } => instance::start(place, name),
        Verb::Stop { name } => instance::stop(place, name),
        Verb::Restart { name } => instance::restart(place, name),
        Verb::Reset { name } => instance::reset(place, name),
        Verb::Delete { name } => instance::delete(place, name),
        Verb::Status { name: Some(name), json, .. } => status::one(place, name, *json),
        Verb::Status { name: None, json, restarts, .. } => status::all(place, *json, *restarts),
        Verb::List { json } => status::list(place, *json),
        Verb::Logs { name, lines, no_follow, json, .. } => {
            console::logs(place, &orders, name, *lines, !no_follow, *json)
        }
        Verb::Watch => record::watch(place),
        Verb::Files { name, what } => files::of_server(place, name, what),
        Verb::Overlay { verb } => overlay::run(place, verb),
        Verb::Game { json, refresh: _ } => game::show(place, &orders, *json),
        Verb::Gc => Ok(()),
        Verb::Doctor { json } => status::doctor(*json),
        Verb::StandIn { verb } => instance::behind(place, verb),
    }
}
