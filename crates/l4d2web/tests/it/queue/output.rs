//! What jobs print: stored completely, in order, and handed on without a gap or a repeat.

use l4d2web::db::job_lines::{self, JobLine, LineStream};
use l4d2web::host::Progress;
use l4d2web::live::Change;
use l4d2web::queue::Work;

use super::works::Works;

const LINES: i64 = 5000;

fn numbers(lines: &[JobLine], stream: LineStream) -> Vec<i64> {
    let of = lines.iter().filter(|line| line.stream == stream);
    of.filter_map(|line| line.line.strip_prefix("stand-in: line ")?.parse().ok()).collect()
}

#[tokio::test]
async fn every_line_is_stored_in_order() {
    let works = Works::new(&format!("install 0\nsay install {LINES}")).await;
    let (_, lines) = works.over(works.ask(Work::Install).await).await;
    assert!(lines.iter().map(|line| line.seq).eq(1..=i64::try_from(lines.len()).unwrap()));
    assert!(numbers(&lines, LineStream::Stdout).into_iter().eq((1..=LINES).filter(|number| number % 3 != 0)));
    assert!(numbers(&lines, LineStream::Stderr).into_iter().eq((1..=LINES).filter(|number| number % 3 == 0)));
    assert_eq!((lines[0].stream, lines[0].line.as_str()), (LineStream::Left4me, "$ l4d2ctl install"));
}

#[tokio::test]
async fn two_hundred_followers_get_the_same_from_wherever_they_begin() {
    let works = Works::new(&format!("install 0\nhold install\nsay install {LINES}")).await;
    let install = works.ask(Work::Install).await;
    works.prints(install, "held").await;
    let mut followers = Vec::new();
    for number in 0..200_i64 {
        let feed = works.queue.feed().clone();
        followers.push(tokio::spawn(async move {
            // Each breaks off once, at another place, and goes on from there.
            let mut lines = Vec::new();
            let mut stream = feed.subscribe(install, 0).await.unwrap();
            while let Some(more) = stream.next().await.unwrap() {
                lines.extend_from_slice(&more);
                if stream.position() > number * 20 {
                    break;
                }
            }
            let mut stream = feed.subscribe(install, stream.position()).await.unwrap();
            while let Some(more) = stream.next().await.unwrap() {
                lines.extend_from_slice(&more);
            }
            lines
        }));
    }
    std::fs::write(works.stand_in.root.path().join("go"), "").unwrap();
    works.over(install).await;
    let count = job_lines::count(&works.db, install).await.unwrap();
    let stored = job_lines::after(&works.db, install, 0, 100_000).await.unwrap();
    assert_eq!(stored.len(), usize::try_from(count).unwrap());
    for follower in followers {
        assert!(follower.await.unwrap() == stored);
    }
}

#[tokio::test]
async fn lines_are_read_in_pages_from_both_ends() {
    let works = Works::new("install 0\nsay install 100").await;
    let install = works.ask(Work::Install).await;
    works.over(install).await;
    let count = job_lines::count(&works.db, install).await.unwrap();
    let newest = job_lines::before(&works.db, install, count + 1, 10).await.unwrap();
    assert!(newest.iter().map(|line| line.seq).eq(count - 9..=count));
    let next = job_lines::after(&works.db, install, 10, 5).await.unwrap();
    assert!(next.iter().map(|line| line.seq).eq(11..=15));
}

#[tokio::test]
async fn the_progress_of_an_install_is_shown_while_it_runs() {
    let works = Works::new("install 1").await;
    let install = works.ask(Work::Install).await;
    works.prints(install, "progress: downloading 50").await;
    let progress: Progress = works.job(install).await.progress().unwrap();
    assert!(
        progress.percent.is_none_or(|percent| percent <= 100.0) && progress.step.contains("pass of steamcmd"),
        "{progress:?}"
    );
    let (job, _) = works.over(install).await;
    assert_eq!(job.progress, None);
    assert!(job.summary.unwrap().starts_with("The game was up to date (build 15000)"));
}

/// How far a job is concerns only who looks at that: whoever lists jobs or shows servers is told when it begins and ends.
#[tokio::test]
async fn progress_is_told_apart_from_changes() {
    let works = Works::new("install 3").await;
    let mut changes = works.bus.listen();
    let install = works.ask(Work::Install).await;
    works.over(install).await;
    let (mut jobs, mut progress) = (0, 0);
    while let Ok(change) = changes.try_recv() {
        jobs += usize::from(change == Change::Job(install));
        progress += usize::from(change == Change::Progress(install));
    }
    assert!(progress > 0, "it says how far it is");
    assert!((2..=3).contains(&jobs), "asked for, begun, and over: {jobs}");
}
