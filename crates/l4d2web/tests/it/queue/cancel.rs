//! Cancelling jobs that wait, run, or have ended.

use l4d2web::queue::{Cancelled, JobState, QueueError, Work};

use super::works::{PLAYER, USED, Works, server};
use crate::stand_in::processes;

#[tokio::test]
async fn a_job_that_waits_is_cancelled_at_once() {
    let works = Works::new("hold build").await;
    let id = server(&works.db, "Friday").await;
    let build = works.ask(Work::Build(USED)).await;
    let start = works.ask(Work::Start(id)).await;
    let mut stream = works.queue.feed().subscribe(start, 0).await.unwrap();
    assert_eq!(works.queue.cancel(start, Some(PLAYER)).await.unwrap(), Cancelled::BeforeItBegan);
    let line = "Cancelled by player1 before it began. Nothing was changed.";
    assert_eq!(stream.next().await.unwrap().unwrap()[0].line, line);
    assert_eq!(stream.next().await.unwrap(), None);
    let job = works.job(start).await;
    assert_eq!((job.state, job.summary.as_deref(), job.started_at), (JobState::Cancelled, Some(line), None));
    assert!(job.finished_at.is_some());
    works.queue.cancel(build, None).await.unwrap();
    works.over(build).await;
}

#[tokio::test]
async fn an_install_in_the_middle_ends_with_its_whole_tree() {
    let works = Works::new("stubborn install 3").await;
    let install = works.ask(Work::Install).await;
    works.prints(install, "stand-in: hanging").await;
    assert!(processes(works.stand_in.root.path()).len() >= 4);
    assert_eq!(works.queue.cancel(install, None).await.unwrap(), Cancelled::Ending);
    assert_eq!(works.queue.cancel(install, None).await.unwrap(), Cancelled::Ending, "once more changes nothing");
    let (job, lines) = works.over(install).await;
    assert_eq!(job.state, JobState::Cancelled);
    assert_eq!(processes(works.stand_in.root.path()), [0_u32; 0]);
    let summary = job.summary.unwrap();
    assert!(summary.starts_with("Cancelled. Servers keep the game that they have"), "{summary}");
    assert_eq!(lines.last().unwrap().line, summary);
    // Nothing of it is in the way of the next.
    works.stand_in.order("install 0");
    let again = works.queue.retry(install, None).await.unwrap();
    assert_eq!(works.over(again.id).await.0.state, JobState::Succeeded);
}

#[tokio::test]
async fn a_job_that_has_ended_cannot_be_cancelled() {
    let works = Works::new("install 0").await;
    let install = works.done(Work::Install).await;
    let refused = works.queue.cancel(install.id, None).await.unwrap_err();
    assert!(matches!(refused, QueueError::Over(_)));
    assert_eq!(refused.to_string(), format!("Job {} has ended already, so there is nothing to cancel.", install.id));
    assert_eq!(works.job(install.id).await, install);
    let refused = works.queue.cancel(4711.into(), None).await.unwrap_err();
    assert_eq!(refused.to_string(), "There is no job 4711.");
}

#[tokio::test]
async fn what_somebody_ends_on_the_machine_has_failed() {
    let works = Works::new("hang install").await;
    let install = works.ask(Work::Install).await;
    works.prints(install, "hanging").await;
    for process in processes(works.stand_in.root.path()) {
        let process = rustix::process::Pid::from_raw(process.cast_signed()).unwrap();
        let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
    }
    let (job, _) = works.over(install).await;
    assert_eq!(job.state, JobState::Failed);
    let summary = job.summary.unwrap();
    assert!(summary.starts_with("It was ended from outside. Servers keep the game"), "{summary}");
}
