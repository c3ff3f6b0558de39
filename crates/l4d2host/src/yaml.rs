//! What the YAML files that l4d2ctl reads have in common: text and nothing else, a key that stands twice is an error (a map
//! of the library would let the last one win in silence), an unknown one is a warning, and every error says where it is.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, Visitor};

/// Where in a file something is wrong, if it is at one place, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Line and column, from 1.
    pub(crate) place: Option<(usize, usize)>,
    /// What is wrong.
    pub(crate) message: String,
}

impl Fault {
    /// What the library says, without the place at its end.
    pub(crate) fn new(error: &serde_yaml::Error) -> Self {
        let whole = error.to_string();
        match error.location() {
            Some(place) => {
                let suffix = format!(" at line {} column {}", place.line(), place.column());
                Self { place: Some((place.line(), place.column())), message: whole.replace(&suffix, "") }
            }
            None => Self { place: None, message: whole },
        }
    }
}

/// The bytes as text.
///
/// # Errors
/// Where, from 0, a byte is not UTF-8 or is a control character.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, usize> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.valid_up_to())?;
    let binary = |byte: &u8| *byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t');
    bytes.iter().position(binary).map_or(Ok(text), Err)
}

/// The warning about a key that is not one of `known`.
pub(crate) fn unknown_key(key: &str, known: &[&str]) -> String {
    let shown: String = key.chars().take(40).collect();
    let nearest = known.iter().min_by_key(|known| distance(known, &shown)).unwrap_or(&"");
    format!("unknown key {shown:?} is ignored; the nearest known one is {nearest:?}")
}

/// Levenshtein's distance of two short words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != *y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

/// A key that must not have been seen before.
pub(crate) struct Key<'s> {
    pub(crate) seen: &'s mut BTreeSet<String>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let once = |key: &str| {
            let new = self.seen.insert(key.to_owned());
            let shown: String = key.chars().take(40).collect();
            if new { Ok(key.to_owned()) } else { Err(format!("key {shown:?} stands twice: keep one")) }
        };
        Scalar(once).deserialize(deserializer)
    }
}

/// A scalar of any kind, kept as text where it is a string or a whole number.
struct Text;

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text (put quotes around it)")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }
}

/// Reads one value by a parser of text; the error stands where the value stands.
pub(crate) struct Scalar<F>(pub(crate) F);

impl<'de, T, F: FnOnce(&str) -> Result<T, String>> DeserializeSeed<'de> for Scalar<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(ScalarVisitor(self.0))
    }
}

struct ScalarVisitor<F>(F);

impl<T, F: FnOnce(&str) -> Result<T, String>> Visitor<'_> for ScalarVisitor<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Text.expecting(f)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<T, E> {
        (self.0)(value).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<T, E> {
        (self.0)(&value.to_string()).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<T, E> {
        (self.0)(&value.to_string()).map_err(E::custom)
    }
}
