//! How RCON replies: as the game does, or as no server should.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use crate::rcon::{PART, RESPONSE, write};

/// What `standin_rcon` orders.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Normal,
    /// After a while.
    Slow(Duration),
    /// A byte at a time.
    Pieces,
    WrongId,
    /// Without an end.
    Flood,
    /// The connection is closed in place of a reply.
    Close,
    /// No reply, and nothing else either.
    Silent,
    /// The end mark is not returned.
    NoMark,
}

impl Manner {
    /// Unknown words are normal.
    pub(crate) fn parse(word: &str, seconds: f64) -> Self {
        match word {
            "slow" => Self::Slow(Duration::from_secs_f64(seconds.clamp(0.0, 600.0))),
            "pieces" => Self::Pieces,
            "wrong-id" => Self::WrongId,
            "flood" => Self::Flood,
            "close" => Self::Close,
            "silent" => Self::Silent,
            "no-mark" => Self::NoMark,
            _ => Self::Normal,
        }
    }

    /// Whether the end mark is returned.
    pub(crate) fn marks(self) -> bool {
        !matches!(self, Self::Silent | Self::NoMark)
    }

    /// Sends a reply.
    pub(crate) fn reply(self, stream: &mut TcpStream, id: i32, reply: &[u8]) -> io::Result<()> {
        match self {
            Self::Slow(time) => thread::sleep(time),
            Self::Pieces => return pieces(stream, id, reply),
            Self::Flood => loop {
                write(stream, id, RESPONSE, &[b'.'; PART])?;
            },
            Self::Close => return stream.shutdown(Shutdown::Both),
            Self::Silent => return Ok(()),
            Self::Normal | Self::WrongId | Self::NoMark => {}
        }
        whole(stream, if self == Self::WrongId { id.wrapping_add(1_000_000) } else { id }, reply)
    }
}

fn whole(out: &mut impl Write, id: i32, reply: &[u8]) -> io::Result<()> {
    if reply.is_empty() {
        return write(out, id, RESPONSE, b"");
    }
    reply.chunks(PART).try_for_each(|part| write(out, id, RESPONSE, part))
}

/// Each byte in a segment of its own.
fn pieces(stream: &mut TcpStream, id: i32, reply: &[u8]) -> io::Result<()> {
    let mut packets = Vec::new();
    whole(&mut packets, id, reply)?;
    stream.set_nodelay(true)?;
    packets.iter().try_for_each(|byte| stream.write_all(&[*byte]))
}
