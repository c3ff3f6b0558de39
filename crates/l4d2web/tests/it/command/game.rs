//! A scripted game with a console, which says that it is one: it changes maps, throws people out and keeps bans as the game does, as far as that.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What it is at.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) maps: Vec<String>,
    pub(crate) map: String,
    pub(crate) mode: String,
    pub(crate) difficulty: String,
    /// What a map change sets the mode to, as a config would.
    pub(crate) mode_of_config: Option<String>,
    /// Variables that it does not let anybody set.
    pub(crate) keeps: Vec<&'static str>,
    /// Whether it takes map changes and does not do them.
    pub(crate) stays: bool,
    /// Whether it throws nobody out.
    pub(crate) clings: bool,
    /// Number, name, account.
    pub(crate) people: Vec<(u32, String, u32)>,
    /// The numbers of those who still load: `banid … kick` passes over them.
    pub(crate) loading: Vec<u32>,
    /// Who comes right after a command, and loads then.
    pub(crate) comes: Vec<(&'static str, u32, u32)>,
    /// Its name now, and the one that `server.cfg` gives it when a map begins.
    pub(crate) hostname: String,
    pub(crate) name_of_config: String,
    /// Whether it closes the connection instead of answering to a map change.
    pub(crate) hangs_up: bool,
    /// Account and minutes; 0 is for good.
    pub(crate) bans: Vec<(String, u32)>,
    /// What `writeid` last wrote.
    pub(crate) file: Vec<String>,
    /// What it answers to these.
    pub(crate) says: HashMap<String, Vec<u8>>,
}

/// A game that runs until it is dropped.
pub(crate) struct Game {
    pub(crate) port: u16,
    scene: Arc<Mutex<Scene>>,
    /// Commands that came, in order.
    pub(crate) asked: watch::Receiver<Vec<String>>,
    /// While it is false, nothing is answered, as in the middle of a map change.
    pub(crate) answers: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Game {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let scene = Arc::new(Mutex::new(Scene {
            maps: ["c1m1_hotel", "c2m1_highway", "c2m2_fairgrounds"].map(str::to_owned).to_vec(),
            map: "c1m1_hotel".to_owned(),
            mode: "coop".to_owned(),
            difficulty: "Normal".to_owned(),
            mode_of_config: None,
            keeps: Vec::new(),
            stays: false,
            clings: false,
            people: Vec::new(),
            loading: Vec::new(),
            comes: Vec::new(),
            hostname: "A scripted game".to_owned(),
            name_of_config: "A scripted game".to_owned(),
            hangs_up: false,
            bans: Vec::new(),
            file: Vec::new(),
            says: HashMap::new(),
        }));
        let (sender, asked) = watch::channel(Vec::new());
        let (sender, answers) = (Arc::new(sender), watch::Sender::new(true));
        let (playing, open) = (scene.clone(), answers.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (scene, sender, open) = (playing.clone(), sender.clone(), open.subscribe());
                tokio::spawn(async move {
                    // How a connection ends is the client's affair.
                    let _ = talk(stream, &scene, &sender, open).await;
                });
            }
        });
        Self { port, scene, asked, answers, task }
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Scene)) {
        change(&mut self.scene.lock().unwrap());
    }

    pub(crate) fn scene(&self) -> Scene {
        self.scene.lock().unwrap().clone()
    }

    pub(crate) fn joins(&self, number: u32, name: &str, account: u32) {
        self.set(|scene| scene.people.push((number, name.to_owned(), account)));
    }

    pub(crate) fn was_asked(&self, command: &str) -> bool {
        self.asked.borrow().iter().any(|asked| asked == command)
    }

    /// Waits until it was asked this.
    pub(crate) async fn until_asked(&mut self, command: &str) {
        self.asked.wait_for(|asked| asked.iter().any(|one| one == command)).await.unwrap();
    }
}

impl Drop for Game {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(
    mut stream: TcpStream,
    scene: &Mutex<Scene>,
    asked: &watch::Sender<Vec<String>>,
    mut open: watch::Receiver<bool>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let size = usize::try_from(stream.read_i32_le().await?).map_err(io::Error::other)?;
        let mut packet = vec![0; size];
        stream.read_exact(&mut packet).await?;
        let id = i32::from_le_bytes(packet[..4].try_into().unwrap());
        let kind = i32::from_le_bytes(packet[4..8].try_into().unwrap());
        let body = String::from_utf8_lossy(&packet[8..size - 2]).into_owned();
        match kind {
            3 => {
                write(&mut stream, id, 0, b"").await?;
                write(&mut stream, if body == "secret" { id } else { -1 }, 2, b"").await?;
            }
            2 => {
                asked.send_modify(|asked| asked.push(body.clone()));
                open.wait_for(|open| *open).await.map_err(io::Error::other)?;
                let hangs_up = body.starts_with("changelevel") && scene.lock().unwrap().hangs_up;
                let reply = {
                    let mut scene = scene.lock().unwrap();
                    match scene.says.get(&body) {
                        Some(said) => said.clone(),
                        None => body.split(';').map(|command| scene.run(command)).collect::<String>().into_bytes(),
                    }
                };
                // Who waits for what the game is at looks again.
                asked.send_modify(|_| {});
                if hangs_up {
                    return Ok(());
                }
                for part in reply.chunks(4000) {
                    write(&mut stream, id, 0, part).await?;
                }
                if reply.is_empty() {
                    write(&mut stream, id, 0, b"").await?;
                }
            }
            _ => {
                write(&mut stream, id, 0, b"").await?;
                write(&mut stream, id, 0, &[0, 1, 0, 0]).await?;
            }
        }
    }
}

