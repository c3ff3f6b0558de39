//! The overlays of a spec, each checked against those before it.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::scalar;
use super::{Alias, OVERLAYS_MAX, OverlayEntry};
use crate::yaml::{Key, Scalar};

/// The overlays: references, or maps with `path` and `alias`; none twice, none inside another.
pub(super) struct Overlays;

impl<'de> DeserializeSeed<'de> for Overlays {
    type Value = Vec<OverlayEntry>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Overlays {
    type Value = Vec<OverlayEntry>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of overlays")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = sequence.next_element_seed(Entry { before: &list })? {
            list.push(entry);
        }
        Ok(list)
    }
}

/// One overlay, checked against those before it.
struct Entry<'l> {
    before: &'l [OverlayEntry],
}

impl Entry<'_> {
    fn check(&self, reference: &str) -> Result<OverlayEntry, String> {
        let reference = scalar::reference(reference)?;
        if self.before.len() >= OVERLAYS_MAX {
            return Err(format!("overlay \"{reference}\" is one too many: a server can have {OVERLAYS_MAX}"));
        }
        for other in self.before {
            if other.reference == reference {
                return Err(format!("overlay {:?} stands twice: keep one", reference.as_str()));
            }
            if other.reference.overlaps(&reference) {
                return Err(format!(
                    "overlays {:?} and {:?} lie one inside the other: keep one",
                    other.reference.as_str(),
                    reference.as_str()
                ));
            }
        }
        Ok(OverlayEntry { reference, alias: None })
    }

    fn check_alias(&self, text: &str) -> Result<Alias, String> {
        let alias = scalar::alias(text)?;
        let taken = self.before.iter().any(|other| other.alias.as_ref() == Some(&alias));
        if taken { Err(format!("alias {text:?} stands twice: give each overlay its own")) } else { Ok(alias) }
    }
}

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = OverlayEntry;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<OverlayEntry, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entry<'_> {
    type Value = OverlayEntry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an overlay: its reference, or a map with `path` and `alias`")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<OverlayEntry, E> {
        self.check(value).map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<OverlayEntry, E> {
        self.check(&value.to_string()).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<OverlayEntry, E> {
        self.check(&value.to_string()).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OverlayEntry, A::Error> {
        let mut seen = BTreeSet::new();
        let (mut entry, mut alias) = (None, None);
        while let Some(key) = map.next_key_seed(Key { seen: &mut seen })? {
            match key.as_str() {
                "path" => entry = Some(map.next_value_seed(Scalar(|text: &str| self.check(text)))?),
                "alias" => alias = Some(map.next_value_seed(Scalar(|text: &str| self.check_alias(text)))?),
                other => {
                    return Err(de::Error::custom(format_args!(
                        "key {other:?} of an overlay is unknown: use `path` and `alias`"
                    )));
                }
            }
        }
        let mut entry: OverlayEntry =
            entry.ok_or_else(|| de::Error::custom("path of an overlay is missing: add `path: <reference>`"))?;
        entry.alias = alias;
        Ok(entry)
    }
}
