//! The truth table: for each pair of kinds, whether the second waits for the first.

use rstest::rstest;

use super::super::kind::Lane;
use super::*;

const KINDS: [Kind; 8] =
    [Kind::Install, Kind::Refresh, Kind::Build, Kind::Start, Kind::Stop, Kind::Restart, Kind::Reset, Kind::Delete];

/// What the other job has to do with the candidate.
#[derive(Debug, Clone, Copy)]
enum Related {
    /// The same server or the same overlay; a start uses the overlay that a build makes.
    Same,
    /// Another server and another overlay.
    Other,
}

/// A job on the server or the overlay of that number.
fn job(id: i64, kind: Kind, running: bool, subject: i64) -> Open {
    Open {
        id: JobId(id),
        kind,
        running,
        cancelling: false,
        careful: false,
        server: (kind.lane() != Lane::Long).then_some(ServerId(subject)),
        overlay: (kind == Kind::Build).then_some(OverlayId(subject)),
        uses: if kind.is_up() && !running { vec![OverlayId(100), OverlayId(subject)] } else { Vec::new() },
    }
}

/// The rows are what is there already, the columns what comes: `x` waits, `.` does not. The order is that of `KINDS`:
/// install, refresh, build, start, stop, restart, reset, delete.
#[rstest]
#[case::it_runs(true, Related::Same, [
    "x.......", // install
    ".x......", // refresh
    "..xx.x..", // build
    "...xxxxx", // start
    "...xxxxx", // stop
    "...xxxxx", // restart
    "...xxxxx", // reset
    "...xxxxx", // delete
])]
#[case::it_waits(false, Related::Same, [
    "x.......",
    ".x......",
    "..xx.x..",
    "...x.x..", // a start that waits is overtaken by what takes the server down
    "...xxxxx",
    "...x.x..", // so is a restart
    "...xxxxx",
    "...xxxxx",
])]
#[case::it_runs_elsewhere(true, Related::Other, [
    "x.......",
    ".x......",
    "........",
    "........",
    "........",
    "........",
    "........",
    "........",
])]
#[case::it_waits_elsewhere(false, Related::Other, [
    "x.......",
    ".x......",
    "........",
    "........",
    "........",
    "........",
    "........",
    "........",
])]
fn the_truth_table(#[case] running: bool, #[case] related: Related, #[case] table: [&str; 8]) {
    for (there, row) in KINDS.into_iter().zip(table) {
        for (comes, cell) in KINDS.into_iter().zip(row.chars()) {
            let subject = match related {
                Related::Same => 1,
                Related::Other => 2,
            };
            let older = job(1, there, running, subject);
            let candidate = job(2, comes, false, 1);
            let verdict = may_start(&candidate, &[candidate.clone(), older]);
            let waits = matches!(verdict, Verdict::WaitFor(JobId(1), _));
            assert_eq!(waits, cell == 'x', "{comes:?} beside {there:?}, running: {running}, {related:?}");
        }
    }
}

#[test]
fn nobody_waits_for_a_younger_job_that_waits() {
    for there in KINDS {
        for comes in KINDS {
            let candidate = job(1, comes, false, 1);
            assert_eq!(may_start(&candidate, &[job(2, there, false, 1), candidate.clone()]), Verdict::Go);
        }
    }
}

#[test]
fn a_start_does_not_wait_for_a_build_that_was_asked_for_after_it() {
    let start = job(1, Kind::Start, false, 1);
    assert_eq!(may_start(&start, &[job(2, Kind::Build, true, 1)]), Verdict::Go);
}

#[test]
fn a_stop_that_overtook_runs_before_a_younger_start() {
    let (stop, start) = (job(2, Kind::Stop, true, 1), job(1, Kind::Start, false, 1));
    assert_eq!(may_start(&start, &[stop]), Verdict::WaitFor(JobId(2), Reason::SameServer));
}

#[test]
fn the_oldest_of_several_is_named() {
    let open = [job(3, Kind::Stop, false, 1), job(1, Kind::Build, true, 1), job(2, Kind::Build, false, 1)];
    let start = job(4, Kind::Start, false, 1);
    assert_eq!(may_start(&start, &open), Verdict::WaitFor(JobId(1), Reason::Overlay));
}

