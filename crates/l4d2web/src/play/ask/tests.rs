//! Asking many at once, in a time that goes on only when all wait.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::pause;

use super::*;
use crate::id::ServerId;
use crate::live::Bus;
use crate::play::Play;
use crate::play::recorder::Note;

/// What a server does when it is asked.
#[derive(Debug, Clone, Copy)]
enum Manner {
    Answers,
    /// For ever.
    Hangs,
    /// As long as a map change takes, at the second look.
    Changes(Duration),
    /// Fails by itself after that time, as the client does when nothing comes.
    TimesOut(Duration),
    Refuses,
}

/// Consoles that are only in memory; the port says which.
#[derive(Clone)]
struct Scripted {
    manner: Arc<dyn Fn(u16) -> Manner + Send + Sync>,
    /// When each was asked for its status, and how many questions to it are under way.
    asked: Arc<Mutex<HashMap<u16, Vec<Instant>>>>,
    under_way: Arc<Mutex<HashMap<u16, u32>>>,
    opened: Arc<Mutex<HashMap<u16, u32>>>,
}

struct Console {
    lines: Scripted,
    port: u16,
}

/// A question that is counted as long as it is under way.
struct UnderWay(Scripted, u16);

impl UnderWay {
    fn new(lines: &Scripted, port: u16) -> Self {
        let mut all = lines.under_way.lock().unwrap();
        let number = all.entry(port).or_default();
        *number += 1;
        assert_eq!(*number, 1, "two questions to {port}");
        drop(all);
        Self(lines.clone(), port)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        *self.0.under_way.lock().unwrap().get_mut(&self.1).unwrap() -= 1;
    }
}

impl Lines for Scripted {
    type Line = Console;

    async fn open(&self, _: ServerId, port: u16, _: &RconPassword) -> Result<Console, RconError> {
        *self.opened.lock().unwrap().entry(port).or_default() += 1;
        match (self.manner)(port) {
            Manner::Refuses => Err(RconError::Refused),
            _ => Ok(Console { lines: self.clone(), port }),
        }
    }
}

impl Line for Console {
    async fn ask(&mut self, command: &Command) -> Result<Vec<u8>, RconError> {
        let _one = UnderWay::new(&self.lines, self.port);
        if command.as_str() != "status" {
            return Ok(b"CPU In Out Uptime Users FPS Players\n1 1 1 1 1 30 1\n\"mp_gamemode\" = \"coop\"\n".to_vec());
        }
        let looks = {
            let mut asked = self.lines.asked.lock().unwrap();
            let asked = asked.entry(self.port).or_default();
            asked.push(Instant::now());
            asked.len()
        };
        match (self.lines.manner)(self.port) {
            Manner::Changes(time) if looks == 2 => sleep(time).await,
            Manner::Answers | Manner::Refuses | Manner::Changes(_) => {}
            Manner::Hangs => pending().await,
            Manner::TimesOut(after) => {
                sleep(after).await;
                return Err(RconError::Timeout { waiting: crate::game::rcon::Stage::Reply, after });
            }
        }
        let map = if looks < 2 { "c1m1_hotel" } else { "c1m2_streets" };
        Ok(format!("hostname: x\nmap     : {map} at ( 0, 0, 0 )\nplayers : 0 humans, 0 bots (8 max) (hibernating)\n")
            .into_bytes())
    }
}

/// Askers at work.
struct At {
    lines: Scripted,
    play: Play,
    tasks: JoinSet<()>,
    _notes: mpsc::Receiver<Note>,
    _root: tempfile::TempDir,
}

/// Asks servers with these numbers, as ports, from now on.
async fn at(servers: std::ops::RangeInclusive<u16>, manner: impl Fn(u16) -> Manner + Send + Sync + 'static) -> At {
    let root = tempfile::tempdir().unwrap();
    let db = Db::open(&root.path().join("left4me.db")).await.unwrap();
    // From here on nothing waits for anything but the time.
    pause();
    let lines =
        Scripted { manner: Arc::new(manner), asked: Arc::default(), under_way: Arc::default(), opened: Arc::default() };
    let (play, bus, clock) = (Play::default(), Bus::new(), Clock::fixed(1_793_620_800));
    let (notes, notes_in) = mpsc::channel(100_000);
    let mut tasks = JoinSet::new();
    for port in servers {
        let server = ServerId(i64::from(port));
        let desk = Desk::new(server, play.clone(), bus.clone(), notes.clone(), clock.now());
        let password = RconPassword::parse("secret").unwrap();
        let target = Target { port, password, blueprint: BlueprintId(1), started_at: None };
        let cgroups = Cgroups::at(root.path());
        let (lines, db, files, clock) = (lines.clone(), db.clone(), Files::new(root.path()), clock.clone());
        let asker = Asker { lines, target, desk, db, files, clock, cgroups };
        tasks.spawn(asker.run(Duration::from_millis(u64::from(port) * 20)));
    }
    At { lines, play, tasks, _notes: notes_in, _root: root }
}

