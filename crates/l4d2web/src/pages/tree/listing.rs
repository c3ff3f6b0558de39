use super::TreePath;
use crate::pages::{PageError, PageResult};

/// Where in a tree somebody looks.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Place {
    /// The folder.
    pub(in crate::pages) path: TreePath,
    /// How many of its entries are left out.
    pub(in crate::pages) offset: usize,
}

impl Place {
    /// The place that the query of an address names; the top when it names none.
    pub(in crate::pages) fn of_query(query: &str) -> PageResult<Self> {
        let path = TreePath::of_query(query).map_err(|error| PageError::Unprocessable(error.to_string()))?;
        let given = query.split('&').find_map(|pair| pair.strip_prefix("offset="));
        let refused = || PageError::Unprocessable("“offset” is not a number: take the links of the tree.".to_owned());
        let offset = given.map_or(Ok(0), |offset| offset.parse().map_err(|_| refused()))?;
        Ok(Self { path, offset })
    }
}

/// The folders from the top to `path`, with where they lead; `page` is where the tree is.
pub(in crate::pages) fn way(page: &str, path: &TreePath) -> Vec<(String, String)> {
    let mut way = vec![("Files".to_owned(), page.to_owned())];
    let mut here = TreePath::default();
    for name in path.names() {
        here = here.child(name);
        way.push((name.to_string_lossy().into_owned(), format!("{page}?path={}", here.encoded())));
    }
    way
}
