use std::fs;
use std::io;

use bytes::Bytes;
use futures_util::stream;
use l4d2web::archive::Limits;
use l4d2web::db;
use l4d2web::files::store::Expected;
use l4d2web::files::upload::{Finished, New, Phase, Stamp, State, UploadError, UploadId, Uploads};
use l4d2web::files::{Files, FilesError, OnTaken};
use l4d2web::id::{OverlayId, UserId};
use tempfile::TempDir;

use super::pack::{Item, item, zip};
use super::{NO_RESERVE, all, noise, path, staged};
use crate::panel::Panel;

/// A panel's database with one user and one overlay, and uploads into it.
pub(crate) struct Desk {
    pub(crate) panel: Panel,
    pub(crate) uploads: Uploads,
    pub(crate) user: UserId,
    pub(crate) overlay: OverlayId,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let panel = Panel::new().await;
        let user = panel.user("player1").await;
        let overlay = overlay(&panel, user).await;
        let uploads = Self::uploads(&panel);
        Self { panel, uploads, user, overlay }
    }

    /// Uploads as a new life of the panel has them.
    fn uploads(panel: &Panel) -> Uploads {
        let files = Files::with_reserve(panel.root.path(), NO_RESERVE);
        let limits = Limits { reserve: NO_RESERVE, ..Limits::default() };
        Uploads::new(panel.state.db.clone(), panel.state.clock.clone(), panel.state.bus.clone(), files, limits)
    }

    fn root(&self) -> &TempDir {
        &self.panel.root
    }

    fn wanted(&self, at: &str, size: u64) -> New {
        let (overlay, user) = (self.overlay, self.user);
        let stamp = Stamp::parse("1");
        New { overlay, user, path: path(at), size, stamp, unpack: false, on_taken: OnTaken::Refuse }
    }

    /// Says how much the overlays of the user may hold.
    async fn may_have(&self, bytes: i64) {
        let quota = db::quotas::Quota { servers: None, overlay_bytes: Some(bytes) };
        assert!(db::quotas::set(&self.panel.state.db, self.user, quota).await.unwrap());
    }

    async fn begin(&self, at: &str, size: u64) -> UploadId {
        self.uploads.create(self.wanted(at, size)).await.unwrap().0
    }

    async fn send(&self, id: &UploadId, offset: u64, piece: &[u8]) -> Result<u64, UploadError> {
        let pieces: Vec<_> = piece.chunks(1000).map(|part| Ok::<_, io::Error>(Bytes::copy_from_slice(part))).collect();
        self.uploads.receive(self.overlay, self.user, id, offset, stream::iter(pieces)).await
    }

    async fn finish(&self, id: &UploadId, on_taken: Option<OnTaken>) -> Result<Finished, UploadError> {
        self.uploads.finish(self.overlay, self.user, id, on_taken).await
    }

    /// Sends an archive, and waits until it is unpacked or not.
    async fn unpack(&self, at: &str, archive: &[u8], on_taken: OnTaken) -> (UploadId, Phase) {
        let wanted = New { unpack: true, on_taken, ..self.wanted(at, archive.len() as u64) };
        let (id, _) = self.uploads.create(wanted).await.unwrap();
        self.send(&id, 0, archive).await.unwrap();
        let phase = self.settled(&id, None).await;
        (id, phase)
    }

    async fn settled(&self, id: &UploadId, on_taken: Option<OnTaken>) -> Phase {
        let Finished::Unpacking(mut phase) = self.finish(id, on_taken).await.unwrap() else { panic!("no archive") };
        phase.wait_for(Phase::is_last).await.unwrap().clone()
    }

    fn there(&self) -> Vec<(String, String)> {
        let top = self.root().path().join(format!("files/{}", self.overlay));
        if top.exists() { all(&top) } else { Vec::new() }
    }

    fn names(&self) -> Vec<String> {
        self.there().into_iter().map(|(name, _)| name).collect()
    }
}

