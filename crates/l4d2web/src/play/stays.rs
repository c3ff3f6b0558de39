//! Who comes and goes: from looks at a server to what is written about its players. Pure.

use std::collections::HashMap;

use super::Here;
use crate::game::SteamId;

/// So many seconds two accounts of when somebody joined may differ and still mean the same.
pub const SLACK: i64 = 15;

/// Those who play on a server, as far as they were seen.
#[derive(Debug, Default)]
pub struct Stays(HashMap<SteamId, Stay>);

/// Somebody's stay on a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    /// The name, as the game wrote it last.
    pub name: String,
    /// By what the server knows this visit: another visit has another number.
    pub userid: u32,
    /// Since when, Unix seconds.
    pub joined: i64,
    /// The least ping that was seen, in milliseconds; none before it played.
    pub ping_min: Option<i64>,
    /// The greatest, likewise.
    pub ping_max: Option<i64>,
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Somebody plays who did not.
    Came(SteamId, Stay),
    /// Somebody's name or pings are others.
    Changed(SteamId, Stay),
    /// Somebody plays no more.
    Left(SteamId, Stay),
}

impl Stays {
    /// Takes a look, of which the first `most` who play are believed; gives what differs from the one before.
    pub fn take<'a>(&mut self, people: impl Iterator<Item = &'a Here>, most: usize) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut before = std::mem::take(&mut self.0);
        for here in people {
            // Bots, and those whom Steam does not know yet, have no stay.
            let Some(id) = here.player.steam_id() else { continue };
            if self.0.contains_key(&id) {
                continue;
            }
            if self.0.len() >= most {
                break;
            }
            let seen = Stay::seen(here);
            let stay = match before.remove(&id) {
                // Somebody who left and came back between two looks has another number.
                Some(known) if seen.userid == known.userid => {
                    let stay = known.clone().with(&seen);
                    if stay != known {
                        steps.push(Step::Changed(id, stay.clone()));
                    }
                    stay
                }
                known => {
                    steps.extend(known.map(|known| Step::Left(id, known)));
                    steps.push(Step::Came(id, seen.clone()));
                    seen
                }
            };
            self.0.insert(id, stay);
        }
        steps.extend(before.into_iter().map(|(id, stay)| Step::Left(id, stay)));
        steps
    }

    /// Takes somebody for one who has not come yet.
    pub fn forget(&mut self, id: SteamId) {
        self.0.remove(&id);
    }

    /// Who is on it.
    pub fn ids(&self) -> impl Iterator<Item = SteamId> {
        self.0.keys().copied()
    }

    /// Whether nobody is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Stay {
    fn seen(here: &Here) -> Self {
        let (player, joined) = (&here.player, here.joined);
        // Who still loads has no ping that says anything.
        let ping = (player.state == "active").then_some(i64::from(player.ping));
        Self { name: player.name.raw().to_owned(), userid: player.userid, joined, ping_min: ping, ping_max: ping }
    }

    fn with(self, seen: &Self) -> Self {
        let both = |one: Option<i64>, other: Option<i64>, choose: fn(i64, i64) -> i64| match (one, other) {
            (Some(one), Some(other)) => Some(choose(one, other)),
            (one, other) => one.or(other),
        };
        Self {
            name: seen.name.clone(),
            userid: self.userid,
            joined: self.joined,
            ping_min: both(self.ping_min, seen.ping_min, i64::min),
            ping_max: both(self.ping_max, seen.ping_max, i64::max),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::{Identity, Player, PlayerName};

    fn player(account: u32, name: &str, joined: i64, ping: u32) -> Here {
        let id = SteamId::parse(&format!("[U:1:{account}]")).unwrap();
        let name = PlayerName::new(name.as_bytes());
        let (state, identity) = ("active".to_owned(), Identity::Steam(id));
        let player = Player {
            userid: account,
            slot: None,
            name,
            identity,
            connected: 0,
            ping,
            loss: 0,
            state,
            rate: None,
            address: None,
        };
        Here { player, joined }
    }

    fn id(account: u32) -> SteamId {
        SteamId::parse(&format!("[U:1:{account}]")).unwrap()
    }

    fn words(steps: &[Step]) -> Vec<String> {
        let mut words: Vec<_> = steps
            .iter()
            .map(|step| match step {
                Step::Came(_, stay) => format!("{} came at {}", stay.name, stay.joined),
                Step::Changed(_, stay) => format!("{} {:?} {:?}", stay.name, stay.ping_min, stay.ping_max),
                Step::Left(_, stay) => format!("{} left", stay.name),
            })
            .collect();
        words.sort();
        words
    }

    #[test]
    fn players_come_and_go() {
        let mut stays = Stays::default();
        let look = |stays: &mut Stays, people: &[Here]| words(&stays.take(people.iter(), 32));
        assert_eq!(look(&mut stays, &[player(1, "Zoey", 970, 40)]), ["Zoey came at 970"]);
        assert!(look(&mut stays, &[player(1, "Zoey", 970, 40)]).is_empty());
        let both = [player(1, "Zoey", 970, 60), player(2, "Bill", 1008, 30)];
        assert_eq!(look(&mut stays, &both), ["Bill came at 1008", "Zoey Some(40) Some(60)"]);
        assert_eq!(look(&mut stays, &[player(2, "William", 1008, 30)]), ["William Some(30) Some(30)", "Zoey left"]);
        assert_eq!(look(&mut stays, &[]), ["William left"]);
        assert!(stays.is_empty());
    }

    #[test]
    fn who_came_back_between_two_looks_has_two_stays() {
        let mut stays = Stays::default();
        stays.take([player(1, "Zoey", 400, 40)].iter(), 32);
        let mut back = player(1, "Zoey", 1003, 40);
        back.player.userid = 9;
        assert_eq!(words(&stays.take([back].iter(), 32)), ["Zoey came at 1003", "Zoey left"]);
        assert_eq!(stays.ids().collect::<Vec<_>>(), [id(1)]);
    }

    #[test]
    fn one_account_twice_and_bots_make_no_second_stay() {
        let mut stays = Stays::default();
        let mut bot = player(3, "Coach", 0, 0);
        bot.player.identity = Identity::Bot;
        let steps = stays.take([player(1, "Zoey", 991, 40), player(1, "Zoey again", 999, 40), bot].iter(), 32);
        assert_eq!(words(&steps), ["Zoey came at 991"]);
    }

    #[test]
    fn who_still_loads_has_no_ping() {
        let mut stays = Stays::default();
        let mut loads = player(1, "Zoey", 1, 999);
        loads.player.state = "spawning".to_owned();
        stays.take([loads].iter(), 32);
        assert_eq!(words(&stays.take([player(1, "Zoey", 1, 40)].iter(), 32)), ["Zoey Some(40) Some(40)"]);
    }

    #[test]
    fn no_more_are_believed_than_there_are_places() {
        let mut stays = Stays::default();
        let crowd: Vec<_> = (1..100).map(|account| player(account, "x", 0, 40)).collect();
        assert_eq!(stays.take(crowd.iter(), 8).len(), 8);
        assert_eq!(stays.take(crowd[50..].iter(), 8).len(), 16, "eight left, and eight came");
        stays.forget(id(51));
        assert_eq!(words(&stays.take(crowd[50..].iter(), 8)), ["x came at 0"]);
    }
}
