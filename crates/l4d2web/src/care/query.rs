//! Whether a server answers a query, as everybody may ask it.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::net::UdpSocket;

use crate::game::a2s::{self, A2sError};

/// How often it is asked: servers limit how often they answer.
const TIMES: usize = 3;
const LIMITS: a2s::Limits = a2s::Limits { answer: Duration::from_secs(1) };
/// An address to which nothing is sent, and which no machine has: the way there tells which address this one has.
const ELSEWHERE: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 1), 9);

/// Whether somebody on this machine answers a query on a port; none when nobody listens there.
pub(super) async fn answers(port: u16) -> Option<bool> {
    // A server that listens on all addresses does not answer what is sent to 127.0.0.1.
    let addresses: Vec<_> = [Some(Ipv4Addr::LOCALHOST), own().await].into_iter().flatten().collect();
    let mut silent = false;
    for _ in 0..TIMES {
        let asked = addresses.iter().map(async |address| a2s::info(SocketAddr::from((*address, port)), &LIMITS).await);
        for said in join_all(asked).await {
            match said {
                Err(A2sError::Timeout(_)) => silent = true,
                Err(A2sError::Unreachable(_)) => {}
                // An answer that is not understood is one.
                Ok(_) | Err(_) => return Some(true),
            }
        }
    }
    silent.then_some(false)
}

/// The address of this machine by which others reach it; none when there is no way out.
async fn own() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await.ok()?;
    // Nothing is sent by that.
    socket.connect(SocketAddr::from(ELSEWHERE)).await.ok()?;
    match socket.local_addr().ok()? {
        SocketAddr::V4(address) => Some(*address.ip()).filter(|address| !address.is_loopback()),
        SocketAddr::V6(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_answers_is_told_from_who_does_not_and_from_nobody() {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        assert_eq!(answers(port).await, Some(false));
        let talks = tokio::spawn(async move {
            let mut packet = [0; 64];
            loop {
                let (_, from) = socket.recv_from(&mut packet).await.unwrap();
                socket.send_to(b"\xff\xff\xff\xffIwhat is this", from).await.unwrap();
            }
        });
        assert_eq!(answers(port).await, Some(true));
        talks.abort();
        let _ = talks.await;
        assert_eq!(answers(port).await, None);
    }
}
