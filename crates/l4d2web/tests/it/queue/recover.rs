//! A panel that begins where another ended, in order or not.

use l4d2web::db::{jobs, servers};
use l4d2web::queue::{JobState, Work};

use super::works::{USED, Works, server, sql};
use crate::panel::NOW;

#[tokio::test]
async fn what_ran_is_interrupted_and_what_waits_runs() {
    let mut works = Works::idle("install 0").await;
    let id = server(&works.db, "Friday").await;
    let cut = works.ask(Work::Start(id)).await;
    assert!(jobs::claim(&works.db, cut, NOW).await.unwrap());
    let cancelling = works.ask(Work::Build(USED)).await;
    assert!(jobs::claim(&works.db, cancelling, NOW).await.unwrap());
    works.queue.cancel(cancelling, None).await.unwrap();
    let waits = works.ask(Work::Install).await;
    // What the panel before did not get to know: the server runs.
    works.stand_in.start(id).await;
    assert_eq!(servers::find(&works.db, id).await.unwrap().unwrap().status, None);
    works.run();
    for job in [cut, cancelling] {
        let (job, lines) = works.over(job).await;
        assert_eq!(job.state, JobState::Interrupted);
        assert_eq!(job.summary.as_ref(), Some(&lines.last().unwrap().line));
    }
    assert_eq!(works.over(waits).await.0.state, JobState::Succeeded);
    let row = servers::find(&works.db, id).await.unwrap().unwrap();
    assert!(row.status.unwrap().contains("\"running\""));
    assert!(row.last_error.unwrap().contains("can be run again"));
    let again = works.queue.retry(cut, None).await.unwrap();
    assert_eq!(works.over(again.id).await.0.state, JobState::Succeeded);
}

#[tokio::test]
async fn an_orderly_end_interrupts_what_takes_long_and_keeps_what_waits() {
    let mut works = Works::new("hang install\nhold build").await;
    let (install, build) = (works.ask(Work::Install).await, works.ask(Work::Build(USED)).await);
    works.prints(install, "hanging").await;
    works.prints(build, "held").await;
    let behind = works.ask(Work::Build(USED)).await;
    works.stop().await;
    works.stand_in.all_gone().await;
    for job in [install, build] {
        let job = works.job(job).await;
        assert_eq!(job.state, JobState::Interrupted);
        let summary = job.summary.unwrap();
        assert!(
            summary.starts_with("The panel ended while this ran.") && summary.ends_with("It can be run again."),
            "{summary}"
        );
    }
    assert_eq!(works.job(behind).await.state, JobState::Queued);
}

#[tokio::test]
async fn an_orderly_end_lets_a_start_finish() {
    let mut works = Works::new("hold start").await;
    let id = server(&works.db, "Friday").await;
    let start = works.ask(Work::Start(id)).await;
    works.prints(start, "held").await;
    std::fs::write(works.stand_in.root.path().join("go"), "").unwrap();
    works.stop().await;
    assert_eq!(works.job(start).await.state, JobState::Succeeded);
}

/// What throws away is not offered to be run again: it is asked for anew.
#[tokio::test]
async fn what_destroys_says_how_it_is_done_again() {
    for (kind, words) in [("reset", "Reset the server again"), ("delete", "Delete the server again")] {
        let mut works = Works::idle("").await;
        let id = server(&works.db, kind).await;
        let cut = works.ask(if kind == "reset" { Work::Reset(id) } else { Work::Delete(id) }).await;
        assert!(jobs::claim(&works.db, cut, NOW).await.unwrap());
        works.run();
        let (job, _) = works.over(cut).await;
        let summary = job.summary.unwrap();
        assert!(summary.contains(words) && !summary.contains("run again"), "{summary}");
        assert!(works.queue.retry(cut, None).await.is_err());
    }
}

/// A row that says that it runs, and nobody runs it: the disk was full when that should have been stored.
#[tokio::test]
async fn a_job_that_nobody_runs_is_not_left_running() {
    let works = Works::new("").await;
    let id = server(&works.db, "Friday").await;
    sql(&works.db, "INSERT INTO jobs (kind, state, server_id, subject, created_at, started_at) VALUES ('start', 'running', 1, 'Friday', 0, 0)").await;
    // What comes after it does not wait for ever.
    let next = works.ask(Work::Stop(id)).await;
    assert_eq!(works.over(next).await.0.state, JobState::Succeeded);
    let lost = works.job(l4d2web::id::JobId(1)).await;
    assert_eq!(lost.state, JobState::Interrupted);
    assert!(lost.summary.unwrap().contains("could not store"));
}
