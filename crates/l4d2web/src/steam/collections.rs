//! What is in collections. They hold others, and may hold themselves.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::number::Number;
use super::{ItemId, Steam, SteamError};

/// How many collections may lie within one another.
const DEPTH_MAX: usize = 8;
/// What Steam says of a collection that is there.
const OK: i64 = 1;
/// What a child may be.
const ITEM: i64 = 0;
const COLLECTION: i64 = 2;

/// The items that somebody named, themselves or by collections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expanded {
    /// Each once, in the order in which they stand.
    pub items: Vec<ItemId>,
    /// How many collections they come from.
    pub collections: usize,
}

/// Something that a collection holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Child {
    pub(super) id: ItemId,
    pub(super) collection: bool,
}

/// What Steam says of numbers: the children of those that are collections.
pub(super) type Known = HashMap<ItemId, Option<Vec<Child>>>;

#[derive(Debug, Deserialize)]
struct Document {
    response: Response,
}

#[derive(Debug, Deserialize)]
struct Response {
    #[serde(default)]
    collectiondetails: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(default)]
    publishedfileid: Number,
    #[serde(default)]
    result: Number,
    children: Option<Vec<ChildEntry>>,
}

#[derive(Debug, Deserialize)]
struct ChildEntry {
    #[serde(default)]
    publishedfileid: Number,
    #[serde(default)]
    sortorder: Number,
    #[serde(default)]
    filetype: Number,
}

/// Reads an answer; the children of each collection in their order.
pub(super) fn read(json: &[u8]) -> Result<Vec<(ItemId, Vec<Child>)>, serde_json::Error> {
    let document: Document = serde_json::from_slice(json)?;
    let collection = |entry: Entry| {
        let id = entry.publishedfileid.0.and_then(ItemId::new)?;
        let mut children = entry.children.filter(|_| entry.result.0 == Some(OK))?;
        children.sort_by_key(|child| child.sortorder.0);
        Some((id, children.iter().filter_map(child).collect()))
    };
    Ok(document.response.collectiondetails.into_iter().filter_map(collection).collect())
}

fn child(entry: &ChildEntry) -> Option<Child> {
    let collection = match entry.filetype.0.unwrap_or(ITEM) {
        ITEM => false,
        COLLECTION => true,
        _ => return None,
    };
    Some(Child { id: entry.publishedfileid.0.and_then(ItemId::new)?, collection })
}

impl Steam {
    /// Puts the items of collections in the place of those. Each collection is asked for once, however often it is held.
    ///
    /// # Errors
    ///
    /// When Steam gives no answer that helps, when there are more than `most` items, or when collections lie too deep.
    pub async fn expand(
        &self,
        ids: &[ItemId],
        most: usize,
        cancel: &CancellationToken,
    ) -> Result<Expanded, SteamError> {
        let mut known = Known::new();
        // What was pasted may be either; of what a collection holds Steam says which it is.
        let mut ask: Vec<ItemId> = ids.to_vec();
        for depth in 0.. {
            let mut next = Vec::new();
            for batch in ask.chunks(Self::BATCH) {
                let mut found: HashMap<_, _> = self.collections(batch, cancel).await?.into_iter().collect();
                for id in batch {
                    let children = found.remove(id);
                    next.extend(children.iter().flatten().filter(|child| child.collection).map(|child| child.id));
                    known.insert(*id, children);
                }
            }
            let mut seen = HashSet::new();
            next.retain(|id| !known.contains_key(id) && seen.insert(*id));
            let Some(first) = next.first() else { break };
            if depth + 1 == DEPTH_MAX {
                return Err(SteamError::TooDeep { id: *first, most: DEPTH_MAX });
            }
            if known.len() + next.len() > ids.len() + most || flatten(ids, &known).items.len() > most {
                return Err(SteamError::TooMany { most });
            }
            ask = next;
        }
        let expanded = flatten(ids, &known);
        if expanded.items.len() > most {
            return Err(SteamError::TooMany { most });
        }
        Ok(expanded)
    }
}

/// The items, each once, in the order in which a reader would meet them.
fn flatten(ids: &[ItemId], known: &Known) -> Expanded {
    let (mut items, mut seen, mut opened) = (Vec::new(), HashSet::new(), HashSet::new());
    let mut stack: Vec<Child> = ids.iter().rev().map(|id| Child { id: *id, collection: false }).collect();
    while let Some(child) = stack.pop() {
        match known.get(&child.id) {
            Some(Some(children)) => {
                if opened.insert(child.id) {
                    stack.extend(children.iter().rev().copied());
                }
            }
            // A collection that is gone has nothing to give.
            _ if child.collection => {}
            _ => {
                if seen.insert(child.id) {
                    items.push(child.id);
                }
            }
        }
    }
    Expanded { items, collections: opened.len() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(number: i64) -> ItemId {
        ItemId::new(number).unwrap()
    }

    #[test]
    fn children_come_in_their_order_and_kinds() {
        let json = r#"{"response": {"result": 1, "resultcount": 2, "collectiondetails": [
            {"publishedfileid": "1", "result": 1, "children": [
                {"publishedfileid": "12", "sortorder": "2", "filetype": 0},
                {"publishedfileid": 11, "sortorder": 1, "filetype": "2"},
                {"publishedfileid": "13", "sortorder": 3, "filetype": 1}]},
            {"publishedfileid": "2", "result": 9}]}}"#;
        let found = read(json.as_bytes()).unwrap();
        let children = vec![Child { id: id(11), collection: true }, Child { id: id(12), collection: false }];
        assert_eq!(found, [(id(1), children)]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }

        /// Whatever holds what, each item comes once, and it ends.
        #[test]
        fn any_graph_is_flattened(edges in proptest::collection::vec((1i64..20, 1i64..40), 0..200), roots in proptest::collection::vec(1i64..40, 1..5)) {
            let mut known = Known::new();
            for (from, to) in edges {
                known.entry(id(from)).or_insert_with(|| Some(Vec::new())).as_mut().unwrap().push(Child { id: id(to), collection: to < 20 });
            }
            let roots: Vec<ItemId> = roots.into_iter().map(id).collect();
            let found = flatten(&roots, &known);
            let each: HashSet<_> = found.items.iter().collect();
            prop_assert_eq!(each.len(), found.items.len());
        }
    }
}
