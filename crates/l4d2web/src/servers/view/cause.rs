/// What the host gives as the reason that a server is down, for people who have buttons and no shell: clauses that name a command are
/// left out.
pub(super) fn cause(reason: &str) -> String {
    let clauses: Vec<_> = reason.split("; ").filter(|clause| !clause.contains('`')).collect();
    match clauses.as_slice() {
        ["it was stopped"] => "it was stopped outside of left4me".to_owned(),
        clauses => clauses.join("; "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("it was stopped", "it was stopped outside of left4me")]
    #[case(
        "it quit by itself, or was stopped outside of left4me; `l4d2ctl start 3` starts it again",
        "it quit by itself, or was stopped outside of left4me"
    )]
    #[case(
        "the start limit was reached: 5 starts within 10 minutes; the last time it crashed with signal SEGV; `l4d2ctl start 3` tries again",
        "the start limit was reached: 5 starts within 10 minutes; the last time it crashed with signal SEGV"
    )]
    fn commands_are_left_out(#[case] reason: &str, #[case] expected: &str) {
        assert_eq!(cause(reason), expected);
    }
}
