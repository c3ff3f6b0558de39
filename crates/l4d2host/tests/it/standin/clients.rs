//! Small clients of the game's protocols, written for these tests only.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

const SINGLE: &[u8] = &[0xff; 4];
/// How long an answer may take that must come, and one that must not.
const SOON: Duration = Duration::from_secs(10);
const NEVER: Duration = Duration::from_secs(1);

/// A UDP socket that asks one server.
pub(crate) struct Query(UdpSocket);

impl Query {
    pub(crate) fn to(server: SocketAddr) -> Self {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        socket.connect(server).unwrap();
        Self(socket)
    }

    fn send(&self, request: &[u8], challenge: &[u8]) {
        self.0.send(&[SINGLE, request, challenge].concat()).unwrap();
    }

    fn packet(&self, wait: Duration) -> Option<Vec<u8>> {
        self.0.set_read_timeout(Some(wait)).unwrap();
        let mut buffer = vec![0; 4096];
        let length = self.0.recv(&mut buffer).ok()?;
        buffer.truncate(length);
        Some(buffer)
    }

    /// The reply after its four bytes of header, put together from its parts when it was split, and how many they were.
    fn reply(&self, wait: Duration) -> Option<(Vec<u8>, usize)> {
        let first = self.packet(wait)?;
        if let Some(whole) = first.strip_prefix(SINGLE) {
            return Some((whole.to_vec(), 1));
        }
        assert_eq!(first[..4], [0xfe, 0xff, 0xff, 0xff]);
        let total = usize::from(first[8]);
        let mut parts = vec![first];
        while parts.len() < total {
            parts.push(self.packet(wait).unwrap());
        }
        parts.sort_by_key(|part| part[9]);
        let whole: Vec<u8> = parts.iter().flat_map(|part| part[12..].to_vec()).collect();
        Some((whole.strip_prefix(SINGLE).unwrap().to_vec(), total))
    }

    /// Asks, answers the challenge, and returns the reply with the number of its packets.
    pub(crate) fn ask(&self, request: &[u8]) -> (Vec<u8>, usize) {
        self.send(request, if request.len() == 1 { SINGLE } else { b"" });
        let (challenge, _) = self.reply(SOON).expect("a challenge");
        assert_eq!((challenge[0], challenge.len()), (b'A', 5), "a challenge comes first");
        self.send(request, &challenge[1..]);
        self.reply(SOON).expect("a reply")
    }

    /// Whether the server answers at all.
    pub(crate) fn answers(&self) -> bool {
        self.send(INFO, b"");
        self.reply(NEVER).is_some()
    }
}

pub(crate) const INFO: &[u8] = b"TSource Engine Query\0";
pub(crate) const PLAYER: &[u8] = b"U";
pub(crate) const RULES: &[u8] = b"V";

/// The NUL-terminated texts at the start of these bytes, up to a number of them, and what follows.
pub(crate) fn texts(mut bytes: &[u8], number: usize) -> (Vec<String>, &[u8]) {
    let mut found = Vec::new();
    while found.len() < number {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap();
        found.push(String::from_utf8(bytes[..end].to_vec()).unwrap());
        bytes = &bytes[end + 1..];
    }
    (found, bytes)
}

/// An RCON connection.
pub(crate) struct Rcon(TcpStream);

/// id, type, body.
pub(crate) type Packet = (i32, i32, Vec<u8>);

impl Rcon {
    pub(crate) fn connect(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        Self(stream)
    }

    /// Connected and let in.
    pub(crate) fn open(server: SocketAddr, password: &str) -> Self {
        let mut rcon = Self::connect(server);
        assert_eq!(rcon.authenticate(password), Some(7));
        rcon
    }

    pub(crate) fn send(&mut self, id: i32, kind: i32, body: &[u8]) {
        let size = i32::try_from(body.len() + 10).unwrap();
        let packet = [&size.to_le_bytes(), &id.to_le_bytes(), &kind.to_le_bytes(), body, b"\0\0"].concat();
        self.0.write_all(&packet).unwrap();
    }

    /// Sees that no packet comes.
    pub(crate) fn expect_nothing(&mut self) {
        self.0.set_read_timeout(Some(NEVER)).unwrap();
        assert_eq!(self.receive(), None);
    }

    /// The next packet; `None` when the server has closed the connection.
    pub(crate) fn receive(&mut self) -> Option<Packet> {
        let mut number = || {
            let mut bytes = [0; 4];
            self.0.read_exact(&mut bytes).ok().map(|()| i32::from_le_bytes(bytes))
        };
        let (size, id, kind) = (number()?, number()?, number()?);
        let mut body = vec![0; usize::try_from(size).unwrap() - 8];
        self.0.read_exact(&mut body).unwrap();
        assert!(body.ends_with(b"\0\0"));
        body.truncate(body.len() - 2);
        Some((id, kind, body))
    }

    /// The id of the answer to a password: that of the request (7), or -1.
    pub(crate) fn authenticate(&mut self, password: &str) -> Option<i32> {
        self.send(7, 3, password.as_bytes());
        assert_eq!(self.receive()?, (7, 0, Vec::new()));
        let (id, kind, _) = self.receive()?;
        assert_eq!(kind, 2);
        Some(id)
    }

    /// Runs a command; the echo of an empty packet marks the end of the reply. Also the number of its packets.
    pub(crate) fn packets(&mut self, command: &str) -> (String, usize) {
        self.send(8, 2, command.as_bytes());
        self.send(9, 0, b"");
        let (mut text, mut number) = (Vec::new(), 0);
        loop {
            let (id, kind, body) = self.receive().expect("a reply");
            assert_eq!(kind, 0);
            if id == 9 {
                assert_eq!(self.receive().unwrap(), (9, 0, vec![0, 1, 0, 0]));
                return (String::from_utf8(text).unwrap(), number);
            }
            text.extend(body);
            number += 1;
        }
    }

    pub(crate) fn run(&mut self, command: &str) -> String {
        self.packets(command).0
    }
}
