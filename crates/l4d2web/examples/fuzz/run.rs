//! Runs a target over and over.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use super::mutate::mutate;
use super::random::Random;
use super::targets::Target;

/// The most time of a processor for one input. They are a few kilobytes long, so that a reader that takes more looks at things again and again.
const SLOW: Duration = Duration::from_millis(500);

/// The most inputs from which new ones are made.
const POOL_MAX: usize = 2000;

/// When it is enough.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Time(Duration),
    Runs(u64),
}

impl Until {
    /// Seconds, or a number of inputs with an `x` behind it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix('x') {
            Some(runs) => runs.parse().ok().map(Self::Runs),
            None => text.parse().ok().map(|seconds| Self::Time(Duration::from_secs(seconds))),
        }
    }
}

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) runs: u64,
    /// How many kinds of outcome were seen.
    pub(crate) kinds: usize,
    pub(crate) slowest: Duration,
    /// The shortest input of each kind that none of the kept ones had, the shortest of all first.
    pub(crate) fresh: Vec<Vec<u8>>,
    pub(crate) failure: Option<Failure>,
}

/// An input that must not do what it did.
pub(crate) struct Failure {
    pub(crate) input: Vec<u8>,
    pub(crate) why: String,
}

pub(crate) struct Run {
    target: &'static Target,
    random: Random,
    /// One input of each kind of outcome, the shortest that was seen.
    pool: Vec<Vec<u8>>,
    /// Where in the pool; nowhere when it was full.
    kinds: HashMap<u64, Option<usize>>,
    kept: Vec<Vec<u8>>,
    slowest: Duration,
}

impl Run {
    pub(crate) fn new(target: &'static Target, kept: Vec<Vec<u8>>, seed: u64) -> Self {
        let (random, kinds, slowest) = (Random::new(seed), HashMap::new(), Duration::ZERO);
        Self { target, random, pool: Vec::new(), kinds, kept, slowest }
    }

    /// The kept inputs first, as they are.
    pub(crate) fn go(mut self, until: Until) -> Outcome {
        let began = Instant::now();
        let mut runs = 0;
        for input in std::mem::take(&mut self.kept) {
            runs += 1;
            if let Err(failure) = self.one(input) {
                return self.over(runs, 0, Some(failure));
            }
        }
        let known = self.pool.len();
        if self.pool.is_empty() {
            self.pool.push(Vec::new());
        }
        loop {
            let enough = match until {
                Until::Time(time) => runs % 64 == 0 && began.elapsed() >= time,
                Until::Runs(most) => runs >= most,
            };
            if enough {
                return self.over(runs, known, None);
            }
            runs += 1;
            let (one, other) = (self.random.below(self.pool.len()), self.random.below(self.pool.len()));
            let input = mutate(&mut self.random, &self.pool[one], &self.pool[other], self.target.words);
            if let Err(failure) = self.one(input) {
                return self.over(runs, known, Some(failure));
            }
        }
    }

    fn one(&mut self, input: Vec<u8>) -> Result<(), Failure> {
        let began = processor();
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.target.run)(&input)));
        let took = processor().saturating_sub(began);
        self.slowest = self.slowest.max(took);
        let kind = match outcome {
            Ok(kind) => kind,
            Err(panic) => {
                let why = panic.downcast_ref::<String>().cloned();
                let why = why.or_else(|| panic.downcast_ref::<&str>().map(|why| (*why).to_owned()));
                return Err(Failure { input, why: why.unwrap_or_else(|| "a panic".to_owned()) });
            }
        };
        if took > SLOW {
            return Err(Failure { input, why: format!("it took {took:?}") });
        }
        match self.kinds.get(&kind) {
            Some(Some(place)) if self.pool[*place].len() > input.len() => self.pool[*place] = input,
            Some(_) => {}
            None if self.pool.len() < POOL_MAX => {
                self.kinds.insert(kind, Some(self.pool.len()));
                self.pool.push(input);
            }
            None => {
                self.kinds.insert(kind, None);
            }
        }
        Ok(())
    }

    fn over(self, runs: u64, known: usize, failure: Option<Failure>) -> Outcome {
        let mut fresh = self.pool.get(known..).unwrap_or_default().to_vec();
        fresh.sort_by_key(Vec::len);
        Outcome { runs, kinds: self.kinds.len(), slowest: self.slowest, fresh, failure }
    }
}

/// The time that this thread has had: how busy the machine is does not count.
fn processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}
