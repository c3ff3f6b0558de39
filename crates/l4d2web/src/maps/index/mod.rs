//! The index of a collection: which maps there are, and where.

mod csv;
mod page;

pub use csv::csv;
pub use page::page;

use std::collections::{HashMap, HashSet};

use super::VpkName;

/// Most maps of a collection.
pub(super) const MAPS_MAX: usize = 5000;

/// A map of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What its file, or the archive of it, is called.
    pub name: VpkName,
    /// Where it is.
    pub url: String,
    /// The size of its file in bytes; none when the index does not say.
    pub bytes: Option<i64>,
    /// The MD5 of its file, in small hexadecimal digits; none when the index does not say.
    pub md5: Option<String>,
}

/// What an index says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    /// The maps, in its order.
    pub maps: Vec<Listed>,
    /// What was not understood and left out, a clause each.
    pub odd: Vec<String>,
    /// The names, in small letters, of maps of which it says something that was not understood: it still has them.
    pub unclear: HashSet<String>,
    /// Where in `maps` each name is, in small letters.
    places: HashMap<String, usize>,
}

/// What was sent is no index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Something else.
    #[error("what it sends is no list of maps: it begins with “{0}”")]
    Other(String),
    /// Not one map.
    #[error("its list names no map")]
    Empty,
    /// Too many.
    #[error("its list names more than {MAPS_MAX} maps")]
    TooMany,
}

impl Index {
    /// Takes a map, unless another one has its name.
    fn add(&mut self, map: Listed) -> Result<(), IndexError> {
        let folded = map.name.folded();
        match self.places.get(&folded).and_then(|place| self.maps.get(*place)) {
            // A page may link the same file twice.
            Some(known) if *known == map => {}
            Some(known) => self.odd(format!("“{}” is listed twice; the first is taken", known.name)),
            None if self.maps.len() >= MAPS_MAX => return Err(IndexError::TooMany),
            None => {
                self.places.insert(folded, self.maps.len());
                self.maps.push(map);
            }
        }
        Ok(())
    }

    fn odd(&mut self, clause: String) {
        if self.odd.len() < 20 {
            self.odd.push(clause);
        }
    }

    /// A map of which something is not understood: one that is known stays as it is.
    fn unclear(&mut self, name: &VpkName, clause: String) {
        if self.unclear.len() < MAPS_MAX {
            self.unclear.insert(name.folded());
        }
        self.odd(clause);
    }

    fn whole(self) -> Result<Self, IndexError> {
        if self.maps.is_empty() { Err(IndexError::Empty) } else { Ok(self) }
    }
}

/// The beginning of a text, to be shown.
fn beginning(text: &str) -> String {
    text.trim().chars().filter(|char| !char.is_control()).take(60).collect()
}
