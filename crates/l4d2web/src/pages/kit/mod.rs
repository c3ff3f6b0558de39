//! What the macros of `templates/kit` take: the words, shapes and figures that all pages share. Pages decide what is shown; how it
//! is worded and marked is decided here, once.

mod address;
mod duration;
mod field;
mod foreign;
mod job_row;
mod lasting;
mod log_line;
mod pager;
mod size;
mod state_pill;
mod tab;
mod time;

pub use address::Address;
pub use duration::duration;
pub use field::Field;
pub use foreign::foreign;
pub use job_row::JobRow;
pub use lasting::Lasting;
pub use log_line::{LineKind, LogLine};
pub use pager::{Cut, Pager};
pub use size::size;
pub use state_pill::{StatePill, latch};
pub use tab::Tab;
pub use time::{Seconds, iso, since, utc};

/// The first letter of a name, for the small square that stands for a person.
#[must_use]
pub fn initial(name: &str) -> String {
    name.chars().next().unwrap_or('?').to_string()
}

/// `1 server`, `3 servers`: a count with its noun in the right form.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{number} {noun}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, "0 servers")]
    #[case(1, "1 server")]
    #[case(2, "2 servers")]
    fn counts_take_the_right_noun(#[case] number: usize, #[case] words: &str) {
        assert_eq!(count(number, "server", "servers"), words);
    }

    #[rstest]
    #[case("admin", "a")]
    #[case("Ünal", "Ü")]
    #[case("", "?")]
    fn a_person_is_a_letter(#[case] name: &str, #[case] letter: &str) {
        assert_eq!(initial(name), letter);
    }
}
