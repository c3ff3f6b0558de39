use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

/// How long a client may leave what was sent to it unread before its connection is closed.
const UNREAD: Duration = Duration::from_secs(30);
/// How long a client may take to ask for something, from the connection or the last answer to the end of the headers.
const UNASKED: Duration = Duration::from_secs(30);

/// Listens, and closes connections whose client has stopped reading: nothing else would notice those that follow a log.
#[derive(Debug)]
pub struct Guarded {
    listener: TcpListener,
    unread: Duration,
    unasked: Duration,
}

impl Guarded {
    /// On this socket.
    #[must_use]
    pub const fn new(listener: TcpListener) -> Self {
        Self::patient(listener, UNREAD, UNASKED)
    }

    /// The same, with another time that a client may leave what was sent to it unread, and another that it may take to ask.
    #[must_use]
    pub const fn patient(listener: TcpListener, unread: Duration, unasked: Duration) -> Self {
        Self { listener, unread, unasked }
    }

    pub(super) const fn unasked(&self) -> Duration {
        self.unasked
    }
}

impl Listener for Guarded {
    type Io = Pin<Box<TimeoutStream<TcpStream>>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        // Small fragments go out at once.
        let _ = stream.set_nodelay(true);
        let mut guarded = TimeoutStream::new(stream);
        guarded.set_write_timeout(Some(self.unread));
        (Box::pin(guarded), address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// Who is at the other end of a connection: the client, or a proxy.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);
