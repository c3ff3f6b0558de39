//! Forms as they were sent.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};

use crate::blueprints::normal;

/// Most fields of a form: two for each overlay that a blueprint can have, and many more.
const MOST: usize = 4096;

/// The fields of a form as it was sent, in their order; an extractor inside of `Form`. For forms in which a field stands more than once,
/// or whose buttons say what to do. A form with more than 4,096 fields is refused.
#[derive(Debug, Clone, Default)]
pub struct Sent(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Sent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Pairs)
    }
}

/// Takes the pairs one by one, so that no more than are allowed are held.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = Sent;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a form of at most {MOST} fields")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut pairs: A) -> Result<Sent, A::Error> {
        let mut sent = Vec::new();
        while let Some(pair) = pairs.next_element()? {
            if sent.len() == MOST {
                return Err(A::Error::custom(format_args!("a form has at most {MOST} fields")));
            }
            sent.push(pair);
        }
        Ok(Sent(sent))
    }
}

/// Reads a form.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(pub &'a Sent);

impl<'a> Fields<'a> {
    /// The first value of a field; empty when it is not there.
    #[must_use]
    pub fn get(self, name: &str) -> &'a str {
        self.0.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Whether a field is there, as a box that is ticked or a button that was pressed.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        self.0.0.iter().any(|(key, _)| key == name)
    }

    /// All values of a field that are keys of rows.
    #[must_use]
    pub fn keys<K: From<i64>>(self, name: &str) -> Vec<K> {
        self.0
            .0
            .iter()
            .filter(|(key, _)| key == name)
            .filter_map(|(_, value)| value.parse().ok().map(K::from))
            .collect()
    }

    /// The first value of a field that is the key of a row.
    #[must_use]
    pub fn key<K: From<i64>>(self, name: &str) -> Option<K> {
        self.get(name).parse().ok().map(K::from)
    }

    /// Text of several lines.
    #[must_use]
    pub fn lines(self, name: &str) -> String {
        normal(self.get(name))
    }
}

#[cfg(test)]
mod tests {
    use axum::Form;
    use axum::body::Body;
    use axum::extract::FromRequest as _;
    use axum::http::{Request, header};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(MOST, true)]
    #[case(MOST + 1, false)]
    #[tokio::test]
    async fn a_form_has_so_many_fields_and_no_more(#[case] fields: usize, #[case] taken: bool) {
        let request = Request::post("/").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(Body::from(vec!["overlay=7"; fields].join("&"))).unwrap();
        match Form::<Sent>::from_request(request, &()).await {
            Ok(Form(sent)) => assert!(taken && Fields(&sent).get("overlay") == "7"),
            Err(refused) => assert!(!taken && refused.body_text().contains("at most 4096 fields"), "{refused}"),
        }
    }
}
