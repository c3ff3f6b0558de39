//! A disk that is full in the middle: a small one, in a mount namespace of its own.

use std::fs;
use std::io;
use std::path::Path;

use bytes::Bytes;
use futures_util::stream;
use l4d2web::files::upload::{Finished, New, Phase, Stamp, UploadError};
use l4d2web::files::{FilesError, OnTaken, Reserve};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};

use super::pack::{item, zip};
use super::uploads::Desk;
use super::{all, noise, path, staged};

/// Runs `test` with `files/` of a fresh panel on a file system of `mib` MiB.
fn on_small_disk(mib: u32, test: impl AsyncFnOnce(Desk)) {
    // Of this thread and of those that it starts; each test has a process of its own.
    unshare(CloneFlags::CLONE_NEWNS).unwrap();
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None::<&str>).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let desk = Desk::new().await;
        let files = desk.panel.root.path().join("files");
        fs::create_dir(&files).unwrap();
        mount(Some("small"), &files, Some("tmpfs"), MsFlags::empty(), Some(format!("size={mib}m").as_str())).unwrap();
        test(desk).await;
    });
}

fn fill(at: &Path, mib: usize) {
    fs::write(at.join("others"), vec![1; mib << 20]).unwrap();
}

fn new(desk: &Desk, at: &str, size: u64, unpack: bool) -> New {
    let (overlay, user) = (desk.overlay, desk.user);
    New { overlay, user, path: path(at), size, stamp: Stamp::parse("1"), unpack, on_taken: OnTaken::Refuse }
}

#[test]
fn kernel_room_is_taken_at_the_beginning() {
    on_small_disk(16, async |desk| {
        let files = desk.panel.root.path().join("files");
        let (id, _) = desk.uploads.create(new(&desk, "a", 12 << 20, false)).await.unwrap();
        // Others come to the disk meanwhile, and find what is left of it.
        assert!(fs::write(files.join("others"), vec![1; 8 << 20]).is_err());
        let said = desk.uploads.create(new(&desk, "b", 20 << 20, false)).await.unwrap_err().to_string();
        assert!(said.contains("The disk has no room for this:") && said.contains("MB more are needed"), "{said}");
        assert_eq!(staged(&desk.panel.root), [format!("upload-{id}")]);
        for piece in 0..3_u64 {
            let bytes = stream::iter([Ok::<_, io::Error>(Bytes::from(vec![7; 4 << 20]))]);
            desk.uploads.receive(desk.overlay, desk.user, &id, piece << 22, bytes).await.unwrap();
        }
        let Finished::Placed(_) = desk.uploads.finish(desk.overlay, desk.user, &id, None).await.unwrap() else {
            panic!("no file")
        };
    });
}

#[test]
fn kernel_a_disk_that_is_full_in_the_middle_of_a_file() {
    on_small_disk(16, async |desk| {
        let files = desk.panel.root.path().join("files");
        let (id, _) = desk.uploads.create(new(&desk, "cfg/a", 12 << 20, false)).await.unwrap();
        // As on a file system that cannot take room at the beginning.
        let part = files.join(format!(".left4me-staging/upload-{id}"));
        fs::OpenOptions::new().write(true).truncate(true).open(&part).unwrap();
        fill(&files, 10);
        let bytes = stream::iter((0..8).map(|_| Ok::<_, io::Error>(Bytes::from(vec![7; 1 << 20]))));
        let full = desk.uploads.receive(desk.overlay, desk.user, &id, 0, bytes).await.unwrap_err();
        match &full {
            UploadError::Files(FilesError::Full(_)) => assert!(full.to_string().contains("more are needed"), "{full}"),
            other => panic!("{other}"),
        }
        // It was not seen before, and fills up while a piece comes.
        fs::write(files.join("others"), vec![1; 3 << 20]).unwrap();
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let (uploads, overlay, user, own) = (desk.uploads.clone(), desk.overlay, desk.user, id.clone());
        let piece =
            futures_util::stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) });
        let coming = tokio::spawn(async move { uploads.receive(overlay, user, &own, 0, piece).await });
        for _ in 0..3 {
            sender.send(Ok::<_, io::Error>(Bytes::from(vec![7; 1 << 20]))).await.unwrap();
        }
        let _ = fs::write(files.join("more"), vec![1; 16 << 20]);
        for _ in 0..5 {
            let _ = sender.send(Ok(Bytes::from(vec![7; 1 << 20]))).await;
        }
        drop(sender);
        let full = coming.await.unwrap().unwrap_err();
        assert!(matches!(full, UploadError::DiskFull { .. }), "{full}");
        let said = full.to_string();
        assert!(said.contains("The disk is full:") && said.contains("did not fit"), "{said}");
        assert!(!files.join(format!("{}/cfg", desk.overlay)).exists(), "nothing of it is in the overlay");
        // When there is room again it goes on.
        fs::remove_file(files.join("others")).unwrap();
        fs::remove_file(files.join("more")).unwrap();
        let (_, here) = desk.uploads.find(desk.overlay, desk.user, &id).await.unwrap();
        assert!(here < 12 << 20);
        let mut at = here;
        while at < 12 << 20 {
            let bytes = vec![7; usize::try_from((12 << 20) - at).unwrap().min(4 << 20)];
            let bytes = stream::iter([Ok::<_, io::Error>(Bytes::from(bytes))]);
            at = desk.uploads.receive(desk.overlay, desk.user, &id, at, bytes).await.unwrap();
        }
        desk.uploads.finish(desk.overlay, desk.user, &id, None).await.unwrap();
        let there = fs::read(files.join(format!("{}/cfg/a", desk.overlay))).unwrap();
        assert!(there.len() == 12 << 20 && there.iter().all(|byte| *byte == 7));
    });
}

