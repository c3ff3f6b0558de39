/// A clause as a sentence: a capital letter first, and a full stop last unless it has an end of its own.
#[must_use]
pub(crate) fn sentence(clause: &str) -> String {
    let mut rest = clause.trim().chars();
    let Some(first) = rest.next() else { return String::new() };
    let end = if clause.trim_end().ends_with(['.', '!', '?']) { "" } else { "." };
    first.to_uppercase().chain(rest).chain(end.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("it quit", "It quit.")]
    #[case(" it quit \n", "It quit.")]
    #[case("The disk is full.", "The disk is full.")]
    #[case("are both of one version?", "Are both of one version?")]
    #[case("ärger", "Ärger.")]
    #[case("", "")]
    fn a_clause_becomes_a_sentence(#[case] clause: &str, #[case] expected: &str) {
        assert_eq!(sentence(clause), expected);
    }
}
