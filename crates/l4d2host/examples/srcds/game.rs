//! The state of the server, and its console.

use std::collections::{HashMap, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::arguments::Arguments;
use crate::command::ban::Ban;
use crate::console;
use crate::maps::Maps;
use crate::players::Players;
use crate::tokens;
use crate::variables::Variables;

/// How deep cfg files and aliases may call each other.
const DEEPEST: u32 = 12;
/// The longest cfg file that is read.
const LONGEST_FILE: u64 = 1 << 20;

/// Everything.
pub(crate) struct Game {
    pub(crate) arguments: Arguments,
    pub(crate) variables: Variables,
    pub(crate) players: Players,
    pub(crate) maps: Maps,
    /// The map that runs; none before the first.
    pub(crate) map: Option<String>,
    /// False while the map changes.
    pub(crate) answering: bool,
    pub(crate) on_steam: bool,
    /// `left4dead2`.
    pub(crate) directory: PathBuf,
    /// `PatchVersion` of `steam.inf`.
    pub(crate) version: String,
    pub(crate) port: u16,
    pub(crate) address: Ipv4Addr,
    pub(crate) started: Instant,
    pub(crate) aliases: HashMap<String, String>,
    pub(crate) banned: Vec<Ban>,
    pub(crate) banned_addresses: Vec<Ban>,
    /// The cookie of the lobby that holds the server.
    pub(crate) reserved: Option<String>,
    /// Whether the ready lines have been printed.
    pub(crate) announced: bool,
    /// `log on`.
    pub(crate) log: Option<File>,
    /// Commands that wait to run, each with how deep it was called.
    pub(crate) buffer: VecDeque<(u32, String)>,
    /// Where output goes while an RCON command runs.
    pub(crate) capture: Option<Vec<u8>>,
}

impl Game {
    /// A server before its first map.
    pub(crate) fn load(arguments: Arguments, port: u16, address: Ipv4Addr) -> Self {
        let directory = PathBuf::from(&arguments.game);
        let inf = fs::read_to_string(directory.join("steam.inf")).unwrap_or_default();
        let version = inf.lines().find_map(|line| line.strip_prefix("PatchVersion=")).unwrap_or("2.2.4.3").trim();
        let mut variables = Variables::load();
        variables.set("hostport", &port.to_string());
        variables.set("tv_port", &arguments.tv_port.to_string());
        console::line("Console initialized.");
        console::line(&format!("Game.dll loaded for \"Left 4 Dead 2\", version {version}"));
        console::line(&format!("maxplayers set to {}", arguments.max_players));
        Self {
            variables,
            version: version.to_owned(),
            players: Players::default(),
            maps: Maps::scan(&directory),
            map: None,
            answering: true,
            on_steam: false,
            directory,
            port,
            address,
            started: Instant::now(),
            aliases: HashMap::new(),
            banned: Vec::new(),
            banned_addresses: Vec::new(),
            reserved: None,
            announced: false,
            log: None,
            buffer: arguments.commands.iter().map(|command| (0, command.clone())).collect(),
            capture: None,
            arguments,
        }
    }

    /// Prints a line: to the RCON client that gave the command, or on the console.
    pub(crate) fn print(&mut self, line: impl AsRef<[u8]>) {
        let line = line.as_ref();
        match &mut self.capture {
            Some(reply) => reply.extend_from_slice(&[line, b"\n"].concat()),
            None => console::line(&String::from_utf8_lossy(line)),
        }
    }

    /// Prints some lines.
    pub(crate) fn print_all<L: AsRef<[u8]>>(&mut self, lines: Vec<L>) {
        for line in lines {
            self.print(line);
        }
    }

    /// Prints a line on the console and into the log file, whoever gave the command.
    pub(crate) fn record(&mut self, line: &str) {
        console::line(line);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        if let Some(log) = &mut self.log {
            let _ignored = writeln!(log, "L {now}: {line}");
        }
    }

    /// Puts commands before those that wait already.
    pub(crate) fn insert(&mut self, depth: u32, commands: Vec<String>) {
        if depth > DEEPEST {
            self.print(format!("Commands are nested more than {DEEPEST} deep, the rest is not run"));
            return;
        }
        for command in commands.into_iter().rev() {
            self.buffer.push_front((depth, command));
        }
    }

    /// Inserts a file below `cfg`.
    pub(crate) fn exec(&mut self, name: &str, depth: u32) {
        let named = name.rsplit('/').next().is_some_and(|last| last.contains('.'));
        let file = if named { name.to_owned() } else { format!("{name}.cfg") };
        let outside = file.starts_with('/') || file.split('/').any(|part| part == "..");
        let path = self.directory.join("cfg").join(&file);
        let readable =
            !outside && fs::metadata(&path).is_ok_and(|found| found.is_file() && found.len() <= LONGEST_FILE);
        match fs::read(&path) {
            Ok(bytes) if readable => {
                self.print(format!("execing {file}"));
                self.insert(depth + 1, tokens::split_file(&String::from_utf8_lossy(&bytes)));
            }
            _ => self.print(format!("'{file}' not present; not executing.")),
        }
    }

    /// Starts or ends `logs/L….log`.
    pub(crate) fn set_log(&mut self, on: bool) {
        self.log = None;
        if !on {
            return;
        }
        let days = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() / 86_400);
        let directory = self.directory.join("logs");
        let path = directory.join(format!("L{days:06}.log"));
        let opened =
            fs::create_dir_all(&directory).and_then(|()| OpenOptions::new().create(true).append(true).open(&path));
        match opened {
            Ok(file) => {
                self.log = Some(file);
                self.print(format!("Server logging data to file {}", path.display()));
            }
            Err(error) => self.print(format!("Unable to open logfile {}: {error}", path.display())),
        }
    }

    /// Whether the server shows as secured by VAC.
    pub(crate) fn secure(&self) -> bool {
        self.on_steam && !self.lan()
    }

    /// Not on Steam counts as LAN.
    pub(crate) fn lan(&self) -> bool {
        !self.on_steam || self.variables.number("sv_lan") != 0.0
    }
}