async fn write(stream: &mut TcpStream, id: i32, kind: i32, body: &[u8]) -> io::Result<()> {
    let size = i32::try_from(body.len() + 10).unwrap();
    stream.write_all(&[&size.to_le_bytes(), &id.to_le_bytes(), &kind.to_le_bytes(), body, b"\0\0"].concat()).await
}

impl Scene {
    fn run(&mut self, command: &str) -> String {
        let words: Vec<&str> = command.split_whitespace().map(|word| word.trim_matches('"')).collect();
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        let (come, wait): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.comes).into_iter().partition(|(verb, ..)| *verb == word(0));
        self.comes = wait;
        let reply = self.answer(command, &words);
        for (_, number, account) in come {
            self.people.push((number, "Late".to_owned(), account));
            self.loading.push(number);
        }
        reply
    }

    fn answer(&mut self, command: &str, words: &[&str]) -> String {
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        match word(0) {
            "status" => self.status(),
            // A name has blanks, also at its end.
            "hostname" if command.contains('"') => {
                command.split('"').nth(1).unwrap_or_default().clone_into(&mut self.hostname);
                String::new()
            }
            "hostname" => format!("\"hostname\" = \"{}\" ( def. \"\" )\n", self.hostname),
            "stats" => {
                "CPU   In    Out   Uptime  Users   FPS    Players\n 5.20  4.20 12.60      71     1   30.30       1\n"
                    .to_owned()
            }
            "changelevel" if !self.maps.iter().any(|map| map == word(1)) => format!(
                "CModelLoader::Map_IsValid: No such map 'maps/{0}.bsp'\nchangelevel failed: {0} not found or invalid\n",
                word(1)
            ),
            "changelevel" => {
                if !self.stays {
                    word(1).clone_into(&mut self.map);
                    self.hostname.clone_from(&self.name_of_config);
                    self.mode = self.mode_of_config.clone().unwrap_or_else(|| self.mode.clone());
                }
                String::new()
            }
            name @ ("mp_gamemode" | "z_difficulty") if !word(1).is_empty() => {
                if !self.keeps.contains(&name) {
                    word(1).clone_into(if name == "mp_gamemode" { &mut self.mode } else { &mut self.difficulty });
                }
                String::new()
            }
            "mp_gamemode" => format!("\"mp_gamemode\" = \"{}\" ( def. \"coop\" )\n", self.mode),
            "z_difficulty" => format!("\"z_difficulty\" = \"{}\" ( def. \"Normal\" )\n", self.difficulty),
            "kickid" => {
                if !self.clings {
                    self.people.retain(|(number, ..)| number.to_string() != word(1));
                }
                String::new()
            }
            "banid" => {
                let (id, minutes) = (word(2).to_owned(), word(1).parse().unwrap());
                self.bans.retain(|(banned, _)| *banned != id);
                let loading = &self.loading;
                self.people.retain(|(number, _, account)| steam(*account) != id || loading.contains(number));
                self.bans.push((id, minutes));
                String::new()
            }
            "removeid" => {
                self.bans.retain(|(banned, _)| banned != word(1));
                String::new()
            }
            "writeid" => {
                self.file = self.bans.iter().filter(|(_, minutes)| *minutes == 0).map(|(id, _)| id.clone()).collect();
                String::new()
            }
            "listid" => {
                let mut text = format!("ID filter list: {} entries\n", self.bans.len());
                for (number, (id, minutes)) in (1..).zip(&self.bans) {
                    let time = if *minutes == 0 { "permanent".to_owned() } else { format!("{minutes}.000 min") };
                    writeln!(text, "{number} {id} : {time}").unwrap();
                }
                text
            }
            "say" => format!("Console: {}\n", word(1)),
            "alias" => String::new(),
            "cvarlist" => {
                "cvar list\n--------------\nmp_gamemode : coop : nf : Mode\nz_difficulty : Normal : : Hard\n".to_owned()
            }
            "cmdlist" => {
                "command list\n--------------\nsay : cmd : : Say\nstatus : cmd : : Status\nstats : cmd : : Stats\n"
                    .to_owned()
            }
            other => format!("Unknown command \"{other}\"\n"),
        }
    }

    fn status(&self) -> String {
        let humans = self.people.len();
        let mut text = format!(
            "hostname: {}\nversion : 2.2.4.3 9416 secure  (unknown)\nudp/ip  : 203.0.113.10:27015 [ public n/a ]\n\
             os      : Linux Dedicated\nmap     : {} at ( 0, 0, 0 )\n\
             players : {humans} humans, 0 bots (8 max) (not hibernating) (unreserved)\n\n\
             # userid name uniqueid connected ping loss state rate adr\n",
            self.hostname, self.map
        );
        for (number, name, account) in &self.people {
            let id = steam(*account);
            let state = if self.loading.contains(number) { "spawning" } else { "active" };
            writeln!(text, "# {number:>2} 1 \"{name}\" {id} 01:00 40 0 {state} 100000 192.0.2.85:27005").unwrap();
        }
        text + "#end\n"
    }
}

/// `STEAM_1:Y:Z`
pub(crate) fn steam(account: u32) -> String {
    format!("STEAM_1:{}:{}", account % 2, account / 2)
}
