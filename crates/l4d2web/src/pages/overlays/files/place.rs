use crate::files::FilePath;
use crate::pages::{PageError, PageResult};

/// Where in the source of an overlay somebody looks, as the query of an address has it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) path: FilePath,
    pub(super) offset: usize,
}

impl Place {
    pub(super) fn of_query(query: Option<&str>) -> PageResult<Self> {
        let (mut path, mut offset) = (FilePath::default(), 0);
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "path" => path = parse(&value)?,
                "offset" => {
                    let refused = |_| {
                        PageError::Unprocessable("“offset” is not a number: take the links of the tree.".to_owned())
                    };
                    offset = value.parse().map_err(refused)?;
                }
                _ => {}
            }
        }
        Ok(Self { path, offset })
    }

    /// The same where something must be named.
    pub(super) fn below(query: Option<&str>) -> PageResult<FilePath> {
        let Self { path, .. } = Self::of_query(query)?;
        if path.is_top() { Err(PageError::NotFound) } else { Ok(path) }
    }
}

/// A path that somebody sent.
pub(super) fn parse(text: &str) -> PageResult<FilePath> {
    FilePath::parse(text).map_err(|error| PageError::Unprocessable(error.to_string()))
}

/// The folders from the top to `path`, with where they lead.
pub(super) fn way(page: &str, path: &FilePath) -> Vec<(String, String)> {
    let mut way = vec![("Files to build of".to_owned(), format!("{page}/source"))];
    let mut here = String::new();
    for name in path.names() {
        if !here.is_empty() {
            here.push('/');
        }
        here.push_str(name);
        let encoded: String = form_urlencoded::byte_serialize(here.as_bytes()).collect();
        way.push((name.to_owned(), format!("{page}/source?path={encoded}")));
    }
    way
}
