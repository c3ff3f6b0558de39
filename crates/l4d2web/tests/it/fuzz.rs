//! What strangers send, changed a little: a short run of each fuzz target from the inputs that are kept (`deploy/fuzz.sh` does a long one).

#[expect(dead_code, reason = "tests keep no inputs")]
#[path = "../../examples/fuzz/corpus.rs"]
mod corpus;
#[path = "../../examples/fuzz/mutate.rs"]
mod mutate;
#[path = "../../examples/fuzz/random.rs"]
mod random;
#[expect(dead_code, reason = "tests count runs and keep no inputs")]
#[path = "../../examples/fuzz/run.rs"]
mod run;
#[path = "../../examples/fuzz/targets/mod.rs"]
mod targets;

use rstest::rstest;

use mutate::Words;
use run::{Run, Until};
use targets::{TARGETS, Target};

#[rstest]
#[case("rcon")]
#[case("a2s")]
#[case("status")]
#[case("vpk")]
#[case("mission")]
fn the_kept_inputs_and_some_changes_break_nothing(#[case] name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let kept = corpus::read(name);
    assert!(kept.len() > 10, "{} inputs are kept", kept.len());
    let outcome = Run::new(target, kept, 1).go(Until::Runs(3000));
    if let Some(failure) = outcome.failure {
        panic!("{}; the input is {}", failure.why, corpus::failed(name, &failure.input).display());
    }
    assert!(outcome.kinds > 10, "{} kinds of outcome", outcome.kinds);
}

#[test]
fn every_target_is_run() {
    let mut names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["a2s", "mission", "rcon", "status", "vpk"]);
}

/// Three steps deep, each of which is a new kind of outcome.
#[test]
fn what_breaks_is_found() {
    fn breaks(input: &[u8]) -> u64 {
        let steps = b"#\"{".iter().zip(input).take_while(|(wanted, found)| wanted == found).count();
        assert!(steps < 3, "found");
        steps as u64
    }
    static BREAKS: Target = Target { name: "breaks", words: Words { tokens: &[b"a"], longest: 64 }, run: breaks };
    let outcome = Run::new(&BREAKS, vec![b"abcdef".to_vec()], 1).go(Until::Runs(1_000_000));
    let failure = outcome.failure.unwrap();
    assert_eq!((failure.why.as_str(), &failure.input[..3]), ("found", b"#\"{".as_slice()));
}
