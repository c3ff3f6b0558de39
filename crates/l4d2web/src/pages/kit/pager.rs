//! The links between the pages of a long list.

/// Where a list goes on, before and after what is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// The page before this one.
    pub previous: Option<String>,
    /// Its word: `Newer jobs`.
    pub previous_word: &'static str,
    /// The page after this one.
    pub next: Option<String>,
    /// Its word: `Older jobs`.
    pub next_word: &'static str,
    /// What is shown: `501 to 1000 of 10000`.
    pub words: String,
}

/// A page of a list that is all in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut<T> {
    /// What stands on it.
    pub rows: Vec<T>,
    /// Its number; the first is 1.
    pub number: usize,
    /// Where the list goes on.
    pub pager: Pager,
}

impl<T> Cut<T> {
    /// Page `wanted` of the pages of `size` rows, or the nearest that there is. `link` is the address of a page.
    pub fn of(
        rows: Vec<T>,
        size: usize,
        wanted: Option<usize>,
        (previous_word, next_word): (&'static str, &'static str),
        link: impl Fn(usize) -> String,
    ) -> Self {
        let count = rows.len();
        let number = wanted.unwrap_or(1).clamp(1, count.div_ceil(size).max(1));
        let first = (number - 1) * size;
        let rows: Vec<T> = rows.into_iter().skip(first).take(size).collect();
        let pager = Pager {
            previous: (number > 1).then(|| link(number - 1)),
            previous_word,
            next: (first + rows.len() < count).then(|| link(number + 1)),
            next_word,
            words: format!("{} to {} of {count}", first + 1, first + rows.len()),
        };
        Self { rows, number, pager }
    }
}

impl Pager {
    /// Whether there is more than what is shown.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.previous.is_some() || self.next.is_some()
    }
}