#[expect(clippy::disallowed_methods, reason = "rows for tests, whatever the statements of the panel ask for")]
async fn overlay(panel: &Panel, owner: UserId) -> OverlayId {
    let row = "INSERT INTO overlays (owner_id, name, kind, reference, created_at, updated_at) SELECT ?, 'Own ' || n, 'files', n, 0, 0 FROM (SELECT count(*) + 1 AS n FROM overlays)";
    let row = sqlx::query(row).bind(owner).execute(panel.state.db.write()).await.unwrap();
    OverlayId(row.last_insert_rowid())
}

#[tokio::test]
async fn a_file_comes_in_pieces() {
    let desk = Desk::new().await;
    let id = desk.begin("left4dead2/addons/map.vpk", 30_000).await;
    let content: Vec<u8> = (0..30_000_u32).map(|at| b'a' + (at % 26) as u8).collect();
    for (number, piece) in content.chunks(9_000).enumerate() {
        let received = desk.send(&id, number as u64 * 9_000, piece).await.unwrap();
        assert_eq!(received, (number as u64 * 9_000) + piece.len() as u64);
        assert_eq!(desk.names(), [""; 0], "nothing is seen before all of it is");
    }
    let Finished::Placed(placed) = desk.finish(&id, None).await.unwrap() else { panic!("no file") };
    assert_eq!(placed, path("left4dead2/addons/map.vpk"));
    assert_eq!(desk.there(), [("left4dead2/addons/map.vpk".to_owned(), String::from_utf8(content).unwrap())]);
    assert_eq!(staged(desk.root()), [""; 0]);
    assert!(matches!(desk.finish(&id, None).await, Err(UploadError::Gone)));
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let desk = Desk::new().await;
    let id = desk.begin("empty", 0).await;
    desk.finish(&id, None).await.unwrap();
    assert_eq!(desk.names(), ["empty"]);
}

#[tokio::test]
async fn lying_sizes_are_refused() {
    let desk = Desk::new().await;
    let id = desk.begin("a", 10).await;
    let said = desk.send(&id, 0, b"12345678901").await.unwrap_err().to_string();
    assert!(said.contains("More comes than the 10 bytes"), "{said}");
    assert_eq!(desk.uploads.find(desk.overlay, desk.user, &id).await.unwrap().1, 0, "the piece was not taken");
    desk.send(&id, 0, b"12345").await.unwrap();
    let said = desk.finish(&id, None).await.unwrap_err().to_string();
    assert!(said.contains("5 of 10 bytes have come"), "{said}");
    assert!(matches!(desk.send(&id, 5, b"678901").await, Err(UploadError::TooMuch(10))));
    desk.send(&id, 5, b"67890").await.unwrap();
    assert!(matches!(desk.send(&id, 10, b"1").await, Err(UploadError::TooMuch(10))));
    desk.finish(&id, None).await.unwrap();
    assert_eq!(desk.there()[0].1, "1234567890");
    let said = desk.uploads.create(desk.wanted("b", u64::MAX)).await.unwrap_err().to_string();
    assert!(said.contains("A file may have 20 GB here"), "{said}");
}

#[tokio::test]
async fn a_piece_out_of_its_place_is_refused() {
    let desk = Desk::new().await;
    let id = desk.begin("a", 10).await;
    desk.send(&id, 0, b"1234").await.unwrap();
    for offset in [0, 3, 5, 10, 11, u64::MAX] {
        let refused = desk.send(&id, offset, b"x").await;
        assert!(matches!(refused, Err(UploadError::Place { received: 4, .. })), "{offset}: {refused:?}");
    }
    desk.send(&id, 4, b"567890").await.unwrap();
    desk.finish(&id, None).await.unwrap();
    assert_eq!(desk.there()[0].1, "1234567890");
}

#[tokio::test]
async fn a_piece_is_8_mib_at_most() {
    let desk = Desk::new().await;
    let id = desk.begin("a", 9 << 20).await;
    let long = vec![b'x'; (8 << 20) + 1];
    assert!(matches!(desk.send(&id, 0, &long).await, Err(UploadError::LongPiece)));
    assert_eq!(desk.uploads.find(desk.overlay, desk.user, &id).await.unwrap().1, 0);
    assert_eq!(desk.send(&id, 0, &long[1..]).await.unwrap(), 8 << 20);
}

