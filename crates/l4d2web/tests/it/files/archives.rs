use std::fs;
use std::io::{Seek as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};

use l4d2web::archive::{ArchiveError, Limits, Progress, Unpacked, unpack};
use proptest::prelude::*;
use rstest::rstest;
use tempfile::TempDir;

use super::pack::{Item, end, item, seven, zip};
use super::{NO_RESERVE, all, noise};

const LIMITS: Limits = Limits {
    entries: 100_000,
    file: 64 << 20,
    total: 128 << 20,
    ratio: 200,
    ratio_from: 10 << 20,
    reserve: NO_RESERVE,
    quota: None,
};

fn file(bytes: &[u8]) -> fs::File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn run_with(bytes: &[u8], limits: &Limits, progress: &Progress) -> (TempDir, Result<Unpacked, ArchiveError>) {
    let dir = tempfile::tempdir().unwrap();
    let into = fs::create_dir(dir.path().join("into")).and_then(|()| fs::File::open(dir.path().join("into"))).unwrap();
    let done = unpack(&file(bytes), into.as_fd(), limits, progress);
    (dir, done)
}

fn run(bytes: &[u8]) -> (TempDir, Result<Unpacked, ArchiveError>) {
    run_with(bytes, &LIMITS, &Progress::default())
}

/// What is said of an archive that is refused; nothing of it may be outside.
fn refused(bytes: &[u8]) -> String {
    let (dir, done) = run(bytes);
    let outside: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside, ["into"]);
    done.expect_err("it is refused").to_string()
}

/// Three ways to pack the same.
fn everywhere(items: &[(&str, Vec<u8>)]) -> Vec<Vec<u8>> {
    let stored: Vec<_> = items.iter().map(|(name, content)| item(name, content)).collect();
    let deflated: Vec<_> = stored.iter().cloned().map(Item::deflated).collect();
    vec![zip(&stored), zip(&deflated), seven(items, false, None)]
}

#[test]
fn what_is_in_an_archive_comes_out() {
    let items = [
        ("left4dead2/addons/map.vpk", vec![7; 2 << 20]),
        ("left4dead2/cfg/server.cfg", b"hostname a\n".to_vec()),
        ("left4dead2/empty.txt", Vec::new()),
        ("地图.txt", b"map".to_vec()),
    ];
    let packed = everywhere(&items).into_iter().chain([seven(&items[..2], true, None)]);
    for (way, bytes) in packed.enumerate() {
        let (dir, done) = run(&bytes);
        let count = if way == 3 { 2 } else { 4 };
        assert_eq!(done.unwrap().files, count, "way {way}");
        let got = all(&dir.path().join("into"));
        let mut wanted: Vec<_> = items[..count]
            .iter()
            .map(|(name, content)| ((*name).to_owned(), String::from_utf8_lossy(content).into_owned()))
            .collect();
        wanted.sort();
        assert_eq!(got, wanted, "way {way}");
        let mode = |name: &str| fs::metadata(dir.path().join("into").join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("left4dead2/addons/map.vpk"), mode("left4dead2/cfg/server.cfg")), (0o444, 0o644));
    }
}

#[test]
fn folders_come_too_and_what_packers_add_does_not() {
    let folder = |name: &str| Item { attributes: 0o040_755 << 16 | 0x10, ..item(name, "") };
    let bytes = zip(&[
        folder("./"),
        folder("empty/"),
        folder("windows\\"),
        item("windows\\cfg\\a.cfg", "a"),
        item("__MACOSX/._a", "junk"),
        item("x/.DS_Store", "junk"),
    ]);
    let (dir, done) = run(&bytes);
    done.unwrap();
    assert_eq!(all(&dir.path().join("into")), [("windows/cfg/a.cfg".to_owned(), "a".to_owned())]);
    assert!(dir.path().join("into/empty").is_dir());
    let bytes = seven(&[("dir/", Vec::new()), ("dir/a", b"a".to_vec())], false, None);
    let (dir, done) = run(&bytes);
    done.unwrap();
    assert!(dir.path().join("into/dir/a").is_file());
}

