//! Builds of collections of maps and the refresh, with a stand-in for their sites with which everything can go wrong.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use l4d2web::db::collections::{self, CollectionMap, MapCollection};
use l4d2web::db::job_lines::JobLine;
use l4d2web::db::jobs::Job;
use l4d2web::fetch::{Fetcher, Origin};
use l4d2web::id::OverlayId;
use l4d2web::maps::{Collection, MapOutcome};
use l4d2web::queue::{JobState, Work};
use md5::{Digest as _, Md5};
use rstest::rstest;
use url::Url;

use super::works::{Works, sql};
use crate::files::pack::{item, seven, zip};
use crate::map_sites::{Answer, Site};
use crate::steam::{LIMITS, Nobody};
use crate::steam_stand_in::package::vpk;

/// The overlay under test.
const OVERLAY: OverlayId = OverlayId(1);
const INDEX: &str = "maps/servers/index.csv";

/// The sites, and what is at each path of them.
pub(super) struct Sites {
    pub(super) site: Site,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
}

impl Sites {
    async fn new() -> Self {
        let answers: Arc<Mutex<HashMap<String, Answer>>> = Arc::default();
        let source = Arc::clone(&answers);
        let site = Site::listen("127.0.0.1:0", Arc::new(move |path| source.lock().unwrap().get(path).cloned()));
        Self { site: site.await.unwrap(), answers }
    }

