//! RCON over TCP: authentication, commands, replies in several packets, bans of those who guess.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::engine::{self, Event};
use crate::game::Game;
use crate::manner::Manner;

/// Packet types.
pub(crate) const RESPONSE: i32 = 0;
const COMMAND: i32 = 2;
const AUTH_RESPONSE: i32 = 2;
const AUTH: i32 = 3;
/// The body of one packet of a reply.
pub(crate) const PART: usize = 4096;
/// The largest request that is read.
const LONGEST: usize = 4096 + 10;
/// Second answer to an empty type 0 packet, as the real one sends it.
const MIRROR: [u8; 4] = [0, 1, 0, 0];
/// The real one sends some packets apart, and there are clients that lose one when two arrive in one read.
const APART: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Guard {
    failures: HashMap<IpAddr, Vec<Instant>>,
    /// Until when; for ever when there is no time.
    banned: HashMap<IpAddr, Option<Instant>>,
}

#[derive(Clone)]
struct Server {
    game: Arc<Mutex<Game>>,
    events: Sender<Event>,
    guard: Arc<Mutex<Guard>>,
}

/// Serves until the process ends.
pub(crate) fn serve(listener: Option<TcpListener>, game: Arc<Mutex<Game>>, events: Sender<Event>) {
    let Some(listener) = listener else { return };
    let server = Server { game, events, guard: Arc::default() };
    thread::spawn(move || {
        while let Ok((stream, from)) = listener.accept() {
            if server.is_banned(from.ip()) {
                continue;
            }
            let server = server.clone();
            // The end of a connection is the client's affair.
            thread::spawn(move || server.talk(stream, from));
        }
    });
}

struct Packet {
    id: i32,
    kind: i32,
    body: Vec<u8>,
}

impl Server {
    fn talk(&self, mut stream: TcpStream, from: SocketAddr) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut manner = Manner::Normal;
        let mut authenticated = false;
        loop {
            let packet = read(&mut stream)?;
            match packet.kind {
                AUTH => {
                    authenticated = self.is_password(&packet.body);
                    write(&mut stream, packet.id, RESPONSE, b"")?;
                    thread::sleep(APART);
                    write(&mut stream, if authenticated { packet.id } else { -1 }, AUTH_RESPONSE, b"")?;
                    if !authenticated && self.refuse(from) {
                        return Ok(());
                    }
                }
                COMMAND if authenticated => {
                    manner = self.manner();
                    let reply = self.run(from, &packet.body)?;
                    manner.reply(&mut stream, packet.id, &reply)?;
                }
                RESPONSE if authenticated && !manner.marks() => {}
                RESPONSE if authenticated => {
                    write(&mut stream, packet.id, RESPONSE, b"")?;
                    thread::sleep(APART);
                    write(&mut stream, packet.id, RESPONSE, &MIRROR)?;
                }
                // A command without a password is answered like a wrong one.
                COMMAND => write(&mut stream, -1, AUTH_RESPONSE, b"")?,
                _ => return Ok(()),
            }
        }
    }

    /// How replies are given.
    fn manner(&self) -> Manner {
        let game = engine::lock(&self.game);
        Manner::parse(game.variables.value("standin_rcon"), game.variables.number("standin_rcon_seconds"))
    }

    /// An empty password lets nobody in.
    fn is_password(&self, given: &[u8]) -> bool {
        let game = engine::lock(&self.game);
        let password = game.variables.value("rcon_password").as_bytes();
        !password.is_empty() && password == given
    }

    /// The reply may take as long as a map change, or never come.
    fn run(&self, from: SocketAddr, body: &[u8]) -> io::Result<Vec<u8>> {
        let text = String::from_utf8_lossy(body).into_owned();
        {
            let mut game = engine::lock(&self.game);
            if game.variables.number("sv_rcon_log") != 0.0 {
                let shown = if text.contains("password") { "(a password)" } else { &text };
                game.record(&format!("rcon from \"{from}\": command \"{shown}\""));
            }
        }
        let (reply, answer) = mpsc::channel();
        self.events.send(Event::Line { text, reply: Some(reply) }).map_err(io::Error::other)?;
        answer.recv().map_err(io::Error::other)
    }

    /// Counts a wrong password; true when the address is banned for it.
    fn refuse(&self, from: SocketAddr) -> bool {
        let mut game = engine::lock(&self.game);
        game.record(&format!("rcon from \"{from}\": Bad Password"));
        let (most, soon) = (game.variables.number("sv_rcon_maxfailures"), game.variables.number("sv_rcon_minfailures"));
        let window = Duration::from_secs_f64(game.variables.number("sv_rcon_minfailuretime").clamp(0.0, 3600.0));
        let penalty = game.variables.number("sv_rcon_banpenalty").clamp(0.0, 100_000.0);
        let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = guard.failures.entry(from.ip()).or_default();
        failures.push(Instant::now());
        let recent = failures.iter().filter(|failure| failure.elapsed() <= window).count();
        let over = |count: usize, limit: f64| limit > 0.0 && u32::try_from(count).is_ok_and(|n| f64::from(n) > limit);
        if !over(failures.len(), most) && !over(recent, soon) {
            return false;
        }
        failures.clear();
        let until = (penalty > 0.0).then(|| Instant::now() + Duration::from_secs_f64(penalty * 60.0));
        guard.banned.insert(from.ip(), until);
        game.record(&format!("Banning {} for rcon hacking attempts", from.ip()));
        true
    }

    fn is_banned(&self, address: IpAddr) -> bool {
        let guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        guard.banned.get(&address).is_some_and(|until| until.is_none_or(|until| Instant::now() < until))
    }
}

fn read(stream: &mut TcpStream) -> io::Result<Packet> {
    let size = usize::try_from(read_i32(stream)?).map_err(io::Error::other)?;
    if !(10..=LONGEST).contains(&size) {
        return Err(io::Error::other("a packet of an impossible size"));
    }
    let (id, kind) = (read_i32(stream)?, read_i32(stream)?);
    let mut body = vec![0; size - 8];
    stream.read_exact(&mut body)?;
    // Up to the first NUL; a second text may follow, which nobody uses.
    let end = body.iter().position(|byte| *byte == 0).unwrap_or(body.len());
    body.truncate(end);
    Ok(Packet { id, kind, body })
}

fn read_i32(stream: &mut TcpStream) -> io::Result<i32> {
    let mut bytes = [0; 4];
    stream.read_exact(&mut bytes)?;
    Ok(i32::from_le_bytes(bytes))
}

pub(crate) fn write(stream: &mut impl Write, id: i32, kind: i32, body: &[u8]) -> io::Result<()> {
    let size = i32::try_from(body.len() + 10).map_err(io::Error::other)?;
    stream.write_all(&[&size.to_le_bytes(), &id.to_le_bytes(), &kind.to_le_bytes(), body, b"\0\0"].concat())
}
