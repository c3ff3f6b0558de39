use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::game::SteamId;

const OFFICIAL: &str = "hostname: My Server
version : 2.2.4.3 9416 secure  (unknown)
udp/ip  : 203.0.113.10:27015 [ public n/a ]
os      : Linux Dedicated
map     : c10m2_drainage at ( -11074, -9007, -529 )
players : 1 humans, 0 bots (8 max) (not hibernating) (unreserved)

# userid name uniqueid connected ping loss state rate adr
#  8 1 \"Mal\" STEAM_1:1:35074132 32:17 10 0 active 100000 192.0.2.85:27005
# 12 \"Coach\" BOT active
#end
";

fn with_rows(rows: &[u8]) -> Vec<u8> {
    let (head, _) = split(OFFICIAL.as_bytes());
    [head, b"# userid name uniqueid connected ping loss state rate adr\n", rows, b"\n#end\n"].concat()
}

#[test]
fn the_status_of_the_game_is_read() {
    let status = Status::parse(OFFICIAL.as_bytes()).unwrap();
    let mal = Player {
        userid: 8,
        slot: Some(1),
        name: crate::game::PlayerName::new(b"Mal"),
        identity: Identity::Steam(SteamId::parse("STEAM_1:1:35074132").unwrap()),
        connected: 32 * 60 + 17,
        ping: 10,
        loss: 0,
        state: "active".to_owned(),
        rate: Some(100_000),
        address: Some("192.0.2.85:27005".to_owned()),
    };
    let coach = Player {
        userid: 12,
        slot: None,
        name: crate::game::PlayerName::new(b"Coach"),
        identity: Identity::Bot,
        connected: 0,
        ping: 0,
        loss: 0,
        state: "active".to_owned(),
        rate: None,
        address: None,
    };
    let expected = Status {
        hostname: "My Server".to_owned(),
        version: "2.2.4.3".to_owned(),
        secure: true,
        address: Some("203.0.113.10:27015".to_owned()),
        map: Some("c10m2_drainage".to_owned()),
        humans: 1,
        bots: 0,
        max: 8,
        hibernating: false,
        reserved: None,
        players: vec![mal, coach],
    };
    assert_eq!(status, expected);
    assert_eq!(Status::parse(OFFICIAL.replace('\n', "\r\n").as_bytes()).unwrap(), expected);
    let late = [b"L 01: \"#1\" says hostname : x\n", OFFICIAL.as_bytes()].concat();
    assert_eq!(Status::parse(&late).unwrap(), expected);
}

#[test]
fn a_status_that_is_cut_is_not_whole() {
    let whole = Status::parse(OFFICIAL.as_bytes());
    assert_eq!(Status::parse_whole(OFFICIAL.as_bytes()), whole);
    // Other games write no last line; then the numbers tell.
    assert_eq!(
        Status::parse_whole(OFFICIAL.replace("#end\n", "").replace("0 bots", "1 bots").as_bytes()).unwrap().bots,
        1
    );
    for cut in ["# userid", "#  8 1", "STEAM_1"] {
        let reply = &OFFICIAL[..OFFICIAL.find(cut).unwrap()];
        assert_eq!(Status::parse_whole(reply.as_bytes()), Err(StatusError::Cut), "{cut}");
    }
    assert!(Status::parse_whole(b"").is_err());
}

#[rstest]
#[case("0 humans, 0 bots (8 max) (hibernating) (unreserved)", (0, 0, 8, true, None))]
#[case("4 humans, 2 bots (18 max) (not hibernating) (reserved 186000047cf0fd8)", (4, 2, 18, false, Some("186000047cf0fd8")))]
#[case("1 humans, 0 bots (20/0 max) (not hibernating)", (1, 0, 20, false, None))]
#[case("3 humans, 1 bots (24 max)", (3, 1, 24, false, None))]
#[case("3 (8 max)", (3, 0, 8, false, None))]
fn the_numbers_are_read(#[case] line: &str, #[case] expected: (u32, u32, u32, bool, Option<&str>)) {
    let text = OFFICIAL.replace("1 humans, 0 bots (8 max) (not hibernating) (unreserved)", line);
    let status = Status::parse(text.as_bytes()).unwrap();
    let found = (status.humans, status.bots, status.max, status.hibernating, status.reserved.as_deref());
    assert_eq!(found, expected);
}

