//! Looking into 200 games, whose consoles are in this process: stand-ins that answer as the game does.

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use l4d2web::db::{Db, player_sessions, server_samples};
use l4d2web::game::SteamId;
use l4d2web::id::ServerId;
use l4d2web::play::history::{Figures, Sample};
use l4d2web::play::stays::{Stay, Step};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::panel::Panel;

/// How long it is measured.
const TIME: Duration = Duration::from_secs(30);

/// The consoles, each on a port of its own, and how often they were asked for their status.
pub(crate) struct Consoles {
    pub(crate) ports: Vec<u16>,
    asked: Arc<AtomicU64>,
}

/// What looking into all of them costs.
pub(crate) struct Looked {
    /// The share of one core, in percent.
    pub(crate) cpu: f64,
    /// The resident memory of the panel, in bytes.
    pub(crate) memory: u64,
    /// Looks in a second.
    pub(crate) per_second: f64,
}

impl Consoles {
    pub(crate) async fn start(number: usize) -> Self {
        let asked = Arc::new(AtomicU64::new(0));
        let mut ports = Vec::new();
        for _ in 0..number {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            ports.push(listener.local_addr().unwrap().port());
            let asked = asked.clone();
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(talk(stream, asked.clone()));
                }
            });
        }
        Self { ports, asked }
    }

    /// Measures when all are looked at.
    pub(crate) async fn measure(&self, panel: &Panel) -> Looked {
        let all = u64::try_from(self.ports.len()).unwrap();
        while self.asked.load(Ordering::Relaxed) < all * 2 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let (cpu, asked, start) = (panel.cpu(), self.asked.load(Ordering::Relaxed), Instant::now());
        tokio::time::sleep(TIME).await;
        let (cpu, took) = (panel.cpu().saturating_sub(cpu).as_secs_f64(), start.elapsed().as_secs_f64());
        let looks = self.asked.load(Ordering::Relaxed) - asked;
        Looked { cpu: cpu / took * 100.0, memory: panel.memory(), per_second: looks as f64 / took }
    }
}

async fn talk(mut stream: TcpStream, asked: Arc<AtomicU64>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let size = usize::try_from(stream.read_i32_le().await?).map_err(io::Error::other)?;
        let mut packet = vec![0; size];
        stream.read_exact(&mut packet).await?;
        let [id, kind] = [0, 4].map(|at| i32::from_le_bytes(packet[at..at + 4].try_into().unwrap()));
        let mut answer = Vec::new();
        match kind {
            3 => answer.extend([reply(id, 0, b""), reply(id, 2, b"")].concat()),
            2 if packet[8..].starts_with(b"status") => {
                let looks = asked.fetch_add(1, Ordering::Relaxed);
                answer.extend(reply(id, 0, status(looks).as_bytes()));
            }
            2 => answer.extend(reply(
                id,
                0,
                b"CPU   In    Out   Uptime  Users   FPS    Players\n 5.20  4.20 12.60      71     1   30.30       1\n\
                  \"mp_gamemode\" = \"versus\" ( def. \"coop\" )\n\"z_difficulty\" = \"Impossible\"\n",
            )),
            _ => answer.extend([reply(id, 0, b""), reply(id, 0, &[0, 1, 0, 0])].concat()),
        }
        stream.write_all(&answer).await?;
    }
}

fn reply(id: i32, kind: i32, body: &[u8]) -> Vec<u8> {
    let size = i32::try_from(body.len() + 10).unwrap();
    [&size.to_le_bytes(), &id.to_le_bytes(), &kind.to_le_bytes(), body, b"\0\0"].concat()
}

/// Eight people, whose pings are others each time.
fn status(looks: u64) -> String {
    let mut text =
        "hostname: A stand-in\nversion : 2.2.4.3 9416 secure  (unknown)\nudp/ip  : 203.0.113.10:27015 [ public n/a ]\n\
                    os      : Linux Dedicated\nmap     : c2m2_fairgrounds at ( 0, 0, 0 )\n\
                    players : 8 humans, 0 bots (8 max) (not hibernating) (unreserved)\n\n\
                    # userid name uniqueid connected ping loss state rate adr\n"
            .to_owned();
    for number in 2..10_u64 {
        let ping = 30 + (looks * 7 + number) % 60;
        let _ = writeln!(
            text,
            "# {number} {number} \"Player number {number}\" STEAM_1:1:{number} 12:34 {ping} 0 active 100000 192.0.2.85:27005"
        );
    }
    text + "#end\n"
}

/// Puts 30 days of a busy server into the database.
pub(crate) async fn history(panel: &Panel, server: i64) {
    let db = Db::open(&panel.root.path().join("left4me.db")).await.unwrap();
    let now = l4d2web::clock::Clock::system().now();
    let sample = |from: i64, seconds: i64| {
        let figures =
            Figures { fps: Some(30 - from % 3), cpu: Some(from / 60 % 80), memory: Some(400 + from / 60 % 200) };
        let (map, mode) = (format!("c{}m1_hotel", from / 3600 % 5), "versus".to_owned());
        (ServerId(server), Sample { from, to: from + seconds, map, mode, players: from / 300 % 9, figures })
    };
    let coarse = (1..29 * 24).map(|hour| sample(now - 86_400 - hour * 3600, 3600));
    let fine = (0..288 * 2).map(|part| sample(now - 86_400 + part * 150, 150));
    server_samples::put(&db, &coarse.chain(fine).collect::<Vec<_>>()).await.unwrap();
    for number in 0..2000 {
        let id = SteamId::parse(&format!("[U:1:{}]", 1000 + number % 300)).unwrap();
        let left = now - 600 - number * 1200;
        let stay = Stay {
            name: format!("Guest {number}"),
            userid: 1,
            joined: left - 900,
            ping_min: Some(20),
            ping_max: Some(90),
        };
        for step in [Step::Came(id, stay.clone()), Step::Left(id, stay)] {
            player_sessions::write(&db, ServerId(server), left, &[step]).await.unwrap();
        }
    }
    db.close().await;
}
