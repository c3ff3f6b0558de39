//! A scripted game server, as far as its console goes: it says that it is one, and does what the test wants.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What it does with a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Answers.
    Plain,
    /// Answers a byte at a time.
    Pieces,
    /// Answers with the number of another question.
    WrongNumber,
    /// Answers without an end.
    Flood,
    /// Closes the connection.
    Close,
    /// Closes it in the middle of the answer.
    Cut,
    /// Takes connections, and says nothing at all.
    Dead,
    /// Says that a packet of two gigabytes comes.
    Huge,
    /// Answers with this.
    Says(Vec<u8>),
}

/// What it is asked for, and what it says.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) manner: Manner,
    /// Empty: any is taken.
    pub(crate) password: String,
    pub(crate) status: String,
    pub(crate) mode: String,
    pub(crate) difficulty: String,
}

/// A server that runs until it is dropped.
pub(crate) struct Fake {
    pub(crate) port: u16,
    script: Arc<Mutex<Script>>,
    /// Commands that came, in order.
    pub(crate) asked: watch::Receiver<Vec<String>>,
    task: tokio::task::JoinHandle<()>,
}

/// A status with these people: name, account, seconds, ping; no account is a bot.
pub(crate) fn status(map: &str, people: &[(&str, Option<u32>, u32, u32)]) -> String {
    let humans = people.iter().filter(|(_, account, ..)| account.is_some()).count();
    let bots = people.len() - humans;
    let asleep = if humans == 0 { "hibernating" } else { "not hibernating" };
    let mut text = format!(
        "hostname: A scripted fake\nversion : 2.2.4.3 9416 secure  (unknown)\nudp/ip  : 203.0.113.10:27015 [ public n/a ]\n\
         os      : Linux Dedicated\nmap     : {map} at ( 0, 0, 0 )\n\
         players : {humans} humans, {bots} bots (8 max) ({asleep}) (unreserved)\n\n\
         # userid name uniqueid connected ping loss state rate adr\n"
    );
    for (number, (name, account, seconds, ping)) in people.iter().enumerate() {
        let userid = number + 2;
        match account {
            Some(account) => {
                let (low, high, minutes, seconds) = (account % 2, account / 2, seconds / 60, seconds % 60);
                let _ = writeln!(
                    text,
                    "# {userid:>2} {number} \"{name}\" STEAM_1:{low}:{high} {minutes:02}:{seconds:02} {ping} 0 active 100000 192.0.2.85:27005"
                );
            }
            None => {
                let _ = writeln!(text, "# {userid:>2} \"{name}\" BOT active");
            }
        }
    }
    text + "#end\n"
}