#[tokio::test]
async fn of_two_pieces_at_once_one_is_refused_and_the_file_is_whole() {
    let desk = Desk::new().await;
    let id = desk.begin("a", 4).await;
    let (sender, receiver) = tokio::sync::mpsc::channel::<io::Result<Bytes>>(1);
    let (uploads, overlay, user, own) = (desk.uploads.clone(), desk.overlay, desk.user, id.clone());
    let slow = tokio::spawn(async move {
        uploads
            .receive(
                overlay,
                user,
                &own,
                0,
                futures_util::stream::unfold(receiver, |mut receiver| async {
                    Some((receiver.recv().await?, receiver))
                }),
            )
            .await
    });
    sender.send(Ok(Bytes::from_static(b"12"))).await.unwrap();
    // The channel has one place: when this fits, the first was taken, and so is the upload.
    sender.send(Ok(Bytes::from_static(b"3"))).await.unwrap();
    let second = desk.send(&id, 0, b"9999").await;
    assert!(matches!(second, Err(UploadError::Busy)), "{second:?}");
    assert!(matches!(desk.finish(&id, None).await, Err(UploadError::Busy)));
    assert!(matches!(desk.uploads.cancel(overlay, user, &id).await, Err(UploadError::Busy)));
    sender.send(Ok(Bytes::from_static(b"4"))).await.unwrap();
    drop(sender);
    assert_eq!(slow.await.unwrap().unwrap(), 4);
    desk.finish(&id, None).await.unwrap();
    assert_eq!(desk.there()[0].1, "1234");
}