fn unseen(play: &Play, port: u16) -> Option<Unseen> {
    play.of(ServerId(i64::from(port))).unwrap().unseen.map(|(why, _)| why)
}

/// 200 servers, of which every tenth takes a question and never answers.
#[tokio::test]
async fn servers_that_hang_hold_up_no_other() {
    let hangs = |port: u16| port.is_multiple_of(10);
    let mut at = at(1..=200, move |port| if hangs(port) { Manner::Hangs } else { Manner::Answers }).await;
    sleep(Duration::from_mins(2)).await;
    at.tasks.abort_all();
    let asked = at.lines.asked.lock().unwrap();
    assert_eq!(asked.len(), 200);
    for (port, times) in asked.iter() {
        if hangs(*port) {
            assert_eq!(times.len(), 1, "{port} is not asked again before it has answered");
            assert_eq!(unseen(&at.play, *port), Some(Unseen::Silent));
        } else {
            assert!(times.len() >= 23, "{port} was asked {} times", times.len());
            let apart: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!(apart.iter().all(|apart| *apart == EVERY), "{port}: {apart:?}");
            assert_eq!(unseen(&at.play, *port), None);
        }
    }
}

#[tokio::test]
async fn a_map_change_is_no_failure() {
    let at = at(1..=1, |_| Manner::Changes(Duration::from_secs(40))).await;
    let server = ServerId(1);
    let map = || at.play.seen(server).and_then(|seen| seen.map().map(str::to_owned));
    sleep(Duration::from_secs(4)).await;
    assert_eq!((map().as_deref(), unseen(&at.play, 1)), (Some("c1m1_hotel"), None));
    // The next look has begun, and is not answered; that is not said at once.
    sleep(Duration::from_secs(10)).await;
    assert_eq!((map().as_deref(), unseen(&at.play, 1)), (Some("c1m1_hotel"), None));
    sleep(Duration::from_secs(10)).await;
    assert_eq!((map().as_deref(), unseen(&at.play, 1)), (Some("c1m1_hotel"), Some(Unseen::Silent)));
    sleep(Duration::from_secs(25)).await;
    assert_eq!((map().as_deref(), unseen(&at.play, 1)), (Some("c1m2_streets"), None));
    assert_eq!(at.lines.opened.lock().unwrap()[&1], 1, "the connection is the same");
}

#[tokio::test]
async fn a_server_that_hangs_for_good_is_not_shown_as_it_was() {
    let at = at(1..=1, |_| Manner::TimesOut(Duration::from_secs(50))).await;
    sleep(Duration::from_secs(55)).await;
    let look = at.play.of(ServerId(1)).unwrap();
    assert_eq!((&look.seen, unseen(&at.play, 1)), (&None, Some(Unseen::Silent)));
    let since = look.unseen.map(|(_, since)| since);
    sleep(Duration::from_mins(10)).await;
    assert_eq!(at.play.of(ServerId(1)).unwrap().unseen.map(|(_, since)| since), since, "since when it says nothing");
    let opened = at.lines.opened.lock().unwrap()[&1];
    assert!((10..=13).contains(&opened), "{opened} tries");
}

#[tokio::test]
async fn a_wrong_password_is_tried_so_rarely_that_nobody_is_banned() {
    let at = at(1..=1, |_| Manner::Refuses).await;
    sleep(Duration::from_hours(1)).await;
    assert_eq!(unseen(&at.play, 1), Some(Unseen::Locked));
    let opened = at.lines.opened.lock().unwrap()[&1];
    assert!(opened <= 8, "{opened} tries in an hour");
}
