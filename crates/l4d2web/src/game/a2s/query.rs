//! The client: one socket for each query.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::timeout;

use super::{A2sError, Assembly, Info, Players, Rules, Taken};

/// How often a server may ask for proof of the address, and how many packets it may send in all.
const CHALLENGES_MAX: usize = 3;
const PACKETS_MAX: usize = 256;
/// The largest packet.
const PACKET_MAX: usize = 64 * 1024;
/// No challenge is known yet.
const NONE: [u8; 4] = [0xff; 4];

/// How long a server may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first packet to the last.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { answer: Duration::from_secs(2) }
    }
}

/// What the server is.
///
/// # Errors
///
/// When it is not there, or does not answer in time or as it should.
pub async fn info(address: SocketAddr, limits: &Limits) -> Result<Info, A2sError> {
    let request = |challenge: Option<[u8; 4]>| {
        let mut request = b"\xff\xff\xff\xffTSource Engine Query\0".to_vec();
        request.extend(challenge.into_iter().flatten());
        request
    };
    Ok(Info::parse(&ask(address, limits, request).await?)?)
}

/// Who is on it.
///
/// # Errors
///
/// As [`info`].
pub async fn players(address: SocketAddr, limits: &Limits) -> Result<Players, A2sError> {
    Ok(Players::parse(&ask(address, limits, |challenge| with(b'U', challenge)).await?)?)
}

/// What everybody may know of its variables.
///
/// # Errors
///
/// As [`info`].
pub async fn rules(address: SocketAddr, limits: &Limits) -> Result<Rules, A2sError> {
    Ok(Rules::parse(&ask(address, limits, |challenge| with(b'V', challenge)).await?)?)
}

fn with(kind: u8, challenge: Option<[u8; 4]>) -> Vec<u8> {
    [NONE.as_slice(), &[kind], &challenge.unwrap_or(NONE)].concat()
}

async fn ask(
    address: SocketAddr,
    limits: &Limits,
    request: impl Fn(Option<[u8; 4]>) -> Vec<u8>,
) -> Result<Vec<u8>, A2sError> {
    timeout(limits.answer, talk(address, request)).await.map_err(|_| A2sError::Timeout(limits.answer))?
}

async fn talk(address: SocketAddr, request: impl Fn(Option<[u8; 4]>) -> Vec<u8>) -> Result<Vec<u8>, A2sError> {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await.map_err(A2sError::Unreachable)?;
    // Only what comes from there is taken from now on.
    socket.connect(address).await.map_err(A2sError::Unreachable)?;
    socket.send(&request(None)).await.map_err(A2sError::Unreachable)?;
    let mut assembly = Assembly::default();
    let mut challenges = 0;
    let mut packet = vec![0; PACKET_MAX];
    for _ in 0..PACKETS_MAX {
        let length = socket.recv(&mut packet).await.map_err(A2sError::Unreachable)?;
        let Taken::Whole(answer) = assembly.take(&packet[..length])? else { continue };
        let Some(challenge) = answer.strip_prefix(b"A").and_then(|rest| rest.first_chunk()) else {
            return Ok(answer);
        };
        challenges += 1;
        if challenges > CHALLENGES_MAX {
            return Err(A2sError::Challenges);
        }
        socket.send(&request(Some(*challenge))).await.map_err(A2sError::Unreachable)?;
    }
    Err(A2sError::Flood)
}
