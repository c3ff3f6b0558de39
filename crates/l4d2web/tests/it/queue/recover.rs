//! A panel that begins where another ended, in order or not.

use l4d2web::db::{jobs, servers};
use l4d2web::queue::{JobState, Work};

use super::works::{USED, Works, server};
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
