//! Who is on the server: nobody, until a test says otherwise.

use std::fmt::Write;
use std::time::{Duration, Instant};

/// Names of players that `players N` makes.
const NAMES: [&str; 8] =
    ["Mal", "Ellis fan", "xX_Tank_Xx", "Rochelle", "Nick \"the suit\"", "#1 Medic", "Zoë", "Francis"];
const BOTS: [&str; 4] = ["Coach", "Ellis", "Nick", "Rochelle"];
const STEAM_ID_BASE: u64 = 76_561_197_960_265_728;

/// A human or a bot.
pub(crate) struct Player {
    pub(crate) user_id: u32,
    /// Any bytes but NUL.
    pub(crate) name: Vec<u8>,
    pub(crate) score: i32,
    pub(crate) since: Instant,
    /// Connected, and not in the game yet.
    pub(crate) loading: bool,
    human: Option<Human>,
}

struct Human {
    slot: u32,
    /// Z*2 + Y.
    account: u64,
}

/// All of them.
#[derive(Default)]
pub(crate) struct Players {
    all: Vec<Player>,
    last_user_id: u32,
    /// How often somebody joined an empty server.
    pub(crate) arrivals: u32,
}

impl Players {
    pub(crate) fn all(&self) -> &[Player] {
        &self.all
    }

    pub(crate) fn humans(&self) -> usize {
        self.all.iter().filter(|player| player.human.is_some()).count()
    }

    pub(crate) fn bots(&self) -> usize {
        self.all.len() - self.humans()
    }

    /// A human joins, with the account number given or one made up.
    pub(crate) fn join(&mut self, name: Vec<u8>, account: Option<u64>) -> &Player {
        if self.humans() == 0 {
            self.arrivals += 1;
        }
        self.last_user_id += 1;
        let slot = (1..=u32::from(u8::MAX))
            .find(|slot| !self.all.iter().any(|player| player.slot() == Some(*slot)))
            .unwrap_or(1);
        let account = account.unwrap_or(70_148_000 + u64::from(self.last_user_id) * 265);
        self.add(name, Some(Human { slot, account }))
    }

    fn add(&mut self, name: Vec<u8>, human: Option<Human>) -> &Player {
        let score = i32::try_from(self.last_user_id).unwrap_or(0) * 3 % 40;
        self.all.push(Player { user_id: self.last_user_id, name, score, since: Instant::now(), loading: false, human });
        &self.all[self.all.len() - 1]
    }

    /// Brings the number of humans to this, by joins and leaves.
    pub(crate) fn set_humans(&mut self, wanted: usize) {
        while self.humans() > wanted {
            if let Some(last) = self.all.iter().rposition(|player| player.human.is_some()) {
                self.all.remove(last);
            }
        }
        while self.humans() < wanted {
            let name = NAMES[self.humans() % NAMES.len()].as_bytes().to_vec();
            self.join(name, None);
        }
    }

    pub(crate) fn set_bots(&mut self, wanted: usize) {
        self.all.retain(|player| player.human.is_some());
        for number in 0..wanted {
            self.last_user_id += 1;
            self.add(BOTS[number % BOTS.len()].as_bytes().to_vec(), None);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.all.clear();
    }

    /// Everybody has been here for that long.
    pub(crate) fn age(&mut self, by: Duration) {
        let since = Instant::now().checked_sub(by).unwrap_or_else(Instant::now);
        self.all.iter_mut().for_each(|player| player.since = since);
    }

    /// Whether somebody still loads; whether there is such a one.
    pub(crate) fn set_loading(&mut self, user_id: u32, loading: bool) -> bool {
        let found = self.all.iter_mut().find(|player| player.user_id == user_id);
        found.map(|player| player.loading = loading).is_some()
    }

    /// Takes away those that fit, and returns them.
    pub(crate) fn remove(&mut self, fits: impl Fn(&Player) -> bool) -> Vec<Player> {
        let (gone, stay) = std::mem::take(&mut self.all).into_iter().partition(fits);
        self.all = stay;
        gone
    }
}

impl Player {
    fn slot(&self) -> Option<u32> {
        self.human.as_ref().map(|human| human.slot)
    }

    /// `STEAM_1:Y:Z`, or `BOT`.
    pub(crate) fn unique_id(&self) -> String {
        let human = |human: &Human| steam_id(human.account);
        self.human.as_ref().map_or_else(|| "BOT".to_owned(), human)
    }

    /// Whence they play.
    pub(crate) fn address(&self) -> String {
        format!("192.0.2.{}:27005", 80 + self.slot().unwrap_or(0) % 100)
    }

    /// The name as text for the console.
    pub(crate) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.name).into_owned()
    }

    /// Their line in `status`.
    pub(crate) fn row(&self) -> Vec<u8> {
        let user_id = self.user_id;
        let Some(human) = &self.human else {
            return [format!("# {user_id:>2} \"").as_bytes(), &self.name, b"\" BOT active"].concat();
        };
        let mut tail = format!("\" {} {}", self.unique_id(), duration(self.since.elapsed()));
        let (ping, rate) = (10 + human.slot % 50, 100_000);
        let state = if self.loading { "spawning" } else { "active" };
        let _infallible = write!(tail, " {ping} 0 {state} {rate} {}", self.address());
        [format!("# {user_id:>2} {} \"", human.slot).as_bytes(), &self.name, tail.as_bytes()].concat()
    }

    /// Their line in the `status` of another game; bots are left out.
    pub(crate) fn foreign_row(&self) -> Option<Vec<u8>> {
        let account = self.human.as_ref()?.account;
        let tail = format!("\" [U:1:{account}] {} 50 0 active {}", duration(self.since.elapsed()), self.address());
        Some([format!("# {:>6} \"", self.user_id).as_bytes(), &self.name, tail.as_bytes()].concat())
    }
}

/// `MM:SS` or `H:MM:SS`.
fn duration(time: Duration) -> String {
    let (hours, minutes, seconds) = (time.as_secs() / 3600, time.as_secs() / 60 % 60, time.as_secs() % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
}

/// `STEAM_1:Y:Z`.
pub(crate) fn steam_id(account: u64) -> String {
    format!("STEAM_1:{}:{}", account % 2, account / 2)
}

/// The account number in `STEAM_1:Y:Z` or in a 64-bit id.
pub(crate) fn account(text: &str) -> Option<u64> {
    if let Some(numbers) = text.strip_prefix("STEAM_1:").or_else(|| text.strip_prefix("STEAM_0:")) {
        let (y, z) = numbers.split_once(':')?;
        return Some(z.parse::<u64>().ok()? * 2 + y.parse::<u64>().ok()?);
    }
    text.parse::<u64>().ok()?.checked_sub(STEAM_ID_BASE)
}
