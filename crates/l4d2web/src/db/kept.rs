use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Version;

/// What was made from the database, by key, kept until something is written to it. Nothing has to tell what changed, and what another process
/// writes counts too.
pub struct Kept<K, V> {
    most: usize,
    values: Mutex<Values<K, V>>,
}

struct Values<K, V> {
    version: Option<Version>,
    by_key: VecDeque<(K, V)>,
}

impl<K: PartialEq, V: Clone> Kept<K, V> {
    /// Keeps so many at most: the eldest goes first.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        Self { most, values: Mutex::new(Values { version: None, by_key: VecDeque::new() }) }
    }

    /// What was made of the database when it was this version.
    pub fn get(&self, version: Version, key: &K) -> Option<V> {
        let values = self.values();
        let known = values.by_key.iter().filter(|_| values.version == Some(version));
        known.into_iter().find(|(known, _)| known == key).map(|(_, value)| value.clone())
    }

    /// Keeps what was read after the database was asked for this version.
    pub fn keep(&self, version: Version, key: K, value: V) {
        let mut values = self.values();
        if values.version != Some(version) {
            values.by_key.clear();
            values.version = Some(version);
        }
        values.by_key.retain(|(known, _)| *known != key);
        if values.by_key.len() == self.most {
            values.by_key.pop_front();
        }
        values.by_key.push_back((key, value));
    }

    fn values(&self) -> MutexGuard<'_, Values<K, V>> {
        // Whoever breaks down while it is held leaves at worst fewer of them.
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V> fmt::Debug for Kept<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("most", &self.most).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_of_one_version_and_the_eldest_goes() {
        let [one, other] = [1, 2].map(|number| Version { connection: 1, number });
        let kept = Kept::new(2);
        assert_eq!(kept.get(one, &'a'), None);
        kept.keep(one, 'a', 1);
        kept.keep(one, 'b', 2);
        kept.keep(one, 'b', 3);
        assert_eq!((kept.get(one, &'a'), kept.get(one, &'b'), kept.get(other, &'a')), (Some(1), Some(3), None));
        kept.keep(one, 'c', 4);
        assert_eq!((kept.get(one, &'a'), kept.get(one, &'b'), kept.get(one, &'c')), (None, Some(3), Some(4)));
        kept.keep(other, 'c', 5);
        assert_eq!((kept.get(one, &'b'), kept.get(other, &'b'), kept.get(other, &'c')), (None, None, Some(5)));
    }
}