#[rstest]
#[case("Unknown command \"status\"\n", StatusError::Missing("hostname"))]
#[case("", StatusError::Missing("hostname"))]
#[case("hostname: a\nversion : 2\n", StatusError::Missing("players"))]
#[case("hostname: a\nplayers : many\n", StatusError::Players("many".to_owned()))]
#[case("hostname: a\nplayers : 99999999999 humans\n", StatusError::Players("99999999999 humans".to_owned()))]
fn another_kind_of_server_is_refused(#[case] reply: &str, #[case] expected: StatusError) {
    assert_eq!(Status::parse(reply.as_bytes()), Err(expected));
}

#[test]
fn a_server_without_a_map_has_none() {
    let reply = "hostname: a\nversion : 2.2.4.3 9416 insecure  (unknown)\nmap     : \nplayers : 0 humans, 0 bots (8 max) (hibernating)\n";
    let status = Status::parse(reply.as_bytes()).unwrap();
    assert_eq!((status.map, status.secure, status.players.len()), (None, false, 0));
}

/// The names of a server's own lines do not come from its name.
#[test]
fn a_hostname_says_nothing_about_the_rest() {
    let reply = OFFICIAL.replace("My Server", "# userid players : 99 humans");
    let status = Status::parse(reply.as_bytes()).unwrap();
    assert_eq!((status.hostname.as_str(), status.humans, status.players.len()), ("# userid players : 99 humans", 1, 2));
}

#[rstest]
#[case("Nick \"the suit\"")]
#[case("\"")]
#[case("\"\"\"\"")]
#[case("#1 Medic")]
#[case("#end")]
#[case("# 9 \"Bot\" BOT active")]
#[case("a\" BOT active")]
#[case("a\" BOT active\n# 9 \"b")]
#[case("x\" STEAM_1:0:1 00:01 1 0 active")]
#[case("x\" STEAM_1:0:1 00:01 1 0 active 1 1.1.1.1:1")]
#[case("a\nb")]
#[case("a\r\n#end\r\nb")]
#[case("\n\n\n")]
#[case("\x1b]0;owned\x07\x1b[2J")]
#[case("</td><script>alert(1)</script>")]
#[case("name;quit")]
#[case("  two  spaces  ")]
#[case("")]
#[case("абвгдежзийклмноп")]
#[case("\u{202e}\u{202e}drol\u{202c}")]
#[case("\u{200f}\u{2067}שלום")]
#[case("\u{feff}\u{200b}")]
#[case("😀😀😀😀😀😀😀😀")]
fn any_name_is_read(#[case] name: &str) {
    let row = format!(
        "#  8 1 \"{name}\" STEAM_1:1:35074132 1:02:03 10 3 active 100000 192.0.2.85:27005\n# 12 \"Coach\" BOT active\n"
    );
    let status = Status::parse(&with_rows(row.as_bytes())).unwrap();
    let found: Vec<_> =
        status.players.iter().map(|player| (player.userid, player.name.raw(), player.connected)).collect();
    assert_eq!(found, [(8, name, 3723), (12, "Coach", 0)]);
}

#[rstest]
#[case("#  8 1 \"a\" STEAM_1:1:3 100:00:01 999 100 spawning 30000 192.0.2.85:27005", (360_001, "spawning", Some(30_000), Some("192.0.2.85:27005")))]
#[case("#  8 1 \"a\" STEAM_1:1:3 00:01 0 0 connecting 30000 loopback", (1, "connecting", Some(30_000), Some("loopback")))]
#[case("#      8 \"a\"    [U:1:7]   05:12   50    0 active 192.0.2.85:27005", (312, "active", None, Some("192.0.2.85:27005")))]
#[case("# 8 1 \"a\" STEAM_1:1:3 90:00 50 0 active", (5400, "active", None, None))]
#[case("# 8 1 \"a\" STEAM_1:1:3 1:00:00 50 0 active 786432", (3600, "active", Some(786_432), None))]
fn a_line_of_any_version_is_read(#[case] row: &str, #[case] expected: (u32, &str, Option<u32>, Option<&str>)) {
    let status = Status::parse(&with_rows(row.as_bytes())).unwrap();
    let player = &status.players[0];
    assert_eq!(player.steam_id().map(SteamId::to_u64), Some(76_561_197_960_265_735));
    assert_eq!((player.connected, player.state.as_str(), player.rate, player.address.as_deref()), expected);
}

