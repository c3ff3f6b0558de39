use std::fmt;

use crate::pages::kit;

/// A sentence with points in time in it, which the browser shows by the reader's clock, and links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phrase(Vec<Bit>);

/// A part of a [`Phrase`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bit {
    /// Words.
    Text(String),
    /// A point in time, Unix seconds.
    At(i64),
    /// How long it is since the first, counted at the second; Unix seconds.
    Since(i64, i64),
    /// Words that lead somewhere: words, then where.
    Link(String, String),
}

impl Phrase {
    /// Words alone.
    pub fn text(words: impl Into<String>) -> Self {
        Self::default().and(words)
    }

    /// With these words behind.
    #[must_use]
    pub fn and(mut self, words: impl Into<String>) -> Self {
        let words = words.into();
        if !words.is_empty() {
            self.0.push(Bit::Text(words));
        }
        self
    }

    /// With a point in time behind.
    #[must_use]
    pub fn at(mut self, seconds: i64) -> Self {
        self.0.push(Bit::At(seconds));
        self
    }

    /// With a duration behind.
    #[must_use]
    pub fn since(mut self, from: i64, now: i64) -> Self {
        self.0.push(Bit::Since(from, now));
        self
    }

    /// With a link behind.
    #[must_use]
    pub fn link(mut self, words: impl Into<String>, to: impl Into<String>) -> Self {
        self.0.push(Bit::Link(words.into(), to.into()));
        self
    }

    /// Its parts.
    #[must_use]
    pub fn bits(&self) -> &[Bit] {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for bit in &self.0 {
            match bit {
                Bit::Text(words) | Bit::Link(words, _) => f.write_str(words)?,
                Bit::At(seconds) => f.write_str(&kit::utc(*seconds))?,
                Bit::Since(from, now) => f.write_str(&kit::since(*from, *now))?,
            }
        }
        Ok(())
    }
}
