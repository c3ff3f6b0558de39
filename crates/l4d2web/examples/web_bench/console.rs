//! A command through the web, beside the same one by a client that holds its connection.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use l4d2web::game::rcon::Limits;
use l4d2web::game::{Command, Rcon, RconPassword};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::panel::Panel;
use crate::report::quantile;

/// Commands that are timed: no more than come at once from one user.
const COMMANDS: usize = 30;
/// A reply of some lines.
const REPLY: &[u8] = b"\"mp_gamemode\" = \"versus\" ( def. \"coop\" )\n notify replicated\n - Current game mode\n";

/// What stands in for a game, as far as its console goes: it answers everything at once.
pub(crate) async fn game() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream));
        }
    });
    address
}

async fn talk(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let size = stream.read_i32_le().await?;
        let mut packet = vec![0; usize::try_from(size).unwrap()];
        stream.read_exact(&mut packet).await?;
        let (id, kind) = (&packet[..4], i32::from_le_bytes(packet[4..8].try_into().unwrap()));
        let (kind, body): (i32, &[u8]) = match kind {
            3 => (2, b""),
            2 => (0, REPLY),
            _ => (0, b""),
        };
        let size = i32::try_from(body.len() + 10).unwrap();
        stream.write_all(&[&size.to_le_bytes(), id, &kind.to_le_bytes(), body, b"\0\0"].concat()).await?;
    }
}

/// The middle of both: through the web, and bare.
pub(crate) async fn round_trips(panel: &Panel, address: SocketAddr) -> [Duration; 2] {
    let mut client = panel.client().await;
    let (mut web, mut bare) = (Vec::new(), Vec::new());
    let password = RconPassword::parse("secret").unwrap();
    let mut rcon = Rcon::connect(address, &password, &Limits::default()).await.unwrap();
    let command = Command::parse("mp_gamemode").unwrap();
    for _ in 0..COMMANDS {
        let begun = Instant::now();
        let kind = "application/x-www-form-urlencoded";
        let (status, body) = client.send_any("/servers/1/console", kind, b"command=mp_gamemode").await;
        web.push(begun.elapsed());
        assert_eq!(status, 303, "{}", String::from_utf8_lossy(&body));
        let begun = Instant::now();
        rcon.run(&command).await.unwrap();
        bare.push(begun.elapsed());
    }
    [quantile(&mut web, 0.5), quantile(&mut bare, 0.5)]
}