/// Every spelling of a way out, in both kinds of archives.
#[rstest]
#[case("../x")]
#[case("..\\x")]
#[case("a/../../x")]
#[case("a\\..\\..\\x")]
#[case("a/..\\..\\x")]
#[case("..")]
#[case("./../x")]
#[case("/x")]
#[case("\\x")]
#[case("//server/share/x")]
#[case("\\\\server\\share\\x")]
#[case("C:\\x")]
#[case("c:x")]
#[case("a//x")]
#[case("a/\u{1}x")]
#[case(".left4me-staging/x")]
fn zip_slip(#[case] name: &str) {
    for bytes in everywhere(&[("good.txt", b"good".to_vec()), (name, b"bad".to_vec())]) {
        let said = refused(&bytes);
        assert!(said.contains("a name that is not taken") && said.ends_with("Nothing was unpacked."), "{said}");
    }
}

#[rstest]
#[case(b"../x".as_slice())]
#[case(b"..\\x")]
#[case(b"C:\\x")]
fn zip_slip_by_the_other_name(#[case] name: &[u8]) {
    // The field for Unicode says it; the name itself is harmless.
    let mut field = vec![1];
    field.extend(crc32fast::hash(b"good").to_le_bytes());
    field.extend(name);
    let mut extra = 0x7075_u16.to_le_bytes().to_vec();
    extra.extend(u16::try_from(field.len()).unwrap().to_le_bytes());
    extra.extend(field);
    assert!(refused(&zip(&[Item { extra, ..item("good", "bad") }])).contains("a name that is not taken"));
    // What stands before the data says it; the directory does not.
    let bytes = zip(&[Item { other_name: Some(name.to_vec()), ..item("good", "bad") }]);
    assert!(refused(&bytes).contains("called or packed otherwise"));
    // In GBK, after letters whose second byte is a backslash.
    let (mut gbk, _, _) = encoding_rs::GBK.encode("媆/");
    gbk.to_mut().extend(name);
    if name.starts_with(b"..") {
        assert!(refused(&zip(&[item(&gbk, "bad")])).contains("a name that is not taken"));
    }
}

#[test]
fn a_name_in_gbk_is_read() {
    let (name, _, _) = encoding_rs::GBK.encode("地图/死亡中心.txt");
    let (dir, done) = run(&zip(&[item(&name, "a")]));
    done.unwrap();
    assert_eq!(all(&dir.path().join("into"))[0].0, "地图/死亡中心.txt");
    assert!(refused(&zip(&[item(b"\xff\xff\xff", "a")])).contains("neither UTF-8 nor GBK"));
    assert!(refused(&zip(&[Item { flags: 1 << 11, ..item(&name, "a") }])).contains("neither UTF-8 nor GBK"));
}

#[rstest]
#[case(3, 0o120_777 << 16, "a link")]
#[case(3, 0o020_666 << 16, "a device")]
#[case(3, 0o060_666 << 16, "a device")]
#[case(3, 0o010_666 << 16, "a pipe")]
#[case(3, 0o140_666 << 16, "a socket")]
#[case(19, 0o120_777 << 16, "a link")]
#[case(0, 0x400, "a link")]
fn only_files_and_folders_are_taken(#[case] made_by: u8, #[case] attributes: u32, #[case] what: &str) {
    let said = refused(&zip(&[item("good", "good"), Item { made_by, attributes, ..item("x", "/etc/passwd") }]));
    assert!(said.contains(&format!("“x” in the archive is {what}")), "{said}");
}