#[test]
fn kernel_a_disk_that_is_full_in_the_middle_of_an_archive() {
    on_small_disk(32, async |desk| {
        let files = desk.panel.root.path().join("files");
        // It says that it holds less than it does.
        let archive = zip(&[item("a.cfg", "a"), item("big.bin", noise(12 << 20, 1))]);
        let (id, _) = desk.uploads.create(new(&desk, "x.zip", archive.len() as u64, true)).await.unwrap();
        for (at, piece) in archive.chunks(8 << 20).enumerate() {
            let bytes = stream::iter([Ok::<_, io::Error>(Bytes::copy_from_slice(piece))]);
            desk.uploads.receive(desk.overlay, desk.user, &id, (at as u64) << 23, bytes).await.unwrap();
        }
        fill(&files, 12);
        let phase = async || {
            let done = desk.uploads.finish(desk.overlay, desk.user, &id, None).await.unwrap();
            let Finished::Unpacking(mut phase) = done else { panic!("no archive") };
            phase.wait_for(Phase::is_last).await.unwrap().clone()
        };
        let Phase::Failed { why, again: true } = phase().await else { panic!("it fits") };
        assert!(why.contains("MB more are needed") && why.ends_with("Nothing was unpacked."), "{why}");
        assert!(all(&files.join(desk.overlay.to_string())).is_empty());
        assert_eq!(staged(&desk.panel.root), [format!("upload-{id}")]);
        fs::remove_file(files.join("others")).unwrap();
        assert_eq!(phase().await, Phase::Done { files: 2, kept: 0 });
    });
}

#[test]
fn kernel_a_text_that_does_not_fit_is_not_saved_by_half() {
    on_small_disk(4, async |desk| {
        use l4d2web::files::store::Expected;
        let files = desk.panel.root.path().join("files");
        let store = desk.uploads.files().store(desk.overlay).unwrap();
        store.save(&path("a.cfg"), "old", &Expected::Nothing).unwrap();
        let _ = fs::write(files.join("others"), vec![1; 4 << 20]);
        let full = store.save(&path("a.cfg"), &"x".repeat(1 << 20), &Expected::Anything).unwrap_err();
        assert!(matches!(full, FilesError::Full(_) | FilesError::DiskFull(_)), "{full}");
        assert_eq!(store.text(&path("a.cfg")).unwrap().text, "old");
        assert_eq!(staged(&desk.panel.root), [""; 0]);
        // The same with what must stay free.
        fs::remove_file(files.join("others")).unwrap();
        let careful = l4d2web::files::Files::with_reserve(desk.panel.root.path(), Reserve { bytes: 0, percent: 90 });
        let said = careful.store(desk.overlay).unwrap().save(&path("b"), &"x".repeat(1 << 20), &Expected::Nothing);
        assert!(said.unwrap_err().to_string().contains("must stay free"));
    });
}
