//! The one thread that runs commands, changes maps and ends the server.

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{self, Signal};

use crate::command::{self, READY};
use crate::console;
use crate::game::Game;
use crate::maps::{self, Maps};
use crate::steam;
use crate::tokens;

/// What the other threads tell it.
pub(crate) enum Event {
    /// A line from the keyboard, or from RCON when there is somebody to reply to.
    Line {
        text: String,
        reply: Option<Sender<Vec<u8>>>,
    },
    Signal(Signal),
}

/// What a command asks of the engine.
pub(crate) enum Effect {
    Nothing,
    ChangeMap(String),
    Quit,
    Crash,
    Freeze,
}

/// The main loop.
pub(crate) struct Engine {
    game: Arc<Mutex<Game>>,
    events: Receiver<Event>,
    /// What came in while a map was loaded.
    late: VecDeque<Event>,
}

/// A panic elsewhere must not take the console down.
pub(crate) fn lock(game: &Mutex<Game>) -> MutexGuard<'_, Game> {
    game.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    pub(crate) fn new(game: Arc<Mutex<Game>>, events: Receiver<Event>) -> Self {
        Self { game, events, late: VecDeque::new() }
    }

    /// Runs the commands of the command line, then whatever comes in, until the server ends.
    pub(crate) fn run(mut self) -> ExitCode {
        if let Some(code) = self.run_buffer(&mut None) {
            return code;
        }
        loop {
            let next = self.late.pop_front().map_or_else(|| self.events.recv(), Ok);
            let ended = match next {
                Ok(Event::Line { text, reply }) => self.run_line(&text, reply),
                Ok(Event::Signal(signal)) => Some(interrupted(signal)),
                // Cannot be: the thread that waits for signals holds a sender.
                Err(_) => Some(ExitCode::FAILURE),
            };
            if let Some(code) = ended {
                return code;
            }
        }
    }

    fn run_line(&mut self, text: &str, mut reply: Option<Sender<Vec<u8>>>) -> Option<ExitCode> {
        {
            let mut game = lock(&self.game);
            game.capture = reply.is_some().then(Vec::new);
            game.insert(0, tokens::split_line(text));
        }
        let ended = self.run_buffer(&mut reply);
        self.answer(&mut reply);
        ended
    }

    /// Sends what was captured. A map change answers before it begins.
    fn answer(&self, reply: &mut Option<Sender<Vec<u8>>>) {
        let captured = lock(&self.game).capture.take();
        if let (Some(reply), Some(captured)) = (reply.take(), captured) {
            // The client may have gone.
            let _ignored = reply.send(captured);
        }
    }

    fn run_buffer(&mut self, reply: &mut Option<Sender<Vec<u8>>>) -> Option<ExitCode> {
        loop {
            let effect = {
                let mut game = lock(&self.game);
                let (depth, command) = game.buffer.pop_front()?;
                command::run(&mut game, &command, depth)
            };
            match effect {
                Effect::Nothing => {}
                Effect::ChangeMap(map) => {
                    self.answer(reply);
                    if let Some(code) = self.change_map(&map) {
                        return Some(code);
                    }
                }
                Effect::Quit => {
                    self.answer(reply);
                    console::line("Server Quit");
                    return Some(ExitCode::SUCCESS);
                }
                Effect::Crash => crash(),
                Effect::Freeze => loop {
                    thread::park();
                },
            }
        }
    }

    /// Nothing is answered until the map is there; SIGINT is.
    fn change_map(&mut self, map: &str) -> Option<ExitCode> {
        let first = {
            let mut game = lock(&self.game);
            game.answering = false;
            game.map.is_none()
        };
        if first {
            let on_steam = steam::connect();
            lock(&self.game).on_steam = on_steam;
        } else {
            let seconds = lock(&self.game).variables.number("standin_map_seconds").clamp(0.0, 600.0);
            if let Some(code) = self.wait(Duration::from_secs_f64(seconds)) {
                return Some(code);
            }
        }
        let mut game = lock(&self.game);
        if !first {
            game.maps = Maps::scan(&game.directory);
        }
        console::line(&format!("---- Host_NewGame ----\nLoading map \"{map}\""));
        if let Some(campaign) = maps::campaign(map) {
            console::line(&format!("Campaign: {} ({})", campaign.title, campaign.name));
        }
        game.map = Some(map.to_owned());
        let config = game.variables.value("servercfgfile").to_owned();
        game.insert(0, vec![format!("exec \"{config}\""), READY.to_owned()]);
        None
    }

    fn wait(&mut self, time: Duration) -> Option<ExitCode> {
        let end = Instant::now() + time;
        loop {
            match self.events.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(Event::Signal(signal)) => return Some(interrupted(signal)),
                Ok(line) => self.late.push_back(line),
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => return Some(ExitCode::FAILURE),
            }
        }
    }
}

fn interrupted(signal: Signal) -> ExitCode {
    console::line(&format!("{signal} received, the server ends"));
    console::line("Server Quit");
    ExitCode::SUCCESS
}

/// Dies of the signal itself. Rust's own handler returns from the first and restores the default for the next.
fn crash() -> ! {
    loop {
        let _ignored = signal::raise(Signal::SIGSEGV);
    }
}
