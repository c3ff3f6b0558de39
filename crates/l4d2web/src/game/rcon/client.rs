//! The client: one connection, one command at a time.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::packet::{AUTH, AUTH_RESPONSE, COMMAND, RESPONSE};
use super::{Breach, Command, Frames, Limits, Packet, RconError, RconPassword, Reply, Stage};

/// The number of the packet with the password. Commands and end marks count on from there.
const FIRST: i32 = 1;
/// The most packets of one reply: empty ones cost nothing of its bytes.
const PACKETS_MAX: usize = 4096;
/// What is read at once.
const READ: usize = 8 * 1024;

/// A connection to a console that has taken the password.
///
/// After a failure, and when a command is given up half way, it is spent: a reply that comes late must not be taken for that of another command.
#[derive(Debug)]
pub struct Rcon {
    stream: TcpStream,
    frames: Frames,
    limits: Limits,
    /// The number that was used last.
    last: i32,
    usable: bool,
}

/// Until when, and how long that was.
#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    after: Duration,
}

impl Deadline {
    fn new(after: Duration) -> Self {
        Self { at: Instant::now() + after, after }
    }

    fn over(self, waiting: Stage) -> RconError {
        RconError::Timeout { waiting, after: self.after }
    }
}

impl Rcon {
    /// Connects and shows the password.
    ///
    /// # Errors
    ///
    /// When the server is not there, takes another password, has banned this address, or does not answer in time.
    pub async fn connect(address: SocketAddr, password: &RconPassword, limits: &Limits) -> Result<Self, RconError> {
        Self::connect_if(address, password, limits, |_| Ok(())).await
    }

    /// The same, but shows the password only when `right` takes the connection, which is from this address of ours.
    ///
    /// # Errors
    ///
    /// As above, and what `right` says.
    pub async fn connect_if(
        address: SocketAddr,
        password: &RconPassword,
        limits: &Limits,
        right: impl FnOnce(SocketAddr) -> Result<(), RconError>,
    ) -> Result<Self, RconError> {
        let deadline = Deadline::new(limits.connect);
        let stream = timeout_at(deadline.at, TcpStream::connect(address))
            .await
            .map_err(|_| deadline.over(Stage::Connection))?
            .map_err(RconError::Unreachable)?;
        // Commands are short and wait for their reply.
        stream.set_nodelay(true).map_err(RconError::Unreachable)?;
        right(stream.local_addr().map_err(RconError::Unreachable)?)?;
        let mut rcon = Self { stream, frames: Frames::default(), limits: *limits, last: FIRST, usable: false };
        rcon.authenticate(password, deadline).await?;
        rcon.usable = true;
        Ok(rcon)
    }

    /// Runs a command, and waits for all of its reply.
    ///
    /// # Errors
    ///
    /// When the server closes the connection, does not answer in time, answers more than the limit, or something that is no answer.
    pub async fn run(&mut self, command: &Command) -> Result<Reply, RconError> {
        // Also when this future is dropped on its way.
        if !std::mem::replace(&mut self.usable, false) {
            return Err(RconError::Spent);
        }
        let deadline = Deadline::new(self.limits.reply);
        let (id, mark) = (self.next_id(), self.next_id());
        // The server answers an empty reply with its like: after everything that it says about the command.
        let mut request = Packet { id, kind: COMMAND, body: command.as_str().as_bytes().to_vec() }.encode();
        request.extend(Packet { id: mark, kind: RESPONSE, body: Vec::new() }.encode());
        self.send(&request, deadline, Stage::Reply).await?;
        let reply = self.reply(id, mark, deadline).await?;
        self.usable = true;
        Ok(reply)
    }

    /// Waits so long for each reply from now on.
    pub fn wait_at_most(&mut self, reply: Duration) {
        self.limits.reply = reply;
    }