#[rstest]
#[case(&["a/b.cfg", "a/b.cfg"], "twice")]
#[case(&["a/b.cfg", "A/B.CFG"], "differ only")]
#[case(&["addons/x.vpk", "Addons/y.vpk"], "differ only")]
#[case(&["a", "a/b"], "a file and a folder")]
#[case(&["a\\b", "a/b"], "twice")]
fn names_that_are_one(#[case] names: &[&str], #[case] why: &str) {
    let items: Vec<_> = names.iter().map(|name| (*name, b"x".to_vec())).collect();
    for bytes in everywhere(&items) {
        let said = refused(&bytes);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn encrypted_archives_are_refused_by_name() {
    for flags in [1, 1 << 6 | 1, 1 << 13] {
        let said = refused(&zip(&[Item { flags, ..item("secret.cfg", "x") }]));
        assert!(said.contains("“secret.cfg” in the archive is encrypted"), "{said}");
    }
    assert!(refused(&zip(&[Item { method: Some(99), ..item("secret.cfg", "x") }])).contains("encrypted"));
    let said = refused(&seven(&[("secret.cfg", b"x".to_vec())], false, Some("password")));
    assert!(said.contains("encrypted"), "{said}");
}

#[test]
fn a_wrong_checksum_is_seen() {
    let said = refused(&zip(&[item("good", "good"), Item { crc: Some(1), ..item("bad.cfg", "x").deflated() }]));
    assert!(said.contains("“bad.cfg” in the archive is damaged: its checksum is wrong"), "{said}");
    let noise = noise(2_000, 1);
    let mut bytes = seven(&[("bad.vpk", noise)], false, None);
    bytes[300] ^= 0xff;
    let said = refused(&bytes);
    assert!(said.contains("damaged"), "{said}");
}

#[test]
fn archives_that_are_cut_off_are_refused_wherever_that_is() {
    let noise = noise(3_000, 1);
    for bytes in everywhere(&[("a.bin", noise), ("b.txt", b"b".to_vec())]) {
        for length in (1..bytes.len()).step_by(97).chain([bytes.len() - 1]) {
            let (_dir, done) = run(&bytes[..length]);
            assert!(done.is_err(), "cut at {length} of {}", bytes.len());
        }
    }
}

#[test]
fn lying_lengths_are_found() {
    for (size, why) in [(2, "longer than it says"), (9, "shorter than it says")] {
        let said = refused(&zip(&[Item { size: Some(size), ..item("a", "12345").deflated() }]));
        assert!(said.contains(why), "{said}");
    }
    assert!(refused(&zip(&[Item { size: Some(9), ..item("a", "12345") }])).contains("two lengths"));
}

#[test]
fn bombs_by_ratio() {
    let zeros = vec![0; 32 << 20];
    for bytes in [zip(&[item("zeros", &zeros).deflated()]), seven(&[("zeros", zeros.clone())], false, None)] {
        let said = refused(&bytes);
        assert!(said.contains("“zeros” unpacks to more than 200 times its size"), "{said}");
    }
    // Many that are each below the limit.
    let many: Vec<_> = (0..4).map(|number| item(format!("{number}"), vec![0; 9 << 20]).deflated()).collect();
    assert!(refused(&zip(&many)).contains("unpacks to more than 200 times"));
    // What is small may be packed as tight as it likes.
    run(&zip(&[item("zeros", vec![0; 1 << 20]).deflated()])).1.unwrap();
}

#[test]
fn bombs_by_overlap() {
    let first = item("a", vec![7; 100_000]);
    let again = Item { same_data: true, ..item("b", vec![7; 100_000]) };
    assert!(refused(&zip(&[first.clone(), again.clone()])).contains("otherwise than the directory says"));
    // The same name before the data for both, so that only the place tells.
    let again = Item { name: b"a".to_vec(), extra: unicode(b"a", b"b"), ..again };
    assert!(refused(&zip(&[first, again])).contains("“b” shares its bytes with another file"));
}

fn unicode(name: &[u8], other: &[u8]) -> Vec<u8> {
    let mut extra = 0x7075_u16.to_le_bytes().to_vec();
    extra.extend(u16::try_from(5 + other.len()).unwrap().to_le_bytes());
    extra.push(1);
    extra.extend(crc32fast::hash(name).to_le_bytes());
    extra.extend(other);
    extra
}

#[test]
fn an_archive_in_an_archive_stays_one() {
    let inner = zip(&[item("zeros", vec![0; 32 << 20]).deflated()]);
    let (dir, done) = run(&zip(&[item("inner.zip", &inner)]));
    assert_eq!(done.unwrap(), Unpacked { files: 1, bytes: inner.len() as u64 });
    assert_eq!(fs::read(dir.path().join("into/inner.zip")).unwrap(), inner);
}

#[test]
fn limits_of_a_file_and_of_all() {
    let items = [("a", noise(3_000_000, 1)), ("b", noise(3_000_000, 2))];
    for bytes in everywhere(&items) {
        let limits = Limits { file: 2_000_000, ..LIMITS };
        let said = run_with(&bytes, &limits, &Progress::default()).1.unwrap_err().to_string();
        assert!(said.contains("is larger than 2 MB"), "{said}");
        let limits = Limits { total: 5_000_000, ..LIMITS };
        let said = run_with(&bytes, &limits, &Progress::default()).1.unwrap_err().to_string();
        assert!(said.contains("larger than 5 MB"), "{said}");
        let limits = Limits { entries: 1, ..LIMITS };
        let said = run_with(&bytes, &limits, &Progress::default()).1.unwrap_err().to_string();
        assert!(said.contains("more than 1 files"), "{said}");
        let quota = Some(l4d2web::files::Quota { most: 7_000_000, used: 2_000_000 });
        let said = run_with(&bytes, &Limits { quota, ..LIMITS }, &Progress::default()).1.unwrap_err().to_string();
        assert!(said.contains("1 MB more than the quota of 7 MB"), "{said}");
        let reserve = l4d2web::files::Reserve { bytes: 0, percent: 100 };
        let (dir, done) = run_with(&bytes, &Limits { reserve, ..LIMITS }, &Progress::default());
        assert!(done.unwrap_err().to_string().contains("must stay free"));
        assert_eq!(fs::read_dir(dir.path().join("into")).unwrap().count(), 0, "nothing is begun that cannot end");
    }
}

#[test]
fn a_declared_size_is_not_believed() {
    // Says 10 bytes in all, gives 5 MB.
    let bytes = zip(&[Item { size: Some(10), ..item("a", vec![1; 5 << 20]).deflated() }]);
    let progress = Progress::default();
    let (_dir, done) = run_with(&bytes, &LIMITS, &progress);
    assert!(done.unwrap_err().to_string().contains("longer than it says"));
    assert!(progress.figures().0 <= 256 * 1024, "{:?}", progress.figures());
}

/// A directory of a million entries is refused by its end: not one of them is read.
#[test]
fn a_million_entries_are_refused_without_reading_them() {
    let file = tempfile::tempfile().unwrap();
    let (count, size) = (1_000_000_u64, 46_000_000_u64);
    // The directory is a hole: whoever reads it finds no entry, and says that instead.
    file.write_all_at(b"PK\x03\x04", 0).unwrap();
    file.write_all_at(&end(count, size, 100), 100 + size).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let into = fs::File::open(dir.path()).unwrap();
    let before = memory();
    let done = unpack(&file, into.as_fd(), &LIMITS, &Progress::default());
    assert!(matches!(done, Err(ArchiveError::Entries(100_000))), "{done:?}");
    assert!(memory().saturating_sub(before) < 8 << 20);
    // The same with a count that wraps around in sixteen bits, and no ZIP64.
    let wrapped = u16::try_from(count % 65_536).unwrap();
    let mut lie = end(0, size, 100);
    lie[8..10].copy_from_slice(&wrapped.to_le_bytes());
    lie[10..12].copy_from_slice(&wrapped.to_le_bytes());
    let one = {
        let whole = zip(&[item("", "")]);
        let at = whole.windows(4).position(|part| part == b"PK\x01\x02").unwrap();
        whole[at..at + 46].to_vec()
    };
    file.set_len(0).unwrap();
    file.write_all_at(b"PK\x03\x04", 0).unwrap();
    let named: Vec<u8> = (0..=u64::from(wrapped)).flat_map(|number| with_name(&one, number)).collect();
    file.write_all_at(&named, 100).unwrap();
    let mut lie_of_size = lie.clone();
    lie_of_size[12..16].copy_from_slice(&u32::try_from(named.len()).unwrap().to_le_bytes());
    file.write_all_at(&lie_of_size, 100 + named.len() as u64).unwrap();
    let done = unpack(&file, into.as_fd(), &LIMITS, &Progress::default());
    assert!(done.as_ref().unwrap_err().to_string().contains("more entries than it says"), "{done:?}");
}

fn with_name(record: &[u8], number: u64) -> Vec<u8> {
    let name = format!("{number:06}");
    let mut record = record.to_vec();
    record[28..30].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
    record.extend(name.as_bytes());
    record
}

/// Resident memory of this process.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/statm").unwrap();
    status.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
}

#[test]
fn a_7z_with_a_huge_directory_is_refused_with_little_memory() {
    let names: Vec<String> = (0..120_000).map(|number| format!("{number:06}/")).collect();
    let items: Vec<_> = names.iter().map(|name| (name.as_str(), Vec::new())).collect();
    let bytes = seven(&items, false, None);
    let before = memory();
    let said = refused(&bytes);
    assert!(said.contains("more files than can be taken"), "{said}");
    assert!(memory().saturating_sub(before) < 64 << 20);
}

#[test]
fn other_kinds_are_named() {
    assert!(refused(b"Rar!\x1a\x07\x01\x00rest").contains(".rar cannot be unpacked here"));
    assert!(refused(b"Rar!\x1a\x07\x00rest").contains(".rar cannot be unpacked here"));
    assert!(refused(b"VPK or so").contains("no .zip and no .7z"));
    assert!(refused(b"").contains("no .zip and no .7z"));
    for (method, name) in [(9, "Deflate64"), (14, "LZMA"), (77, "method 77")] {
        let said = refused(&zip(&[Item { method: Some(method), ..item("a", "x") }]));
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn it_stops_when_it_shall() {
    let progress = Progress::default();
    progress.cancel();
    for bytes in everywhere(&[("a", vec![1; 1000])]) {
        assert!(matches!(run_with(&bytes, &LIMITS, &progress).1, Err(ArchiveError::Cancelled)));
    }
}

#[test]
fn nothing_is_written_over_or_through_what_is_there() {
    // The directory should be empty. If somebody puts a link there all the same, it leads nowhere.
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("into")).unwrap();
    fs::create_dir(dir.path().join("outside")).unwrap();
    std::os::unix::fs::symlink("../outside", dir.path().join("into/cfg")).unwrap();
    let into = fs::File::open(dir.path().join("into")).unwrap();
    let done = unpack(&file(&zip(&[item("cfg/a.cfg", "bad")])), into.as_fd(), &LIMITS, &Progress::default());
    assert!(done.is_err());
    assert_eq!(fs::read_dir(dir.path().join("outside")).unwrap().count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is changed in an archive: it is refused or its content is that of the original, and no panic.
    #[test]
    fn damaged_anywhere(at in any::<proptest::sample::Index>(), byte: u8, way in 0_usize..3) {
        let items = [("a/one.txt", b"one one one one".to_vec()), ("b.bin", vec![3; 300])];
        let mut bytes = everywhere(&items).swap_remove(way);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let (dir, done) = run(&bytes);
        let outside: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        prop_assert_eq!(outside, ["into"]);
        if done.is_ok() {
            let got = all(&dir.path().join("into"));
            // A name, an attribute or a time may have changed; the content is under a checksum.
            for (_, content) in got {
                prop_assert!(items.iter().any(|(_, wanted)| wanted.as_slice() == content.as_bytes()) || content.is_empty());
            }
        }
    }

    #[test]
    fn noise_is_no_archive(noise in proptest::collection::vec(any::<u8>(), 0..300), way in 0_usize..3) {
        let mut bytes: Vec<u8> = match way { 0 => b"PK\x03\x04".to_vec(), 1 => b"7z\xbc\xaf\x27\x1c".to_vec(), _ => Vec::new() };
        bytes.extend(noise);
        prop_assert!(run(&bytes).1.is_err());
    }

    /// A directory of entries with any names: nothing ever comes to be outside.
    #[test]
    fn any_names_stay_inside(names in proptest::collection::vec("[a-cA-C./\\\\:\u{1}]{0,12}", 1..6), flags in prop_oneof![Just(0_u16), Just(1 << 11)]) {
        let items: Vec<_> = names.iter().map(|name| Item { flags, ..item(name, "x") }).collect();
        let (dir, _) = run(&zip(&items));
        let outside: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        prop_assert_eq!(outside, ["into"]);
    }
}