#[tokio::test]
async fn what_came_before_the_line_broke_is_kept() {
    let desk = Desk::new().await;
    let id = desk.begin("a", 6).await;
    let pieces = [Ok(Bytes::from_static(b"123")), Err(io::Error::other("gone"))];
    let broken = desk.uploads.receive(desk.overlay, desk.user, &id, 0, stream::iter(pieces)).await;
    assert!(matches!(broken, Err(UploadError::Lost)));
    let (_, received) = desk.uploads.find(desk.overlay, desk.user, &id).await.unwrap();
    assert_eq!(received, 3);
    // A new life of the panel, and the same file chosen again.
    let uploads = Desk::uploads(&desk.panel);
    uploads.recover().await.unwrap();
    assert_eq!(uploads.create(desk.wanted("a", 6)).await.unwrap(), (id.clone(), 3));
    // Another file of that name is another file.
    let other = New { stamp: Stamp::parse("2"), ..desk.wanted("a", 6) };
    assert_ne!(uploads.create(other).await.unwrap().0, id);
    desk.send(&id, 3, b"456").await.unwrap();
    desk.finish(&id, None).await.unwrap();
    assert_eq!(desk.there()[0].1, "123456");
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a row as an earlier boot would have left it")]
async fn after_a_power_cut_only_what_was_synced_counts() {
    let desk = Desk::new().await;
    let id = desk.begin("a", 6).await;
    desk.send(&id, 0, b"1234").await.unwrap();
    let row = sqlx::query("UPDATE uploads SET boot = 'before', synced = 2").execute(desk.panel.state.db.write());
    row.await.unwrap();
    desk.uploads.recover().await.unwrap();
    assert_eq!(desk.uploads.find(desk.overlay, desk.user, &id).await.unwrap().1, 2);
    // In the same boot nothing is lost.
    desk.send(&id, 2, b"34").await.unwrap();
    desk.uploads.recover().await.unwrap();
    assert_eq!(desk.uploads.find(desk.overlay, desk.user, &id).await.unwrap().1, 4);
}

#[tokio::test]
async fn what_came_is_brought_to_the_disk_meanwhile() {
    let desk = Desk::new().await;
    let id = desk.begin("a", 100 << 20).await;
    let piece = vec![b'x'; 8 << 20];
    for number in 0..9 {
        desk.send(&id, number << 23, &piece).await.unwrap();
    }
    let synced = async {
        loop {
            let row = db::uploads::find(&desk.panel.state.db, desk.overlay, desk.user, &id).await.unwrap().unwrap();
            if row.synced > 0 {
                return row.synced;
            }
            tokio::task::yield_now().await;
        }
    };
    let synced = tokio::time::timeout(std::time::Duration::from_mins(1), synced).await.unwrap();
    assert!((64 << 20..=72 << 20).contains(&synced), "{synced}");
}

#[tokio::test]
async fn a_name_that_is_taken_asks() {
    let desk = Desk::new().await;
    let id = desk.begin("a.cfg", 3).await;
    desk.send(&id, 0, b"new").await.unwrap();
    // Somebody was quicker.
    desk.uploads.files().store(desk.overlay).unwrap().save(&path("a.cfg"), "old", &Expected::Nothing).unwrap();
    let taken = desk.finish(&id, None).await;
    assert!(matches!(taken, Err(UploadError::Files(FilesError::Taken(_)))), "{taken:?}");
    assert_eq!(desk.there()[0].1, "old");
    let Finished::Placed(placed) = desk.finish(&id, Some(OnTaken::KeepBoth)).await.unwrap() else { panic!("no file") };
    assert_eq!(placed, path("a (2).cfg"));
    // Known before anything is sent.
    assert!(matches!(
        desk.uploads.create(desk.wanted("a.cfg", 3)).await,
        Err(UploadError::Files(FilesError::Taken(_)))
    ));
    let (id, _) = desk.uploads.create(New { on_taken: OnTaken::Replace, ..desk.wanted("a.cfg", 3) }).await.unwrap();
    desk.send(&id, 0, b"two").await.unwrap();
    desk.finish(&id, None).await.unwrap();
    assert_eq!(desk.there(), [("a (2).cfg".to_owned(), "new".to_owned()), ("a.cfg".to_owned(), "two".to_owned())]);
}

#[tokio::test]
async fn uploads_of_others_are_not_there() {
    let desk = Desk::new().await;
    let id = desk.begin("a", 3).await;
    let other = desk.panel.user("player2").await;
    let piece = stream::iter([Ok::<_, io::Error>(Bytes::from_static(b"bad"))]);
    assert!(matches!(desk.uploads.receive(desk.overlay, other, &id, 0, piece).await, Err(UploadError::Gone)));
    assert!(matches!(desk.uploads.finish(desk.overlay, other, &id, None).await, Err(UploadError::Gone)));
    assert!(matches!(desk.uploads.cancel(desk.overlay, other, &id).await, Err(UploadError::Gone)));
    assert!(matches!(desk.uploads.cancel(OverlayId(99), desk.user, &id).await, Err(UploadError::Gone)));
    assert_eq!(desk.uploads.of(desk.overlay, other).await.unwrap(), []);
}

#[tokio::test]
async fn cancelled_and_forgotten_uploads_leave_nothing() {
    let desk = Desk::new().await;
    let id = desk.begin("a", 3).await;
    desk.send(&id, 0, b"12").await.unwrap();
    desk.uploads.cancel(desk.overlay, desk.user, &id).await.unwrap();
    assert!(matches!(desk.send(&id, 2, b"3").await, Err(UploadError::Gone)));
    assert_eq!(staged(desk.root()), [""; 0]);
    let old = desk.begin("old", 3).await;
    desk.panel.state.clock.advance(20 * 3600);
    let young = desk.begin("young", 3).await;
    desk.panel.state.clock.advance(5 * 3600);
    desk.uploads.expire().await.unwrap();
    assert!(desk.uploads.find(desk.overlay, desk.user, &old).await.is_err());
    assert!(desk.uploads.find(desk.overlay, desk.user, &young).await.is_ok());
    assert_eq!(staged(desk.root()), [format!("upload-{young}")]);
    // What belongs to nobody goes at the next start.
    fs::create_dir_all(desk.root().path().join("files/.left4me-staging/trash-1/x")).unwrap();
    fs::write(desk.root().path().join("files/.left4me-staging/edit-1"), "").unwrap();
    desk.uploads.recover().await.unwrap();
    assert_eq!(staged(desk.root()), [format!("upload-{young}")]);
}

#[tokio::test]
async fn there_are_so_many_and_so_much() {
    let desk = Desk::new().await;
    for number in 0..200 {
        desk.begin(&format!("{number}"), 0).await;
    }
    let said = desk.uploads.create(desk.wanted("x", 0)).await.unwrap_err().to_string();
    assert!(said.contains("You have 200 unfinished uploads"), "{said}");
    let other = desk.panel.user("player2").await;
    desk.may_have(1_000_000).await;
    desk.uploads.create(New { user: other, ..desk.wanted("first", 900_000) }).await.unwrap();
    let said = desk.uploads.create(New { user: other, ..desk.wanted("x", 300_000) }).await.unwrap_err().to_string();
    assert!(said.contains("200 KB more than the quota of 1 MB"), "{said}");
}

/// Who is refused, what two at once bring, and what lies unbuilt in another overlay: all of it is one sum.
#[tokio::test]
async fn what_comes_at_once_and_what_lies_elsewhere_counts_together() {
    let desk = Desk::new().await;
    desk.may_have(1_000_000).await;
    let elsewhere = overlay(&desk.panel, desk.user).await;
    let store = desk.uploads.files().store(elsewhere).unwrap();
    store.save(&path("cfg/a.cfg"), &"a".repeat(300_000), &Expected::Nothing).unwrap();
    desk.uploads.changed(elsewhere).await.unwrap();
    let send = async |name: &str| desk.uploads.create(desk.wanted(name, 400_000)).await;
    let (first, second) = tokio::join!(send("one"), send("two"));
    let begun = [first, second].into_iter().flatten().count();
    assert!(begun < 2, "300 and twice 400 KB of 1 MB");

    // A form does not say how long it is: it is counted as it comes.
    let left = desk.uploads.quota(desk.overlay).await.unwrap().unwrap();
    assert_eq!(left.used, 300_000 + begun as u64 * 400_000);
    let pieces = (0..100).map(|_| Ok::<_, io::Error>(Bytes::from(vec![b'a'; 100_000])));
    let said = desk.uploads.take_whole(desk.wanted("form", 0), stream::iter(pieces)).await.unwrap_err().to_string();
    assert!(said.contains("more than the quota of 1 MB"), "{said}");
    assert_eq!(desk.uploads.quota(desk.overlay).await.unwrap().unwrap(), left, "what was refused takes no room");
    assert!(!desk.names().contains(&"form".to_owned()));
}

/// An archive that waits for a choice counts by what it holds; one that finds no room is not unpacked, and can be asked for again.
#[tokio::test]
async fn an_archive_counts_by_what_it_holds() {
    let desk = Desk::new().await;
    desk.may_have(1_000_000).await;
    let store = desk.uploads.files().store(desk.overlay).unwrap();
    store.save(&path("a.cfg"), "old", &Expected::Nothing).unwrap();
    let archive = zip(&[item("a.cfg", vec![b'a'; 700_000]).deflated()]);
    let (id, phase) = desk.unpack("one.zip", &archive, OnTaken::Refuse).await;
    assert!(matches!(phase, Phase::Taken(_)), "{phase:?}");
    let (other, phase) = desk.unpack("two.zip", &archive, OnTaken::Replace).await;
    let Phase::Failed { why, again } = phase else { panic!("{phase:?}") };
    assert!(why.contains("more than the quota of 1 MB") && again, "{why}");
    assert!(!staged(desk.root()).contains(&format!("unpack-{other}")));
    desk.uploads.cancel(desk.overlay, desk.user, &id).await.unwrap();
    assert_eq!(desk.settled(&other, None).await, Phase::Done { files: 1, kept: 0 });
    assert_eq!(desk.uploads.quota(desk.overlay).await.unwrap().unwrap().used, 700_000);
}

#[tokio::test]
async fn what_an_archive_holds_comes_into_its_folder() {
    let desk = Desk::new().await;
    let archive = zip(&[item("addons/a.vpk", "a"), item("cfg/b.cfg", "b").deflated()]);
    let (id, phase) = desk.unpack("left4dead2/maps.zip", &archive, OnTaken::Refuse).await;
    assert_eq!(phase, Phase::Done { files: 2, kept: 0 });
    assert_eq!(desk.names(), ["left4dead2/addons/a.vpk", "left4dead2/cfg/b.cfg"]);
    assert_eq!(staged(desk.root()), [""; 0]);
    assert!(desk.uploads.find(desk.overlay, desk.user, &id).await.is_err());
}

#[tokio::test]
async fn what_an_archive_holds_may_be_there_already() {
    let desk = Desk::new().await;
    let store = desk.uploads.files().store(desk.overlay).unwrap();
    store.save(&path("cfg/a.cfg"), "old", &Expected::Nothing).unwrap();
    store.save(&path("cfg/b.cfg"), "old", &Expected::Nothing).unwrap();
    let archive =
        zip(&[item("cfg/a.cfg", "new"), item("cfg/b.cfg", "new"), item("cfg/c.cfg", "new"), item("x/y/z", "new")]);
    let (id, phase) = desk.unpack("maps.zip", &archive, OnTaken::Refuse).await;
    let Phase::Taken(said) = phase else { panic!("{phase:?}") };
    assert_eq!(said, "“cfg/a.cfg” and 1 more are here already. Replace them, or keep what is here.");
    assert_eq!(desk.names(), ["cfg/a.cfg", "cfg/b.cfg"], "nothing comes before the choice");
    assert_eq!(desk.uploads.find(desk.overlay, desk.user, &id).await.unwrap().0.state, State::Unpacked);
    assert_eq!(desk.settled(&id, Some(OnTaken::Keep)).await, Phase::Done { files: 2, kept: 2 });
    let there = |name: &str| desk.there().into_iter().find(|(at, _)| at == name).unwrap().1;
    assert_eq!((there("cfg/a.cfg"), there("cfg/c.cfg")), ("old".to_owned(), "new".to_owned()));
    let (_, phase) = desk.unpack("maps.zip", &archive, OnTaken::Replace).await;
    assert_eq!(phase, Phase::Done { files: 4, kept: 0 });
    assert_eq!(there("cfg/a.cfg"), "new");
    assert_eq!(staged(desk.root()), [""; 0]);
}

#[tokio::test]
async fn of_a_bad_archive_nothing_is_left() {
    let desk = Desk::new().await;
    let good = item("good.cfg", "good");
    let whole = zip(&[good.clone(), item("more", "more")]);
    for archive in [
        zip(&[good.clone(), item("../x", "bad")]),
        zip(&[good.clone(), Item { crc: Some(1), ..item("bad", "bad") }]),
        zip(&[good.clone(), item("zeros", vec![0; 32 << 20]).deflated()]),
        whole[..whole.len() - 30].to_vec(),
        b"no archive".to_vec(),
    ] {
        let (id, phase) = desk.unpack("a.zip", &archive, OnTaken::Refuse).await;
        // Who asks when it is over hears how it ended, and nobody else does.
        let ended = desk.uploads.progress(desk.overlay, desk.user, &id).unwrap();
        assert_eq!((&*ended.borrow(), desk.uploads.watch(&id).is_some()), (&phase, false));
        assert!(desk.uploads.progress(desk.overlay, UserId(99), &id).is_none());
        let Phase::Failed { why, again: false } = phase else { panic!("{phase:?}") };
        assert!(why.ends_with('.') && !why.is_empty());
        assert_eq!((desk.names(), staged(desk.root())), (Vec::<String>::new(), Vec::new()), "{why}");
        assert!(desk.uploads.find(desk.overlay, desk.user, &id).await.is_err());
    }
}

#[tokio::test]
async fn an_archive_that_goes_too_deep_in_its_folder_is_refused_whole() {
    let desk = Desk::new().await;
    let deep = vec!["d"; 20].join("/");
    let archive = zip(&[item("a", "a"), item(format!("{deep}/b"), "b")]);
    let (_, phase) = desk.unpack(&format!("{deep}/a.zip"), &archive, OnTaken::Refuse).await;
    assert!(matches!(phase, Phase::Failed { .. }), "{phase:?}");
    assert_eq!(desk.names(), [""; 0]);
}

/// The panel is killed in each state of an archive: the next life of it brings it to its end or back to its beginning.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "rows as a killed panel would have left them")]
async fn archives_outlive_the_panel() {
    let desk = Desk::new().await;
    let archive = zip(&[item("cfg/a.cfg", "a"), item("cfg/b.cfg", "b")]);
    let wanted = New { unpack: true, ..desk.wanted("a.zip", archive.len() as u64) };
    let (id, _) = desk.uploads.create(wanted).await.unwrap();
    desk.send(&id, 0, &archive).await.unwrap();
    let set = async |state: &str| {
        let update = sqlx::query("UPDATE uploads SET state = ?, on_taken = 'replace'").bind(state);
        update.execute(desk.panel.state.db.write()).await.unwrap();
    };
    // While it was unpacked: it begins anew.
    set("unpacking").await;
    let staging = desk.root().path().join(format!("files/.left4me-staging/unpack-{id}"));
    fs::create_dir_all(staging.join("cfg")).unwrap();
    fs::write(staging.join("cfg/half"), "").unwrap();
    let uploads = Desk::uploads(&desk.panel);
    uploads.recover().await.unwrap();
    assert_eq!(uploads.find(desk.overlay, desk.user, &id).await.unwrap().0.state, State::Sending);
    // While it came to its place: half is there, the other half follows.
    fs::remove_dir_all(&staging).unwrap();
    fs::create_dir_all(staging.join("cfg")).unwrap();
    fs::write(staging.join("cfg/b.cfg"), "b").unwrap();
    let store = uploads.files().store(desk.overlay).unwrap();
    store.save(&path("cfg/a.cfg"), "a", &Expected::Nothing).unwrap();
    set("merging").await;
    let uploads = Desk::uploads(&desk.panel);
    uploads.recover().await.unwrap();
    assert_eq!(desk.names(), ["cfg/a.cfg", "cfg/b.cfg"]);
    assert_eq!(db::uploads::all(&desk.panel.state.db).await.unwrap(), []);
    assert_eq!(staged(desk.root()), [""; 0]);
    // After it had come to its place, and before the row went.
    let id = desk.begin("c", 0).await;
    fs::remove_file(desk.root().path().join(format!("files/.left4me-staging/upload-{id}"))).unwrap();
    desk.uploads.recover().await.unwrap();
    assert_eq!(db::uploads::all(&desk.panel.state.db).await.unwrap(), []);
}

#[tokio::test]
async fn archives_of_one_user_come_one_after_the_other_and_can_be_stopped() {
    let desk = Desk::new().await;
    let noise = noise(8_000_000, 1);
    let mut ids = Vec::new();
    for number in 0..3 {
        let archive = zip(&[item(format!("{number}.bin"), &noise)]);
        let wanted = New { unpack: true, ..desk.wanted(&format!("{number}.zip"), archive.len() as u64) };
        let (id, _) = desk.uploads.create(wanted).await.unwrap();
        for (at, piece) in archive.chunks(8 << 20).enumerate() {
            desk.send(&id, (at as u64) << 23, piece).await.unwrap();
        }
        ids.push(id);
    }
    let mut watches = Vec::new();
    for id in &ids {
        let Finished::Unpacking(phase) = desk.finish(id, None).await.unwrap() else { panic!("no archive") };
        watches.push(phase);
    }
    let at_work =
        watches.iter().filter(|watch| matches!(*watch.borrow(), Phase::Unpacking(_) | Phase::Merging)).count();
    assert!(at_work <= 1, "{watches:?}");
    // It may have had its turn already, and is then not to be stopped any more.
    let stopped = desk.uploads.cancel(desk.overlay, desk.user, &ids[2]).await.is_ok();
    for watch in &mut watches {
        watch.wait_for(Phase::is_last).await.unwrap();
    }
    let names = desk.names();
    assert!(names.contains(&"0.bin".to_owned()) && names.contains(&"1.bin".to_owned()), "{names:?}");
    assert!(!stopped || !names.contains(&"2.bin".to_owned()), "{names:?}");
    assert_eq!(staged(desk.root()), [""; 0]);
}
