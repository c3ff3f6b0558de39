//! A2S replies: packets one after the other, each behind its length in two bytes.

use l4d2web::game::a2s::{Assembly, Info, Malformed, Players, Rules, Taken};

use super::{Words, about, kind};

pub(super) const WORDS: Words = Words {
    tokens: &[
        b"\xff\xff\xff\xff",
        b"\xfe\xff\xff\xff",
        b"\xff\xff\xff\xffI\x11",
        b"\xff\xff\xff\xffD",
        b"\xff\xff\xff\xffE",
        b"\xff\xff\xff\xffA\x01\x02\x03\x04",
        b"\x26\x02",
        b"\xf1",
        b"\0\0\xc0\x7f",
        b"\xb0\x04",
    ],
    longest: 16 * 1024,
};

pub(super) fn run(input: &[u8]) -> u64 {
    let mut assembly = Assembly::default();
    let mut rest = input;
    let mut kinds = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (packet, after) = after.split_at(usize::from(u16::from_le_bytes(*length)).min(after.len()));
        rest = after;
        let taken = assembly.take(packet);
        kinds.push(match taken {
            Ok(Taken::Whole(answer)) => {
                assert!(answer.len() <= input.len(), "an answer is not longer than its parts");
                read(&answer)
            }
            Ok(Taken::Part) => 1,
            Ok(Taken::Other) => 2,
            Err(error) => 3 + code(error),
        });
        kinds.truncate(6);
    }
    kind(kinds)
}

fn read(answer: &[u8]) -> u64 {
    let info = Info::parse(answer).map(|info| {
        for text in [&info.name, &info.map, &info.folder, &info.game, &info.version, &info.tags] {
            line(text);
        }
        (info.port.is_some(), info.steam_id.is_some(), info.tags.is_empty(), about(info.name.len()))
    });
    let players = Players::parse(answer).map(|players| {
        assert!(players.all.len() <= 255 && players.all.len() * 10 <= answer.len());
        assert!(players.all.iter().all(|one| one.seconds >= 0.0 && one.seconds.is_finite()), "times are times");
        players.all.iter().for_each(|one| line(&one.name.to_string()));
        (about(players.all.len()), players.cut)
    });
    let rules = Rules::parse(answer).map(|rules| {
        assert!(rules.all.len() * 2 <= answer.len());
        rules.all.iter().for_each(|(name, value)| [name, value].into_iter().for_each(|text| line(text)));
        (about(rules.all.len()), rules.cut)
    });
    kind((info.map_err(code), players.map_err(code), rules.map_err(code)))
}

fn line(text: &str) {
    assert!(!text.contains(char::is_control) && text.chars().count() <= 256, "a text is one line of a bounded length");
}

fn code(error: Malformed) -> u64 {
    match error {
        Malformed::Cut => 0,
        Malformed::Kind(_) => 1,
        Malformed::Compressed => 2,
        Malformed::Large => 3,
        Malformed::Parts => 4,
    }
}
