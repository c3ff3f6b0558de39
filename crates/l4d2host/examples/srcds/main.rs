//! A stand-in for `srcds_linux`, the dedicated server of Left 4 Dead 2, for machines without the game.
//!
//! It behaves like the real one where left4me can see it: console on standard output, cfg files, RCON, A2S queries,
//! signals, exit codes, a scan of `addons/*.vpk`. There is no game in it. It is started by a `srcds_run` script in the
//! directory of the installation and reads and writes only there.
//!
//! # What tests can do with it (over RCON, standard input or a cfg file)
//!
//! | Command | Effect |
//! |---|---|
//! | `players N` | N humans are on the server, no more, no fewer |
//! | `players add "NAME" [STEAM_1:Y:Z [loading]]`, `players loaded USERID` | one more, called NAME, who may load until told otherwise; `\xNN` in NAME is that byte, so that quotes and control characters can be had |
//! | `players leave USERID`, `players say USERID "TEXT"` | that player goes; says something, as the log has it |
//! | `players bots N`, `players clear` | N bots; nobody |
//! | `players age SECONDS` | everybody has been connected for that long |
//! | `reserve COOKIE`, `reserve none` | a lobby holds the server |
//! | `crash` | dies by SIGSEGV (the signal's default action) |
//! | `freeze` | answers nothing more, SIGINT included |
//! | `spam N` | prints N numbered lines on the console |
//! | `standin_map_seconds S` | how long a map change takes (default 0.3); nothing is answered meanwhile |
//! | `standin_ignore_map 1` | a change of the map is taken and does not happen |
//! | `standin_keep NAME` | that variable keeps its value, whatever it is set to |
//! | `standin_status tf2` | `status` is that of another game; with any other word it is no status at all; `l4d2` is the default |
//! | `standin_rcon HOW` | RCON answers as no server should, from the next command on: `slow` (after `standin_rcon_seconds`), `pieces` (a byte at a time), `wrong-id`, `flood` (without an end), `close`, `silent`, `no-mark` (the end mark is not returned); `normal` is the default. Commands are run all the same |
//! | `standin_crash_on_second_join 1` | dies when a player joins an empty server for the second time, as the real one does at times |
//!
//! `-standin-loopback-queries` answers A2S queries sent to 127.0.0.1 although bound to 0.0.0.0; the real one does not.

mod arguments;
mod command;
mod console;
mod engine;
mod game;
mod manner;
mod maps;
mod network;
#[path = "../game/official.rs"]
mod official;
mod players;
mod query;
mod rcon;
mod steam;
mod tokens;
mod variables;
mod vpk;

use std::io::BufRead;
use std::process::ExitCode;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use nix::sys::signal::{SigSet, Signal};

use arguments::Arguments;
use engine::{Engine, Event};
use game::Game;
use network::Sockets;

fn main() -> ExitCode {
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGINT);
    signals.add(Signal::SIGTERM);
    // Before any thread is there, so that each inherits it.
    if let Err(error) = signals.thread_block() {
        eprintln!("stand-in: cannot block SIGINT: {error}");
        return ExitCode::FAILURE;
    }
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    let arguments = Arguments::parse(words.collect());
    console::line("left4me stand-in for srcds: there is no game in this server");
    let sockets = match Sockets::open(&arguments) {
        Ok(sockets) => sockets,
        Err(complaint) => {
            console::line(&complaint);
            return ExitCode::FAILURE;
        }
    };
    let game = Arc::new(Mutex::new(Game::load(arguments, sockets.port, sockets.address)));
    let (sender, events) = mpsc::channel();
    query::serve(sockets.udp, Arc::clone(&game));
    rcon::serve(sockets.tcp, Arc::clone(&game), sender.clone());
    watch_signals(signals, sender.clone());
    read_standard_input(sender);
    Engine::new(game, events).run()
}

fn watch_signals(signals: SigSet, events: Sender<Event>) {
    thread::spawn(move || {
        while let Ok(signal) = signals.wait() {
            if events.send(Event::Signal(signal)).is_err() {
                break;
            }
        }
    });
}

/// Its end is not the server's end: units have no standard input.
fn read_standard_input(events: Sender<Event>) {
    thread::spawn(move || {
        for line in std::io::stdin().lock().split(b'\n') {
            let Ok(line) = line else { break };
            let text = String::from_utf8_lossy(&line).into_owned();
            if events.send(Event::Line { text, reply: None }).is_err() {
                break;
            }
        }
    });
}