    fn put(&self, path: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    fn file(&self, path: &str, body: Vec<u8>) {
        self.put(path, Answer { body, ..Answer::default() });
    }

    /// The index of L4D2 Center, of these files with the content of which the MD5 is told.
    fn index(&self, maps: &[(&str, &[u8])]) {
        let mut text = "Name;Size;md5;Download link\n".to_owned();
        for (name, content) in maps {
            let (url, stem) = (&self.site.url, name.trim_end_matches(".vpk"));
            let row = format!("{name};{};{:x};{url}/files/{stem}.7z\n", content.len(), Md5::digest(content));
            text.push_str(&row);
        }
        self.file(INDEX, text.into_bytes());
    }

    /// What was asked for since the last question.
    fn asked(&self, from: &mut usize) -> Vec<String> {
        let all = self.site.requests.borrow().clone();
        let new = all[*from..].to_vec();
        *from = all.len();
        new
    }

    pub(super) fn bases(&self) -> HashMap<Collection, Url> {
        let url = Url::parse(&self.site.url).unwrap();
        Collection::ALL.into_iter().map(|one| (one, url.clone())).collect()
    }

    pub(super) fn fetchers(&self) -> HashMap<Collection, Fetcher> {
        let origin = Origin::of(&Url::parse(&self.site.url).unwrap()).unwrap();
        let fetcher = Fetcher::with(vec![origin], Arc::new(Nobody), LIMITS);
        Collection::ALL.into_iter().map(|one| (one, fetcher.clone())).collect()
    }
}

/// The content of a .vpk with one map.
fn map(name: &str, filler: u8) -> Vec<u8> {
    vpk(1, &[(format!("maps/{name}.bsp"), vec![filler; 3000])])
}

/// An archive as L4D2 Center has it.
fn packed(name: &str, content: &[u8]) -> Vec<u8> {
    seven(&[(name, content.to_vec())], false, None)
}

/// A queue whose first overlay is the collection.
async fn collection(source: &str) -> Works {
    let mut works = Works::idle("").await;
    works.sites = Some(Sites::new().await);
    sql(&works.db, "UPDATE overlays SET kind = 'maps' WHERE id = 1").await;
    sql(&works.db, &format!("INSERT INTO map_collections (overlay_id, source) VALUES (1, '{source}')")).await;
    works.run();
    works
}

async fn build(works: &Works) -> (Job, Vec<JobLine>) {
    works.over(works.ask(Work::Build(OVERLAY)).await).await
}

async fn maps(works: &Works) -> Vec<CollectionMap> {
    collections::maps(&works.db, OVERLAY).await.unwrap()
}

async fn state(works: &Works) -> MapCollection {
    collections::find(&works.db, OVERLAY).await.unwrap().unwrap()
}

fn sites(works: &Works) -> &Sites {
    works.sites.as_ref().unwrap()
}

/// The files of the published tree, by name.
fn published(works: &Works) -> Vec<String> {
    let addons = works.stand_in.root.path().join("overlays/1/left4dead2/addons");
    let mut names: Vec<String> = std::fs::read_dir(addons)
        .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

fn in_tree(works: &Works, name: &str) -> PathBuf {
    works.stand_in.root.path().join("overlays/1/left4dead2/addons").join(name)
}

fn in_cache(works: &Works) -> Vec<String> {
    let entries = std::fs::read_dir(works.stand_in.root.path().join("map_cache")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn said(lines: &[JobLine], text: &str) -> bool {
    lines.iter().any(|line| line.line.contains(text))
}

#[tokio::test]
async fn a_collection_is_kept_as_its_index_says() {
    let works = collection("l4d2center").await;
    let sites = sites(&works);
    let (dawn, moors) = (map("dawn1", 1), map("moors1", 2));
    sites.index(&[("dead before dawn.vpk", &dawn), ("moors.vpk", &moors)]);
    sites.file("files/dead before dawn.7z", packed("folder/other name.vpk", &dawn));
    sites.file("files/moors.7z", packed("moors.vpk", &moors));
    let mut asked = 0;

    let (job, lines) = build(&works).await;
    assert_eq!(job.state, JobState::Succeeded, "{job:?} {lines:?}");
    assert_eq!(published(&works), ["dead before dawn.vpk", "moors.vpk"], "the index says what a file is called");
    let tree = in_tree(&works, "dead before dawn.vpk").metadata().unwrap();
    assert!(std::fs::read(in_tree(&works, "dead before dawn.vpk")).unwrap() == dawn);
    assert_eq!((tree.mode() & 0o7777, tree.nlink() > 1), (0o444, true), "nothing is copied");
    let known = maps(&works).await;
    assert!(known.iter().all(|map| map.outcome == MapOutcome::Ready), "{known:?}");
    assert_eq!(known[0].cached()[0].contents.maps, ["dawn1"]);
    assert_eq!(sites.asked(&mut asked).len(), 3, "the index and two archives");

    // Nothing has changed: nothing but the index is asked for, and nothing is built by the refresh.
    let job = works.done(Work::Refresh).await;
    assert_eq!(sites.asked(&mut asked), [format!("GET {INDEX}")]);
    assert!(job.summary.unwrap().contains("2 maps of collections: 0 fetched."));

    // One is new, one has changed, one has gone.
    let (newer, third) = (map("dawn2", 3), map("third1", 4));
    sites.index(&[("dead before dawn.vpk", &newer), ("third.vpk", &third)]);
    sites.file("files/dead before dawn.7z", packed("a.vpk", &newer));
    sites.file("files/third.7z", packed("third.vpk", &third));
    works.clock.advance(86_400);
    let job = works.done(Work::Refresh).await;
    let mut fetched = sites.asked(&mut asked);
    fetched.sort();
    // The build that the refresh asked for reads the index, too.
    fetched.dedup();
    assert_eq!(fetched, ["GET files/dead before dawn.7z", "GET files/third.7z", "GET maps/servers/index.csv"]);
    let summary = job.summary.unwrap();
    assert!(summary.contains("2 fetched.") && summary.contains("1 overlay is built anew."), "{summary}");
    works.done(Work::Build(OVERLAY)).await;
    assert_eq!(published(&works), ["dead before dawn.vpk", "third.vpk"]);
    assert!(std::fs::read(in_tree(&works, "dead before dawn.vpk")).unwrap() == newer);
    // What no row names left the cache with the refresh that found it.
    assert_eq!(in_cache(&works).len(), 2, "{:?}", in_cache(&works));
}

/// Each thing that can go wrong with a map is what its row and the job's log say, and the other map is built.
#[rstest]
#[case::missing(None, "answered 404")]
#[case::broken(Some(Answer { status: Some(500), ..Answer::default() }), "answered 500")]
#[case::cut(Some(Answer { body: packed("a.vpk", &map("a1", 1)), cut_after: Some(40), ..Answer::default() }), "127.0.0.1")]
#[case::no_archive(Some(Answer { body: b"<html>not here</html>".to_vec(), ..Answer::default() }), "What was fetched is not used. That is no .zip and no .7z")]
#[case::truncated(Some(Answer { body: packed("a.vpk", &map("a1", 1))[..100].to_vec(), ..Answer::default() }), "What was fetched is not used. The archive is damaged or cut off")]
#[case::encrypted(Some(Answer { body: seven(&[("a.vpk", map("a1", 1))], false, Some("secret")), ..Answer::default() }), "encrypted")]
#[case::no_vpk(Some(Answer { body: packed("readme.txt", b"hello"), ..Answer::default() }), "there is no .vpk file in it")]
#[case::two(Some(Answer { body: seven(&[("a.vpk", map("a1", 1)), ("b.vpk", map("b1", 1))], false, None), ..Answer::default() }), "there are 2 .vpk files in it, and the index speaks of one")]
#[case::no_vpk_inside(Some(Answer { body: packed("a.vpk", b"no vpk at all, but long enough for one"), ..Answer::default() }), "“a.vpk” in it cannot be used")]
#[case::other_content(Some(Answer { body: packed("a.vpk", &map("other", 9)), ..Answer::default() }), "it has the MD5")]
#[case::slip(Some(Answer { body: zip(&[item("../../a.vpk", map("a1", 1))]), ..Answer::default() }), "a name that is not taken")]
#[case::private(Some(Answer { status: Some(302), location: Some("https://10.0.0.1/a.7z".to_owned()), ..Answer::default() }), "10.0.0.1")]
#[case::metadata(Some(Answer { status: Some(302), location: Some("http://169.254.169.254/latest".to_owned()), ..Answer::default() }), "169.254.169.254")]
#[case::file(Some(Answer { status: Some(302), location: Some("file:///etc/passwd".to_owned()), ..Answer::default() }), "file:")]
#[tokio::test]
async fn what_goes_wrong_with_one_map_stops_no_other(#[case] answer: Option<Answer>, #[case] reason: &str) {
    let works = collection("l4d2center").await;
    let sites = sites(&works);
    let (bad, good) = (map("a1", 1), map("good1", 2));
    sites.index(&[("a.vpk", &bad), ("good.vpk", &good)]);
    sites.file("files/good.7z", packed("good.vpk", &good));
    if let Some(answer) = answer {
        sites.put("files/a.7z", answer);
    }
    let (job, lines) = build(&works).await;
    assert_eq!(job.state, JobState::Succeeded, "{job:?} {lines:?}");
    assert!(job.summary.unwrap().contains("1 map of 2 is not in it; the log says why."));
    assert_eq!(published(&works), ["good.vpk"]);
    let known = maps(&works).await;
    let said_of = known[0].reason.clone().unwrap_or_default();
    assert!(known[0].outcome == MapOutcome::Failed && said_of.contains(reason), "{said_of}");
    assert!(said(&lines, &format!("a.vpk: {said_of}")), "{lines:?}");
    assert_eq!(known[1].outcome, MapOutcome::Ready);
    assert!(in_cache(&works).iter().all(|name| !name.contains("unpacked")), "{:?}", in_cache(&works));
    // When it is mended, the next build has it.
    sites.file("files/a.7z", packed("a.vpk", &bad));
    let (job, lines) = build(&works).await;
    assert_eq!(job.state, JobState::Succeeded, "{job:?} {lines:?}");
    assert_eq!(published(&works), ["a.vpk", "good.vpk"]);
    assert_eq!(maps(&works).await[0].reason, None);
}

#[tokio::test]
async fn a_copy_stays_when_the_newer_one_cannot_be_had() {
    let works = collection("l4d2center").await;
    let sites = sites(&works);
    let (old, new) = (map("a1", 1), map("a2", 2));
    sites.index(&[("a.vpk", &old)]);
    sites.file("files/a.7z", packed("a.vpk", &old));
    works.done(Work::Build(OVERLAY)).await;
    sites.index(&[("a.vpk", &new)]);
    let (job, lines) = build(&works).await;
    assert_eq!(job.state, JobState::Succeeded, "{job:?}");
    assert!(job.summary.unwrap().contains("1 map of 1 is in it as before; the log says why."));
    assert!(
        said(&lines, "a.vpk: the copy that is here is used. What was fetched is not used: it has the MD5"),
        "{lines:?}"
    );
    assert!(std::fs::read(in_tree(&works, "a.vpk")).unwrap() == old);
}

/// An index that is none, or has suddenly lost most of its maps, takes nothing away; the latter is believed after twelve hours.
#[tokio::test]
async fn a_strange_index_takes_nothing_away() {
    let works = collection("l4d2center").await;
    let sites = sites(&works);
    let contents: Vec<(String, Vec<u8>)> = (0..10).map(|n| (format!("m{n}.vpk"), map(&format!("m{n}"), n))).collect();
    let all: Vec<(&str, &[u8])> = contents.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    sites.index(&all);
    for (name, content) in &contents {
        sites.file(&format!("files/{}.7z", name.trim_end_matches(".vpk")), packed(name, content));
    }
    works.done(Work::Build(OVERLAY)).await;
    assert_eq!(published(&works).len(), 10);
    for (answer, trouble) in [
        (Answer { status: Some(500), ..Answer::default() }, "answered 500"),
        (Answer { body: b"<h1>Moved</h1>".to_vec(), ..Answer::default() }, "what it sends is no list of maps"),
        (Answer { body: b"Name;Size;md5;Download link\n".to_vec(), ..Answer::default() }, "names no map"),
        (Answer::default(), "no list of maps"),
    ] {
        sites.put(INDEX, answer);
        let job = works.done(Work::Refresh).await;
        assert!(job.summary.unwrap().contains(trouble), "{trouble}");
        assert!(state(&works).await.trouble.unwrap().contains(trouble));
        assert_eq!(maps(&works).await.len(), 10);
    }
    sites.index(&all[..4]);
    for (hours, left) in [(0, 10), (11, 10), (2, 4)] {
        works.clock.advance(hours * 3600);
        works.done(Work::Refresh).await;
        assert_eq!(maps(&works).await.len(), left, "after {hours} more hours");
        assert_eq!(state(&works).await.trouble.is_none(), left == 4);
    }
    works.done(Work::Build(OVERLAY)).await;
    assert_eq!(published(&works).len(), 4);
}

/// A slip of the pen in one row is no reason to take a map from servers.
#[tokio::test]
async fn a_map_whose_row_is_not_understood_stays() {
    let works = collection("l4d2center").await;
    let sites = sites(&works);
    let contents: Vec<(String, Vec<u8>)> = (0..3).map(|n| (format!("m{n}.vpk"), map(&format!("m{n}"), n))).collect();
    let all: Vec<(&str, &[u8])> = contents.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    sites.index(&all);
    for (name, content) in &contents {
        sites.file(&format!("files/{}.7z", name.trim_end_matches(".vpk")), packed(name, content));
    }
    works.done(Work::Build(OVERLAY)).await;
    sites.index(&all[..2]);
    let index = sites.answers.lock().unwrap()[INDEX].body.clone();
    let row = format!("M2.vpk;1;no digits;{}/files/m2.7z\n", sites.site.url);
    sites.file(INDEX, [&index[..], row.as_bytes()].concat());
    works.done(Work::Build(OVERLAY)).await;
    assert_eq!(published(&works), ["m0.vpk", "m1.vpk", "m2.vpk"]);
    // Of three, two at once are not believed to be gone either.
    sites.index(&all[..1]);
    works.done(Work::Refresh).await;
    assert_eq!(maps(&works).await.len(), 3);
}

#[tokio::test]
async fn archives_with_several_files_come_from_a_page() {
    let works = collection("cedapug").await;
    let sites = sites(&works);
    let page = |names: &[&str]| {
        let rows: Vec<String> =
            names.iter().map(|name| format!("<tr><td>{name}<td><a href=\"/zips/{name}.zip\">get</a>")).collect();
        format!("<html><a href=\"/\">home</a><table>{}</table>", rows.concat()).into_bytes()
    };
    sites.file("custom", page(&["Yama", "zeta"]));
    sites.file(
        "zips/Yama.zip",
        zip(&[item("yama_1.vpk", map("yama1", 1)), item("in/yama_2.vpk", map("yama2", 2)), item("readme.txt", "x")]),
    );
    // The same file as another map has: the first by name has it.
    sites.file("zips/zeta.zip", zip(&[item("YAMA_1.vpk", map("zeta", 3)), item("zeta.vpk", map("zeta1", 4))]));
    let mut asked = 0;
    let (job, lines) = build(&works).await;
    assert_eq!(job.state, JobState::Succeeded, "{job:?} {lines:?}");
    assert_eq!(published(&works), ["yama_1.vpk", "yama_2.vpk", "zeta.vpk"]);
    assert!(
        said(&lines, "warning: YAMA_1.vpk of zeta.vpk is left out: Yama.vpk brings a file of that name"),
        "{lines:?}"
    );
    sites.asked(&mut asked);
    // What the host says is unchanged is not fetched.
    works.done(Work::Build(OVERLAY)).await;
    let mut again = sites.asked(&mut asked);
    again.sort();
    assert_eq!(again, ["GET custom", "HEAD zips/Yama.zip", "HEAD zips/zeta.zip"]);
    sites.file("zips/zeta.zip", zip(&[item("zeta.vpk", map("zeta2", 5))]));
    works.done(Work::Refresh).await;
    assert_eq!(sites.asked(&mut asked).iter().filter(|asked| asked.starts_with("GET zips")).count(), 1);
    works.done(Work::Build(OVERLAY)).await;
    assert!(std::fs::read(in_tree(&works, "zeta.vpk")).unwrap() == map("zeta2", 5));
}

#[tokio::test]
async fn a_host_that_tells_no_versions_is_asked_once() {
    let works = collection("cedapug").await;
    let sites = sites(&works);
    sites.file("custom", b"<a href=a.zip>a</a>".to_vec());
    sites.put("a.zip", Answer { body: zip(&[item("a.vpk", map("a1", 1))]), no_version: true, ..Answer::default() });
    works.done(Work::Build(OVERLAY)).await;
    works.done(Work::Build(OVERLAY)).await;
    let mut asked = 0;
    let fetched = sites.asked(&mut asked).iter().filter(|asked| *asked == "GET a.zip").count();
    assert_eq!((fetched, published(&works).len()), (1, 1));
}

/// Whatever a panel that is gone left half done is cleared, or done anew.
#[tokio::test]
async fn what_was_left_half_done_is_made_good() {
    let works = collection("l4d2center").await;
    let sites = sites(&works);
    let content = map("a1", 1);
    sites.index(&[("a.vpk", &content)]);
    sites.file("files/a.7z", packed("a.vpk", &content));
    let cache = works.stand_in.root.path().join("map_cache");
    std::fs::create_dir_all(cache.join(".1.unpacked/old")).unwrap();
    std::fs::write(cache.join(".1.unpacked/old/a.vpk"), "half").unwrap();
    std::fs::write(cache.join(".1.part"), "half").unwrap();
    std::fs::write(cache.join("1-0123456789ab-0.vpk"), "renamed, and not noted").unwrap();
    std::fs::write(cache.join(".99.part"), "of a map that is gone").unwrap();
    works.done(Work::Build(OVERLAY)).await;
    assert!(std::fs::read(in_tree(&works, "a.vpk")).unwrap() == content);
    works.done(Work::Refresh).await;
    assert_eq!(in_cache(&works).len(), 1, "{:?}", in_cache(&works));
    // A file of the cache that was touched, or is gone, is fetched anew.
    let file = cache.join(&in_cache(&works)[0]);
    std::fs::remove_file(&file).unwrap();
    works.done(Work::Build(OVERLAY)).await;
    assert!(std::fs::read(in_tree(&works, "a.vpk")).unwrap() == content);
}

#[tokio::test]
async fn nothing_at_all_is_no_overlay() {
    let works = collection("l4d2center").await;
    let (job, _) = build(&works).await;
    assert_eq!(job.state, JobState::Failed);
    let summary = job.summary.unwrap();
    assert!(summary.contains("None of its maps could be fetched: The host 127.0.0.1 answered 404."), "{summary}");
}
