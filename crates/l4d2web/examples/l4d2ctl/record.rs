//! `watch`, and the records that it tells of.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::follow::{Followed, Woken};
use crate::place::{self, Place};
use crate::state::Last;
use crate::{Done, Failure};

/// Notes how a server started or ended.
pub(crate) fn server(place: &Place, name: &str, last: &Last) -> Done {
    let unit = format!("left4me-server@{name}");
    let mut change = json!({ "unit": unit, "name": name });
    if let (Value::Object(change), Value::Object(last)) = (&mut change, serde_json::to_value(last)?) {
        change.extend(last);
    }
    Ok(place::store(&place.last().join(unit), &change)?)
}

/// Prints each record, then each that is replaced, until nobody reads.
pub(crate) fn watch(place: &Place) -> Done {
    let followed = Followed::new(&place.last())?;
    let mut known = BTreeMap::new();
    loop {
        let now = records(place)?;
        let mut out = io::stdout().lock();
        for (unit, text) in &now {
            if known.get(unit) != Some(text) && writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
                return Ok(());
            }
        }
        drop(out);
        known = now;
        if followed.wait(None)? == Woken::ReaderGone {
            return Ok(());
        }
    }
}

fn records(place: &Place) -> Result<BTreeMap<String, String>, Failure> {
    let mut records = BTreeMap::new();
    for entry in fs::read_dir(place.last())? {
        let entry = entry?;
        let unit = entry.file_name().to_string_lossy().into_owned();
        if unit.starts_with("left4me-") {
            records.insert(unit, fs::read_to_string(entry.path())?);
        }
    }
    Ok(records)
}