impl Fake {
    pub(crate) async fn start(manner: Manner) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), manner)
    }

    /// On a port that a server of the panel may have; the last ones, since panels of other tests give theirs the first.
    pub(crate) async fn start_in_range() -> Self {
        for port in (27015..=27115).rev() {
            if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)).await {
                return Self::on(listener, Manner::Plain);
            }
        }
        panic!("no port from 27015 to 27115 is free");
    }

    fn on(listener: TcpListener, manner: Manner) -> Self {
        let port = listener.local_addr().unwrap().port();
        let script = Arc::new(Mutex::new(Script {
            manner,
            password: "secret".to_owned(),
            status: status("c2m2_fairgrounds", &[]),
            mode: "versus".to_owned(),
            difficulty: "Impossible".to_owned(),
        }));
        let (sender, asked) = watch::channel(Vec::new());
        let sender = Arc::new(sender);
        let scripted = script.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let (scripted, sender) = (scripted.clone(), sender.clone());
                tokio::spawn(async move {
                    // How a connection ends is the client's affair.
                    let _ = talk(stream, &scripted, &sender).await;
                });
            }
        });
        Self { port, script, asked, task }
    }

    /// Changes what it does or says.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Script)) {
        change(&mut self.script.lock().unwrap());
    }

    /// Waits until it was asked this so often.
    pub(crate) async fn until_asked(&mut self, command: &str, times: usize) {
        let often = |asked: &Vec<String>| asked.iter().filter(|asked| *asked == command).count() >= times;
        self.asked.wait_for(often).await.unwrap();
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(mut stream: TcpStream, script: &Mutex<Script>, asked: &watch::Sender<Vec<String>>) -> io::Result<()> {
    loop {
        let size = usize::try_from(stream.read_i32_le().await?).map_err(io::Error::other)?;
        let mut packet = vec![0; size];
        stream.read_exact(&mut packet).await?;
        let id = i32::from_le_bytes(packet[..4].try_into().unwrap());
        let kind = i32::from_le_bytes(packet[4..8].try_into().unwrap());
        let body = String::from_utf8_lossy(&packet[8..size - 2]).into_owned();
        let (manner, password) = {
            let script = script.lock().unwrap();
            (script.manner.clone(), script.password.clone())
        };
        match kind {
            _ if manner == Manner::Dead => std::future::pending().await,
            3 => {
                write(&mut stream, id, 0, b"").await?;
                write(&mut stream, if password.is_empty() || body == password { id } else { -1 }, 2, b"").await?;
            }
            2 => {
                asked.send_modify(|asked| asked.push(body.clone()));
                answer(&mut stream, id, &body, manner, script).await?;
            }
            _ => {
                write(&mut stream, id, 0, b"").await?;
                write(&mut stream, id, 0, &[0, 1, 0, 0]).await?;
            }
        }
    }
}

async fn answer(
    stream: &mut TcpStream,
    id: i32,
    command: &str,
    manner: Manner,
    script: &Mutex<Script>,
) -> io::Result<()> {
    let reply = || {
        let script = script.lock().unwrap();
        let words = command.split(';').map(|word| match word.trim() {
            "status" => script.status.clone(),
            "stats" => {
                "CPU   In    Out   Uptime  Users   FPS    Players\n 5.20  4.20 12.60      71     1   30.30       1\n"
                    .to_owned()
            }
            "mp_gamemode" => format!("\"mp_gamemode\" = \"{}\" ( def. \"coop\" )\n", script.mode),
            "z_difficulty" => format!("\"z_difficulty\" = \"{}\" ( def. \"Normal\" )\n", script.difficulty),
            other => format!("Unknown command \"{other}\"\n"),
        });
        words.collect::<String>()
    };
    match manner {
        Manner::Plain | Manner::Dead => write(stream, id, 0, reply().as_bytes()).await,
        Manner::Pieces => {
            for byte in packet(id, 0, reply().as_bytes()) {
                stream.write_all(&[byte]).await?;
                stream.flush().await?;
                tokio::task::yield_now().await;
            }
            Ok(())
        }
        Manner::WrongNumber => write(stream, id.wrapping_add(70_000), 0, reply().as_bytes()).await,
        Manner::Flood => loop {
            write(stream, id, 0, &[b'x'; 4000]).await?;
        },
        Manner::Close => Err(io::Error::other("as the test wants it")),
        Manner::Cut => {
            let bytes = packet(id, 0, reply().as_bytes());
            stream.write_all(&bytes[..bytes.len() / 2]).await?;
            Err(io::Error::other("as the test wants it"))
        }
        Manner::Huge => stream.write_all(&i32::MAX.to_le_bytes()).await,
        Manner::Says(bytes) => write(stream, id, 0, &bytes).await,
    }
}

async fn write(stream: &mut TcpStream, id: i32, kind: i32, body: &[u8]) -> io::Result<()> {
    stream.write_all(&packet(id, kind, body)).await
}

fn packet(id: i32, kind: i32, body: &[u8]) -> Vec<u8> {
    let size = i32::try_from(body.len() + 10).unwrap();
    [&size.to_le_bytes(), &id.to_le_bytes(), &kind.to_le_bytes(), body, b"\0\0"].concat()
}