#[rstest]
#[case(Kind::Stop, &[2, 4])]
#[case(Kind::Reset, &[2, 4])]
#[case(Kind::Delete, &[2, 4])]
#[case(Kind::Start, &[])]
#[case(Kind::Restart, &[])]
fn what_takes_down_makes_waiting_starts_pointless(#[case] kind: Kind, #[case] gone: &[i64]) {
    let open = [
        job(1, Kind::Start, true, 1),
        job(2, Kind::Restart, false, 1),
        job(3, Kind::Stop, false, 1),
        job(4, Kind::Start, false, 1),
        job(5, Kind::Start, false, 2),
    ];
    let found: Vec<i64> = displaced(kind, Some(ServerId(1)), &open).map(|id| id.0).collect();
    assert_eq!(found, gone);
    assert_eq!(displaced(Kind::Install, None, &open).count(), 0);
}

/// Else a server would be stopped behind the back of who has just restarted it, and stay so.
#[test]
fn who_brings_a_server_up_ends_what_waits_until_it_is_empty() {
    // Who presses “Stop” while left4me looks whether it may stop gets a stop of their own.
    let looking = Open { careful: true, ..job(1, Kind::Stop, true, 1) };
    assert_eq!(same(Kind::Stop, Some(ServerId(1)), None, std::slice::from_ref(&looking)), None);
    assert_eq!(same(Kind::Stop, Some(ServerId(1)), None, &[Open { careful: false, ..looking }]), Some(JobId(1)));
    let careful = Open { careful: true, ..job(1, Kind::Stop, false, 1) };
    let open = [careful.clone(), job(2, Kind::Stop, false, 2), Open { careful: true, ..job(3, Kind::Stop, true, 1) }];
    assert_eq!(displaced(Kind::Restart, Some(ServerId(1)), &open).collect::<Vec<_>>(), [JobId(1)]);
    assert_eq!(displaced(Kind::Start, Some(ServerId(1)), &[job(1, Kind::Stop, false, 1)]).count(), 0);
    assert_eq!(displaced(Kind::Stop, Some(ServerId(1)), &[careful]).count(), 0);
}

#[rstest]
#[case::waits(Kind::Start, Kind::Start, false, true)]
#[case::a_second_start_changes_nothing(Kind::Start, Kind::Start, true, true)]
#[case::a_second_restart_does(Kind::Restart, Kind::Restart, true, false)]
#[case::one_restart_is_enough(Kind::Restart, Kind::Restart, false, true)]
#[case::a_stop_is_no_start(Kind::Stop, Kind::Start, false, false)]
#[case::twice_installed(Kind::Install, Kind::Install, true, true)]
#[case::refreshed(Kind::Refresh, Kind::Refresh, true, true)]
#[case::a_build_that_runs_may_have_read_old_sources(Kind::Build, Kind::Build, true, false)]
#[case::one_build_is_enough(Kind::Build, Kind::Build, false, true)]
fn the_same_is_not_asked_for_twice(
    #[case] there: Kind,
    #[case] new: Kind,
    #[case] running: bool,
    #[case] same_job: bool,
) {
    let there = job(1, there, running, 1);
    let wanted = job(2, new, false, 1);
    let found = same(new, wanted.server, wanted.overlay, &[there, job(9, new, false, 2)]);
    // For an install or a refresh there is no other.
    let expected =
        if matches!(new, Kind::Install | Kind::Refresh) { Some(JobId(9)) } else { same_job.then_some(JobId(1)) };
    assert_eq!(found, expected);
}

#[test]
fn only_the_last_job_of_a_server_counts_as_the_same() {
    let open = [job(1, Kind::Start, false, 1), job(2, Kind::Stop, false, 1)];
    assert_eq!(same(Kind::Start, Some(ServerId(1)), None, &open), None);
    assert_eq!(same(Kind::Stop, Some(ServerId(1)), None, &open), Some(JobId(2)));
}

#[rstest]
fn what_is_being_cancelled_is_asked_for_again(
    #[values(Kind::Install, Kind::Refresh, Kind::Start, Kind::Stop, Kind::Delete)] kind: Kind,
) {
    let there = Open { cancelling: true, ..job(1, kind, true, 1) };
    let (server, overlay) = (there.server, there.overlay);
    assert_eq!(same(kind, server, overlay, std::slice::from_ref(&there)), None);
    assert!(matches!(may_start(&job(2, kind, false, 1), &[there]), Verdict::WaitFor(JobId(1), _)));
}
