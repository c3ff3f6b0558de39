//! Numbers as Steam sends them: as numbers, as text, or as a truth.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};

/// A whole number; none when there is something else in its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Number(pub(super) Option<i64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyNumber)
    }
}

struct AnyNumber;

impl<'de> Visitor<'de> for AnyNumber {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a number as text")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number, E> {
        Ok(Number(i64::try_from(number).ok()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Number, E> {
        Ok(Number(Some(number)))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Number, E> {
        #[expect(clippy::cast_possible_truncation, reason = "within what a f64 holds exactly")]
        let whole = (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
        Ok(Number(whole))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
        Ok(Number(text.trim().parse().ok()))
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Number, E> {
        Ok(Number(Some(truth.into())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Number, E> {
        Ok(Number(None))
    }

    fn visit_none<E: de::Error>(self) -> Result<Number, E> {
        Ok(Number(None))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Number, D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("5", Some(5))]
    #[case("\"5\"", Some(5))]
    #[case("\" 5 \"", Some(5))]
    #[case("5.0", Some(5))]
    #[case("-1", Some(-1))]
    #[case("true", Some(1))]
    #[case("false", Some(0))]
    #[case("null", None)]
    #[case("5.5", None)]
    #[case("\"five\"", None)]
    #[case("18446744073709551615", None)]
    fn numbers_are_read(#[case] json: &str, #[case] expected: Option<i64>) {
        assert_eq!(serde_json::from_str::<Number>(json).unwrap(), Number(expected));
    }
}
