//! `status`, and with it the other replies that are read as text.

use l4d2web::game::{Identity, Player, Stats, Status, StatusError, Variable};

use super::{Words, about, kind};

pub(super) const WORDS: Words = Words {
    tokens: &[
        b"hostname: ",
        b"\nmap     : ",
        b"\nplayers : 1 humans, 0 bots (8 max) (not hibernating) (unreserved)\n",
        b"\n# userid name uniqueid connected ping loss state rate adr\n",
        b"#  8 1 \"",
        b"\" STEAM_1:1:35074132 32:17 10 0 active 100000 192.0.2.85:27005\n",
        b"\" [U:1:7] 1:00:00 10 0 active 192.0.2.85:27005\n",
        b"\" BOT active\n",
        b"(reserved 186000047cf0fd8)",
        b"#end\n",
        b"\xe2\x80\xae",
        b"\x1b[2J",
        b"CPU   In    Out   Uptime  Users   FPS    Players\n 0.10  0.00  0.00       1     0   30.30       0\n",
        b"\"mp_gamemode\" = \"coop\" ( def. \"\" )\n",
        b"ID filter list: 1 entry\n1 STEAM_1:1:7 : permanent\n",
        b"ID filter list: 2 entries\n1 [U:1:7] : 5.000 min\n",
    ],
    longest: 8 * 1024,
};

pub(super) fn run(input: &[u8]) -> u64 {
    let figures = Stats::parse(input).map(|found| assert!(found.fps.is_finite() && found.cpu.is_finite()));
    let variable = Variable::read(input, "mp_gamemode").map(|found| {
        assert!(found.value.len() <= 4 * 512 && !found.value.contains(char::is_control));
        found.default.is_some()
    });
    let bans = l4d2web::command::bans::parse(input).map(|bans| bans.len());
    let others = (figures.is_some(), variable.ok(), bans.is_ok());
    let whole = Status::parse_whole(input);
    assert!(whole.is_err() || whole == Status::parse(input));
    match Status::parse(input) {
        Ok(status) => kind((others, check(&status))),
        Err(StatusError::Missing(line)) => kind((others, line)),
        Err(StatusError::Players(_)) => kind((others, "?")),
        Err(StatusError::Cut) => kind((others, "cut")),
    }
}

fn check(status: &Status) -> impl std::hash::Hash + use<> {
    assert!(status.players.len() <= 128);
    for text in [Some(&status.hostname), status.map.as_ref(), status.address.as_ref(), status.reserved.as_ref()] {
        assert!(text.is_none_or(|text| !text.contains(char::is_control) && text.chars().count() <= 256));
    }
    for player in &status.players {
        let shown = player.name.to_string();
        assert!(!shown.is_empty() && !shown.contains(char::is_control) && shown.chars().count() <= 128);
    }
    status.players.iter().take(4).for_each(again);
    let shape = |player: &Player| {
        let identity = match player.identity {
            Identity::Steam(_) => 0_u8,
            Identity::Bot => 1,
            Identity::Unknown => 2,
        };
        let name = player.name.raw();
        let odd = (name.contains('"'), name.contains('\n'), name.is_ascii(), name.is_empty());
        (player.slot.is_some(), identity, odd, player.rate.is_some(), player.address.is_some())
    };
    let players: Vec<_> = status.players.iter().take(2).map(shape).collect();
    (
        about(status.players.len()),
        players,
        status.map.is_some(),
        status.hibernating,
        status.reserved.is_some(),
        status.secure,
    )
}

/// What was read, written down again, is read as the same player. A name with the end of a line in it can be longer than what the engine keeps, and
/// then hold a line that is whole.
fn again(player: &Player) {
    let name = player.name.raw();
    if name.contains(['\n', '\r']) {
        return;
    }
    let identity = match player.identity {
        Identity::Bot => "BOT".to_owned(),
        Identity::Unknown => "STEAM_ID_PENDING".to_owned(),
        Identity::Steam(id) => id.to_string(),
    };
    let (minutes, seconds) = (player.connected / 60, player.connected % 60);
    let times = if player.is_bot() {
        String::new()
    } else {
        format!(" {minutes}:{seconds:02} {} {}", player.ping, player.loss)
    };
    let slot = player.slot.map(|slot| format!("{slot} ")).unwrap_or_default();
    let rate = player.rate.map(|rate| format!(" {rate}")).unwrap_or_default();
    let address = player.address.as_ref().map(|address| format!(" {address}")).unwrap_or_default();
    let (userid, state) = (player.userid, &player.state);
    let row = format!("# {userid} {slot}\"{name}\" {identity}{times} {state}{rate}{address}");
    let reply = format!("hostname: a\nplayers : 1 humans\n# userid\n{row}\n");
    let read = Status::parse(reply.as_bytes()).map(|status| status.players);
    assert_eq!(read, Ok(vec![player.clone()]), "what was read is read again");
}