#[rstest]
#[case("# 8 1 \"a\" STEAM_ID_PENDING 00:01 0 0 connecting 30000 192.0.2.85:27005", Some(Identity::Unknown))]
#[case("# 8 1 \"a\" UNKNOWN 00:01 0 0 connecting 30000 192.0.2.85:27005", Some(Identity::Unknown))]
#[case("# 3 \"a\" BOT active 64", Some(Identity::Bot))]
#[case("# 3 1 \"a\" BOT active", None)]
#[case("# 8 1 \"a\" STEAM_1:1:3 00:61 0 0 active 30000 192.0.2.85:27005", None)]
#[case("# 8 1 \"a\" STEAM_1:1:3 99999999:00:00 0 0 active 1 192.0.2.85:27005", None)]
#[case("# 8 1 \"a\" STEAM_1:1:3 00:01 -5 0 active 1 192.0.2.85:27005", None)]
#[case("# 99999999999 1 \"a\" STEAM_1:1:3 00:01 5 0 active 1 192.0.2.85:27005", None)]
#[case("# 8 1 \"a\" STEAM_1:1:3 00:01 0 0 active\u{1} 30000 192.0.2.85:27005", None)]
#[case(
    "# 8 1 \"a\" STEAM_1:1:3 00:01 0 0 active 00000000000000000000000000000000000000000000000000000000000000000000x",
    None
)]
#[case("# 8 1 \"a", None)]
#[case("8 1 \"a\" STEAM_1:1:3 00:01 5 0 active 1 192.0.2.85:27005", None)]
fn what_is_no_line_is_passed_over(#[case] row: &str, #[case] expected: Option<Identity>) {
    let rows = format!("{row}\n# 12 \"Coach\" BOT active\n");
    let status = Status::parse(&with_rows(rows.as_bytes())).unwrap();
    let coach = status.players.last().unwrap();
    assert_eq!((coach.userid, coach.is_bot()), (12, true));
    assert_eq!(status.players.split_last().unwrap().1.first().map(|player| player.identity), expected);
}

#[test]
fn there_is_an_end_to_the_players() {
    let rows = "# 3 \"a\" BOT active\n".repeat(10_000);
    assert_eq!(Status::parse(&with_rows(rows.as_bytes())).unwrap().players.len(), 128);
}

proptest! {
    /// 31 bytes are what the engine keeps of a name.
    #[test]
    fn any_bytes_are_a_name(
        one in proptest::collection::vec(1..=255_u8, 0..=31),
        other in "[\"# \n\r0-9BOTactive]{0,31}",
    ) {
        let row = |userid: u32, name: &[u8]| {
            let tail = b"\" STEAM_1:1:35074132 32:17 10 0 active 100000 192.0.2.85:27005\n";
            [format!("# {userid} 1 \"").as_bytes(), name, tail].concat()
        };
        let rows = [row(8, &one), row(9, other.as_bytes()), b"# 12 \"Coach\" BOT active\n".to_vec()].concat();
        let status = Status::parse(&with_rows(&rows)).unwrap();
        let found: Vec<_> = status.players.into_iter().map(|player| (player.userid, player.name)).collect();
        let name = crate::game::PlayerName::new;
        prop_assert_eq!(found, vec![(8, name(&one)), (9, name(other.as_bytes())), (12, name(b"Coach"))]);
    }

    #[test]
    fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..600), cut in 0..OFFICIAL.len()) {
        let _ = Status::parse(&bytes);
        let _ = Status::parse(&with_rows(&bytes));
        let _ = Status::parse(&[&OFFICIAL.as_bytes()[..cut], &bytes].concat());
    }
}
