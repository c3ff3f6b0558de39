use std::ops::Range;

use jiff::Timestamp;

use super::duration;

/// What stands before the words of a duration that runs on, behind the time since when: the macro `since` of `kit.html` writes it.
const SINCE: &str = "\" data-since>";

/// HTML that is kept, in which durations that run on are those of the moment whenever it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lasting {
    html: String,
    /// Where the words of durations stand, and since when they run, Unix seconds.
    words: Vec<(Range<usize>, i64)>,
}

impl Lasting {
    /// Finds the durations.
    #[must_use]
    pub fn new(html: String) -> Self {
        let (mut words, mut from) = (Vec::new(), 0);
        while let Some(at) = html[from..].find(SINCE).map(|at| from + at) {
            from = at + SINCE.len();
            let time = html[..at].rsplit('"').next().and_then(|time| time.parse::<Timestamp>().ok());
            if let (Some(time), Some(length)) = (time, html[from..].find("</time>")) {
                words.push((from..from + length, time.as_second()));
            }
        }
        Self { html, words }
    }

    /// About how many bytes it is.
    #[must_use]
    pub fn len(&self) -> usize {
        self.html.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.html.is_empty()
    }

    /// Adds it to `out` as it is at `now`, Unix seconds.
    pub fn write(&self, out: &mut String, now: i64) {
        let mut from = 0;
        for (words, since) in &self.words {
            out.push_str(&self.html[from..words.start]);
            out.push_str(&duration(now.saturating_sub(*since)));
            from = words.end;
        }
        out.push_str(&self.html[from..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", "")]
    #[case("<td>for 3 h</td>", "<td>for 3 h</td>")]
    #[case(
        r#"<i>for <time datetime="2026-11-21T18:42:00Z" data-since>1 s</time>, <time datetime="2026-11-21T18:41:00Z" data-since></time></i>"#,
        r#"<i>for <time datetime="2026-11-21T18:42:00Z" data-since>1 min</time>, <time datetime="2026-11-21T18:41:00Z" data-since>2 min</time></i>"#
    )]
    #[case(
        r#"<time datetime="2026-11-21T18:42:00Z">18:42</time> <time datetime="?" data-since>1 s</time>"#,
        r#"<time datetime="2026-11-21T18:42:00Z">18:42</time> <time datetime="?" data-since>1 s</time>"#
    )]
    fn durations_run_on_and_all_else_stays(#[case] html: &str, #[case] later: &str) {
        let mut out = String::new();
        Lasting::new(html.to_owned()).write(&mut out, 1_795_286_580);
        assert_eq!(out, later);
    }
}
