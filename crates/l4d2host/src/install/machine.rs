//! What happens after a pass of steamcmd: again, the next, done, or the end. Pure.
//!
//! Two passes, `windows` and then `linux`: Steam lists the game for Windows only, and an anonymous Linux pass works only
//! where a Windows pass has left its traces. A pass is repeated only for what deserves it, three tries in all. A write that
//! fails on top of a tree may be a rename(2) of a directory from a lower layer (EXDEV, steamcmd does not say it), so that
//! three of them in a row lead to one more try on an empty stack.

use super::event::Failure;
use super::reason::Reason;
use crate::ended::Ended;

/// How often a pass is tried, all in all.
pub const TRIES: u8 = 3;

/// What a pass is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// The first.
    Windows,
    /// The second.
    Linux,
}

impl Platform {
    /// As steamcmd, the unit and `left4me-systemctl` call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Linux => "linux",
        }
    }
}

/// The last word of steamcmd in a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// `Success!`
    Success,
    /// One of its errors.
    Failure(Failure),
}

/// One pass, as far as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What steamcmd said last of success or failure.
    pub verdict: Option<Verdict>,
    /// How its unit ended.
    pub ended: Ended,
    /// Whether the disk was full then.
    pub disk_full: bool,
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The same pass again, on what is there.
    Retry(Reason),
    /// The pass worked: now the other one.
    NextPass,
    /// Both passes worked, as far as steamcmd can say.
    Done,
    /// From the first pass on an empty stack: a full download.
    RepeatOnEmptyStack(Reason),
    /// It makes no sense to go on.
    Fail(Reason),
}

/// Where an installation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    platform: Platform,
    attempt: u8,
    on_tree: bool,
    only_writes_failed: bool,
}

impl Machine {
    /// Before the first pass; `on_tree` when it works on top of a published tree.
    #[must_use]
    pub fn new(on_tree: bool) -> Self {
        Self { platform: Platform::Windows, attempt: 1, on_tree, only_writes_failed: true }
    }

    /// The pass that is to run.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// Which try of the pass it is, from 1 to [`TRIES`].
    #[must_use]
    pub fn attempt(&self) -> u8 {
        self.attempt
    }

    /// Takes what came of the pass, and moves on.
    pub fn judge(&mut self, outcome: &Outcome) -> Next {
        let failure = match &outcome.verdict {
            Some(Verdict::Success) => return self.next_pass(),
            Some(Verdict::Failure(failure)) => Some(failure),
            None => None,
        };
        let reason = match failure {
            Some(failure) => Reason::of(failure, outcome),
            None => Reason::of_silence(&outcome.ended),
        };
        self.only_writes_failed &= reason == Reason::Write;
        if !reason.deserves_another_try() {
            return Next::Fail(reason);
        }
        if self.attempt < TRIES {
            self.attempt += 1;
            return Next::Retry(reason);
        }
        if self.only_writes_failed && self.on_tree {
            *self = Self::new(false);
            return Next::RepeatOnEmptyStack(reason);
        }
        Next::Fail(reason)
    }