    /// Whether it can be used, as far as is known without asking: no command failed on it, and nobody has closed it.
    pub fn stands(&mut self) -> bool {
        let mut piece = [0; 512];
        match self.stream.try_read(&mut piece) {
            // The end mark of a command before, which comes twice.
            Ok(length @ 1..) => self.frames.push(&piece[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Ok(0) | Err(_) => self.usable = false,
        }
        self.usable
    }

    async fn authenticate(&mut self, password: &RconPassword, deadline: Deadline) -> Result<(), RconError> {
        let closed = |error| if matches!(error, RconError::Closed) { RconError::Banned } else { error };
        let request = Packet { id: FIRST, kind: AUTH, body: password.bytes() }.encode();
        self.send(&request, deadline, Stage::Password).await.map_err(closed)?;
        // An empty reply comes first, from most servers.
        for _ in 0..2 {
            let packet = self.receive(deadline, Stage::Password).await.map_err(closed)?;
            match (packet.kind, packet.id) {
                (AUTH_RESPONSE, FIRST) => return Ok(()),
                (AUTH_RESPONSE, -1) => return Err(RconError::Refused),
                (RESPONSE, FIRST | -1) => {}
                (RESPONSE | AUTH_RESPONSE, id) => return Err(RconError::Broken(Breach::Number(id))),
                (kind, _) => return Err(RconError::Broken(Breach::Kind(kind))),
            }
        }
        Err(RconError::Broken(Breach::Flood))
    }

    async fn reply(&mut self, id: i32, mark: i32, deadline: Deadline) -> Result<Reply, RconError> {
        let mut reply = Reply::default();
        let mut answered = false;
        for _ in 0..PACKETS_MAX {
            let until = if answered { deadline.at.min(Instant::now() + self.limits.quiet) } else { deadline.at };
            let packet = match timeout_at(until, self.receive(deadline, Stage::Reply)).await {
                Ok(packet) => packet?,
                // It has answered and has nothing more to say: it does not return the mark.
                Err(_) if until < deadline.at => return Ok(reply),
                Err(_) => return Err(deadline.over(Stage::Reply)),
            };
            match (packet.kind, packet.id) {
                (RESPONSE, number) if number == mark => return Ok(Reply { marked: true, ..reply }),
                (RESPONSE, number) if number == id => {
                    answered = true;
                    if reply.bytes.len() + packet.body.len() > self.limits.bytes {
                        return Err(RconError::Long(self.limits.bytes));
                    }
                    reply.bytes.extend(packet.body);
                }
                // What comes late for a command before: the game returns each mark twice.
                (RESPONSE, number) if earlier(number, id) => {}
                // It wants the password once more: somebody has changed it.
                (AUTH_RESPONSE, -1) => return Err(RconError::Refused),
                (RESPONSE, number) => return Err(RconError::Broken(Breach::Number(number))),
                (kind, _) => return Err(RconError::Broken(Breach::Kind(kind))),
            }
        }
        Err(RconError::Broken(Breach::Flood))
    }

    async fn send(&mut self, bytes: &[u8], deadline: Deadline, waiting: Stage) -> Result<(), RconError> {
        let sent = timeout_at(deadline.at, self.stream.write_all(bytes)).await;
        sent.map_err(|_| deadline.over(waiting))?.map_err(|_| RconError::Closed)
    }

    /// The next packet. It may be given up and asked for again: nothing that has come is lost.
    async fn receive(&mut self, deadline: Deadline, waiting: Stage) -> Result<Packet, RconError> {
        let mut piece = [0; READ];
        loop {
            if let Some(packet) = self.frames.next_packet().map_err(|error| RconError::Broken(error.into()))? {
                return Ok(packet);
            }
            let read = timeout_at(deadline.at, self.stream.read(&mut piece)).await;
            match read.map_err(|_| deadline.over(waiting))? {
                Ok(length @ 1..) => self.frames.push(&piece[..length]),
                Ok(0) | Err(_) => return Err(RconError::Closed),
            }
        }
    }

    fn next_id(&mut self) -> i32 {
        // Never 0 or below: -1 is a refusal.
        self.last = if self.last == i32::MAX { FIRST + 1 } else { self.last + 1 };
        self.last
    }
}

/// Whether a number was used before another: by the last 1,000 commands.
fn earlier(number: i32, than: i32) -> bool {
    number >= FIRST && number < than && than - number <= 2000
}
