//! A stand-in for the console of a server, of which the test plays the other side.

use std::net::{Ipv4Addr, SocketAddr};

use l4d2web::game::rcon::{Frames, Packet};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The password of every one.
pub(crate) const PASSWORD: &str = "s3cret";

/// The other side of one connection.
pub(crate) struct Peer {
    stream: TcpStream,
    frames: Frames,
}

/// A command with its end mark, as it came.
pub(crate) struct Asked {
    pub(crate) id: i32,
    pub(crate) mark: i32,
    pub(crate) text: String,
}

/// Listens, and lets `play` have the first connection. A panic in it shows when the handle is awaited.
pub(crate) async fn listen<F: Future<Output = ()> + Send + 'static>(
    play: impl FnOnce(Peer) -> F + Send + 'static,
) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let handle = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        play(Peer { stream, frames: Frames::default() }).await;
    });
    (address, handle)
}

impl Peer {
    /// The next packet of the client; none when it has gone.
    pub(crate) async fn read(&mut self) -> Option<Packet> {
        let mut piece = [0; 1024];
        loop {
            if let Some(packet) = self.frames.next_packet().unwrap() {
                return Some(packet);
            }
            match self.stream.read(&mut piece).await {
                Ok(length @ 1..) => self.frames.push(&piece[..length]),
                _ => return None,
            }
        }
    }

    /// Takes the password as the game does.
    pub(crate) async fn authenticate(&mut self) {
        let packet = self.read().await.unwrap();
        assert_eq!((packet.kind, packet.body.as_slice()), (3, PASSWORD.as_bytes()));
        self.send(packet.id, 0, b"").await;
        self.send(packet.id, 2, b"").await;
    }

    /// The next command.
    pub(crate) async fn command(&mut self) -> Asked {
        let command = self.read().await.unwrap();
        let mark = self.read().await.unwrap();
        assert_eq!((command.kind, mark.kind, mark.body.as_slice()), (2, 0, b"".as_slice()));
        Asked { id: command.id, mark: mark.id, text: String::from_utf8(command.body).unwrap() }
    }

    pub(crate) async fn send(&mut self, id: i32, kind: i32, body: &[u8]) {
        self.write(&Packet { id, kind, body: body.to_vec() }.encode()).await;
    }

    /// The client may have enough and go.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// The end mark, twice, as the game returns it.
    pub(crate) async fn mark(&mut self, asked: &Asked) {
        self.send(asked.mark, 0, b"").await;
        self.send(asked.mark, 0, &[0, 1, 0, 0]).await;
    }

    /// Says nothing until the client goes.
    pub(crate) async fn wait(&mut self) {
        while self.read().await.is_some() {}
    }
}
