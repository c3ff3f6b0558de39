//! A2S: answers to `A2S_INFO`, `A2S_PLAYER` and `A2S_RULES`, with challenges, limits and split replies.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::engine;
use crate::game::Game;

const SINGLE: [u8; 4] = [0xff; 4];
const SPLIT: [u8; 4] = [0xfe, 0xff, 0xff, 0xff];
/// Payload of one packet of a split reply.
const PART: usize = 1200;
/// The largest reply that goes out whole.
const WHOLE: usize = 1260;
const APP: u16 = 550;
const INFO_REQUEST: &[u8] = b"TSource Engine Query\0";

struct Responder {
    socket: UdpSocket,
    game: Arc<Mutex<Game>>,
    /// Makes the challenges: one for each source address, until the server ends.
    secret: RandomState,
    /// When each address began its window, and how much it has asked since.
    asked: HashMap<IpAddr, (Instant, u32)>,
    replies: u32,
}

/// Answers queries until the process ends.
pub(crate) fn serve(socket: UdpSocket, game: Arc<Mutex<Game>>) {
    let mut responder = Responder { socket, game, secret: RandomState::new(), asked: HashMap::new(), replies: 0 };
    thread::spawn(move || {
        let mut buffer = [0; 2048];
        loop {
            if let Ok((length, from)) = responder.socket.recv_from(&mut buffer) {
                responder.receive(&buffer[..length], from);
            }
        }
    });
}

impl Responder {
    fn receive(&mut self, packet: &[u8], from: SocketAddr) {
        let Some(request) = packet.strip_prefix(&SINGLE) else { return };
        let game = Arc::clone(&self.game);
        let game = engine::lock(&game);
        if !game.answering || game.map.is_none() || self.out_of_reach(&game, from) || !self.admit(&game, from.ip()) {
            return;
        }
        let challenge = self.challenge(from);
        let reply = match request.first() {
            Some(b'T') if request.strip_prefix(INFO_REQUEST) == Some(&challenge) => info(&game),
            Some(b'U') if request.get(1..5) == Some(&challenge) => players(&game),
            Some(b'V') if request.get(1..5) == Some(&challenge) => rules(&game),
            Some(b'T') if !request.starts_with(INFO_REQUEST) => return,
            Some(b'T' | b'U' | b'V') => [b"A".as_slice(), &challenge].concat(),
            _ => return,
        };
        drop(game);
        self.send(&reply, from);
    }

    /// Bound to all addresses, the real one does not answer what is sent to 127.0.0.1.
    fn out_of_reach(&self, game: &Game, from: SocketAddr) -> bool {
        let bound = self.socket.local_addr().map_or(true, |address| address.ip().is_unspecified());
        bound && from.ip().is_loopback() && !game.arguments.loopback_queries
    }

    fn admit(&mut self, game: &Game, from: IpAddr) -> bool {
        let window = game.variables.number("sv_max_queries_window").clamp(0.0, 600.0);
        let most = game.variables.number("sv_max_queries_sec") * window;
        let now = Instant::now();
        let (since, count) = self.asked.entry(from).or_insert((now, 0));
        if now.duration_since(*since) > Duration::from_secs_f64(window) {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        most <= 0.0 || f64::from(*count) <= most
    }

    fn challenge(&self, from: SocketAddr) -> [u8; 4] {
        let [a, b, c, d, ..] = self.secret.hash_one(from.ip()).to_le_bytes();
        // The all-ones value means "none" in a request.
        if [a, b, c, d] == SINGLE { [1, 2, 3, 4] } else { [a, b, c, d] }
    }

    fn send(&mut self, reply: &[u8], to: SocketAddr) {
        let whole = [&SINGLE, reply].concat();
        // Whoever asked may have gone; the next request is served all the same.
        if whole.len() <= WHOLE {
            let _ignored = self.socket.send_to(&whole, to);
            return;
        }
        self.replies += 1;
        let parts: Vec<&[u8]> = whole.chunks(PART).collect();
        let total = u8::try_from(parts.len()).unwrap_or(u8::MAX);
        for (number, part) in (0..total).zip(parts) {
            let id = (self.replies & 0x7fff_ffff).to_le_bytes();
            let size = u16::try_from(PART).unwrap_or(0).to_le_bytes();
            let packet = [SPLIT.as_slice(), &id, &[total, number], &size, part].concat();
            let _ignored = self.socket.send_to(&packet, to);
        }
    }
}

fn info(game: &Game) -> Vec<u8> {
    let variables = &game.variables;
    let map = game.map.as_deref().unwrap_or("");
    let mut reply = vec![b'I', 17];
    for text in [variables.value("hostname"), map, "left4dead2", "Left 4 Dead 2"] {
        push_text(&mut reply, text.as_bytes());
    }
    reply.extend(APP.to_le_bytes());
    reply.extend([count(game.players.all().len()), game.arguments.max_players, count(game.players.bots()), b'd', b'l']);
    reply.extend([u8::from(!variables.value("sv_password").is_empty()), u8::from(game.secure())]);
    push_text(&mut reply, game.version.as_bytes());
    // Port, Steam id (not when on LAN), tags, game id.
    reply.push(if game.lan() { 0xa1 } else { 0xb1 });
    reply.extend(game.port.to_le_bytes());
    if !game.lan() {
        reply.extend((90_000_000_000_000_000_u64 + u64::from(game.port)).to_le_bytes());
    }
    let state = if game.players.humans() == 0 { ",empty" } else { "" };
    push_text(&mut reply, format!("{}{state}", variables.value("sv_tags")).as_bytes());
    reply.extend(u64::from(APP).to_le_bytes());
    reply
}

fn players(game: &Game) -> Vec<u8> {
    let mut reply = vec![b'D', count(game.players.all().len())];
    for player in game.players.all() {
        reply.push(0);
        push_text(&mut reply, &player.name);
        reply.extend(player.score.to_le_bytes());
        reply.extend(player.since.elapsed().as_secs_f32().to_le_bytes());
    }
    reply
}

fn rules(game: &Game) -> Vec<u8> {
    let rules: Vec<_> = game.variables.rules().collect();
    let mut reply = vec![b'E'];
    reply.extend(u16::try_from(rules.len()).unwrap_or(u16::MAX).to_le_bytes());
    for rule in rules {
        push_text(&mut reply, rule.name.as_bytes());
        push_text(&mut reply, rule.public_value().as_bytes());
    }
    reply
}

fn push_text(reply: &mut Vec<u8>, text: &[u8]) {
    reply.extend(text.iter().filter(|byte| **byte != 0));
    reply.push(0);
}

fn count(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}
