//! Mission files.

use l4d2web::game::Atlas;
use l4d2web::vpk::{Chapter, Mission};

use super::{Words, about, kind};

pub(super) const WORDS: Words = Words {
    tokens: &[
        b"\"mission\" { ",
        b"\"Name\" \"a\" ",
        b"\"DisplayTitle\" \"#a\" ",
        b"\"modes\" { ",
        b"\"coop\" { ",
        b"\"1\" { \"Map\" \"a\" \"DisplayName\" \"b\" } ",
        b"{ ",
        b"} ",
        b"// ",
        b"[$X360]",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\"",
    ],
    longest: 16 * 1024,
};

pub(super) fn run(input: &[u8]) -> u64 {
    let Some(mission) = Mission::read(input) else { return 0 };
    let chapters: Vec<_> = mission.modes.values().flatten().collect();
    assert!(chapters.len() <= 200);
    let texts =
        chapters.iter().flat_map(|chapter| [&chapter.map, &chapter.title]).chain([&mission.name, &mission.title]);
    for text in texts.chain(mission.modes.keys()) {
        assert!(!text.contains(char::is_control) && text.chars().count() <= 100, "a name is one short line");
    }
    for chapter in &chapters {
        assert!(Atlas::official().with([&mission]).find(&chapter.map, None).is_some(), "each map is found");
    }
    assert_eq!(Mission::read(written(&mission).as_bytes()).as_ref(), Some(&mission), "what was read is read again");
    let modes: Vec<u32> = mission.modes.values().take(3).map(|chapters| about(chapters.len())).collect();
    kind((about(mission.modes.len()), modes, mission.title == mission.name, mission.name.is_ascii()))
}

fn written(mission: &Mission) -> String {
    let chapter = |(number, chapter): (usize, &Chapter)| {
        format!(" \"{number}\" {{ \"Map\" \"{}\" \"DisplayName\" \"{}\" }}", chapter.map, chapter.title)
    };
    let mode = |(mode, chapters): (&String, &Vec<Chapter>)| {
        let chapters: Vec<String> = (1..).zip(chapters).map(chapter).collect();
        format!(" \"{mode}\" {{{} }}", chapters.concat())
    };
    let modes: Vec<String> = mission.modes.iter().map(mode).collect();
    let (name, title) = (&mission.name, &mission.title);
    format!("\"mission\" {{ \"Name\" \"{name}\" \"DisplayTitle\" \"{title}\" \"modes\" {{{} }} }}", modes.concat())
}
