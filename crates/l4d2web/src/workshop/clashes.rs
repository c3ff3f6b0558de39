//! Items that bring the same files: the game loads one of them, and the other does not work as its maker meant.

use std::collections::HashMap;

use crate::steam::ItemId;

/// Two items that bring the same files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// Whose files the game loads: the one whose file name sorts first.
    pub winner: ItemId,
    /// Whose it does not.
    pub loser: ItemId,
    /// How many files.
    pub files: i64,
    /// One of them.
    pub example: String,
}

/// How many pairs are kept: who has more has one clash with everything.
const CLASHES_MAX: usize = 2000;

/// Finds files that several items bring, each with those that the game finds in its own directories. A file beside them describes its item,
/// and each has its own.
#[must_use]
pub fn clashes(items: &[(ItemId, Vec<String>)]) -> Vec<Clash> {
    let mut order: Vec<&(ItemId, Vec<String>)> = items.iter().collect();
    order.sort_by_key(|(id, _)| format!("{id}.vpk"));
    let mut first: HashMap<String, ItemId> = HashMap::new();
    let mut found: HashMap<(ItemId, ItemId), (i64, &str)> = HashMap::new();
    for (id, paths) in order {
        for path in paths.iter().filter(|path| path.contains('/')) {
            let winner = *first.entry(path.to_ascii_lowercase()).or_insert(*id);
            if winner != *id {
                let (files, example) = found.entry((*id, winner)).or_insert((0, path));
                *files += 1;
                *example = (*example).min(path);
            }
        }
    }
    let clash = |((loser, winner), (files, example)): ((ItemId, ItemId), (i64, &str))| Clash {
        winner,
        loser,
        files,
        example: example.to_owned(),
    };
    let mut clashes: Vec<Clash> = found.into_iter().map(clash).collect();
    clashes.sort_by_key(|clash| (clash.loser, clash.winner));
    clashes.truncate(CLASHES_MAX);
    clashes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(number: i64, paths: &[&str]) -> (ItemId, Vec<String>) {
        (ItemId::new(number).unwrap(), paths.iter().map(|path| (*path).to_owned()).collect())
    }

    #[test]
    fn the_name_that_sorts_first_wins() {
        let found = clashes(&[
            item(9, &["models/a.mdl", "models/b.mdl", "addoninfo.txt"]),
            item(10, &["Models/A.mdl", "models/b.mdl", "addoninfo.txt", "sound/c.wav"]),
            item(8, &["sound/d.wav"]),
        ]);
        let [clash] = found.as_slice() else { panic!("{found:?}") };
        // "10.vpk" comes before "9.vpk".
        assert_eq!((clash.winner.get(), clash.loser.get(), clash.files), (10, 9, 2));
        assert_eq!(clash.example, "models/a.mdl");
    }

    #[test]
    fn of_three_the_first_wins_over_each() {
        let found = clashes(&[item(3, &["a/b"]), item(2, &["a/b"]), item(1, &["a/b"])]);
        let pairs: Vec<(i64, i64)> = found.iter().map(|clash| (clash.winner.get(), clash.loser.get())).collect();
        assert_eq!(pairs, [(1, 2), (1, 3)]);
    }
}