    fn next_pass(&mut self) -> Next {
        match self.platform {
            Platform::Windows => {
                *self = Self { platform: Platform::Linux, ..Self::new(self.on_tree) };
                Next::NextPass
            }
            Platform::Linux => Next::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn said(verdict: Verdict) -> Outcome {
        Outcome { verdict: Some(verdict), ended: Ended::Code(0), disk_full: false }
    }

    fn failed(failure: Failure) -> Outcome {
        said(Verdict::Failure(failure))
    }

    fn silent(ended: Ended) -> Outcome {
        Outcome { verdict: None, ended, disk_full: false }
    }

    #[rstest]
    #[case::zero(0)]
    #[case::a_crash_at_its_end(139)]
    fn success_leads_through_both_passes(#[case] code: u8) {
        let mut machine = Machine::new(false);
        let success = Outcome { verdict: Some(Verdict::Success), ended: Ended::Code(code), disk_full: false };
        assert_eq!((machine.platform(), machine.judge(&success)), (Platform::Windows, Next::NextPass));
        assert_eq!((machine.platform(), machine.judge(&success)), (Platform::Linux, Next::Done));
    }

    #[rstest]
    #[case(failed(Failure::MissingConfiguration), Reason::MissingConfiguration)]
    #[case(failed(Failure::State(0x402)), Reason::Interrupted(0x402))]
    #[case(failed(Failure::State(0x6)), Reason::Interrupted(0x6))]
    #[case(failed(Failure::State(0x426)), Reason::Interrupted(0x426))]
    #[case(failed(Failure::State(0x602)), Reason::Interrupted(0x602))]
    #[case(failed(Failure::State(0x606)), Reason::Write)]
    #[case(failed(Failure::AppInfoTimeout), Reason::NoAnswer)]
    #[case(failed(Failure::NoConnection), Reason::Unreachable)]
    #[case(silent(Ended::Killed), Reason::Stopped)]
    #[case(silent(Ended::NeverRan(1)), Reason::NotStarted(1))]
    fn three_tries_for_what_deserves_them(#[case] outcome: Outcome, #[case] reason: Reason) {
        let mut machine = Machine::new(false);
        assert_eq!(machine.judge(&outcome), Next::Retry(reason.clone()));
        assert_eq!(machine.judge(&outcome), Next::Retry(reason.clone()));
        assert_eq!((machine.attempt(), machine.platform()), (3, Platform::Windows));
        assert_eq!(machine.judge(&outcome), Next::Fail(reason));
    }

    #[rstest]
    #[case(failed(Failure::NeedsOnline), Reason::Offline)]
    #[case(failed(Failure::RateLimit), Reason::RateLimit)]
    #[case(failed(Failure::NoSubscription), Reason::NoSubscription)]
    #[case(failed(Failure::InvalidPlatform), Reason::InvalidPlatform)]
    #[case(failed(Failure::State(0x202)), Reason::DiskFull)]
    #[case(failed(Failure::State(0x212)), Reason::DiskFull)]
    #[case(Outcome { disk_full: true, ..failed(Failure::State(0x602)) }, Reason::DiskFull)]
    #[case(failed(Failure::Install("x".to_owned())), Reason::Refused { words: "x".to_owned(), code: 0 })]
    #[case(failed(Failure::Login("x".to_owned())), Reason::Login("x".to_owned()))]
    #[case(failed(Failure::Fatal("x".to_owned())), Reason::Refused { words: "x".to_owned(), code: 0 })]
    #[case(silent(Ended::Code(0)), Reason::Silent(0))]
    #[case(silent(Ended::Code(70)), Reason::Silent(70))]
    #[case(silent(Ended::OutOfMemory), Reason::OutOfMemory)]
    fn no_other_try_for_the_rest(#[case] outcome: Outcome, #[case] reason: Reason) {
        assert_eq!(Machine::new(true).judge(&outcome), Next::Fail(reason));
    }

    #[test]
    fn each_pass_has_tries_of_its_own() {
        let mut machine = Machine::new(false);
        let (missing, success) = (failed(Failure::MissingConfiguration), said(Verdict::Success));
        for _ in 0..2 {
            machine.judge(&missing);
        }
        assert_eq!(machine.judge(&success), Next::NextPass);
        assert_eq!((machine.platform(), machine.attempt()), (Platform::Linux, 1));
        for _ in 0..2 {
            assert_eq!(machine.judge(&missing), Next::Retry(Reason::MissingConfiguration));
        }
        assert_eq!(machine.judge(&missing), Next::Fail(Reason::MissingConfiguration));
    }

    #[test]
    fn writes_that_fail_on_a_tree_lead_to_an_empty_stack_once() {
        let mut machine = Machine::new(true);
        machine.judge(&said(Verdict::Success));
        let write = failed(Failure::State(0x606));
        for _ in 0..2 {
            assert_eq!(machine.judge(&write), Next::Retry(Reason::Write));
        }
        assert_eq!(machine.judge(&write), Next::RepeatOnEmptyStack(Reason::Write));
        assert_eq!((machine.platform(), machine.attempt()), (Platform::Windows, 1));
        for _ in 0..2 {
            machine.judge(&write);
        }
        assert_eq!(machine.judge(&write), Next::Fail(Reason::Write));
    }

    #[test]
    fn a_bad_network_is_no_reason_for_a_full_download() {
        let mut machine = Machine::new(true);
        let interrupted = failed(Failure::State(0x602));
        machine.judge(&interrupted);
        machine.judge(&interrupted);
        assert_eq!(machine.judge(&interrupted), Next::Fail(Reason::Interrupted(0x602)));
        let mut machine = Machine::new(true);
        machine.judge(&interrupted);
        machine.judge(&failed(Failure::State(0x606)));
        assert_eq!(machine.judge(&failed(Failure::State(0x606))), Next::Fail(Reason::Write));
    }

    fn outcome() -> impl Strategy<Value = Outcome> {
        let failure = prop_oneof![
            Just(Failure::MissingConfiguration),
            Just(Failure::NeedsOnline),
            Just(Failure::NoConnection),
            any::<u32>().prop_map(Failure::State),
        ];
        let verdict = prop_oneof![Just(Verdict::Success), failure.prop_map(Verdict::Failure)];
        let ended = prop_oneof![any::<u8>().prop_map(Ended::Code), Just(Ended::Killed)];
        (prop::option::of(verdict), ended, any::<bool>()).prop_map(|(verdict, ended, disk_full)| Outcome {
            verdict,
            ended,
            disk_full,
        })
    }

    proptest! {
        #[test]
        fn it_always_ends(outcomes in prop::collection::vec(outcome(), 13), on_tree: bool) {
            let mut machine = Machine::new(on_tree);
            let end = outcomes.iter().find(|outcome| matches!(machine.judge(outcome), Next::Done | Next::Fail(_)));
            prop_assert!(end.is_some(), "more than two passes of three tries, twice: {machine:?}");
        }
    }
}
