use super::TreePath;
use crate::host::HostError;
use crate::pages::PageError;

/// What is said when the host does not give `path`.
pub(in crate::pages) fn refused(error: &HostError, path: &TreePath) -> PageError {
    match error.code() {
        Some(66) => PageError::NotFound,
        Some(65) => PageError::Unprocessable(format!("“{path}” is not what was asked for. {}", sentence(error))),
        Some(2) => PageError::Unprocessable(sentence(error)),
        _ => PageError::Unavailable(format!("The files cannot be read. {}", sentence(error))),
    }
}

/// What `l4d2ctl` said, without its own name in front.
fn sentence(error: &HostError) -> String {
    let said = match error {
        HostError::Failed { stderr, .. } => stderr.lines().last().unwrap_or_default().to_owned(),
        other => other.to_string(),
    };
    let said =
        said.split_once(": ").filter(|(name, _)| name.starts_with("l4d2ctl")).map_or(said.as_str(), |(_, rest)| rest);
    let mut letters = crate::live::plain(said).into_owned();
    if let Some(first) = letters.get(..1).map(str::to_uppercase) {
        letters.replace_range(..1, &first);
    }
    format!("{}.", letters.trim_end_matches('.'))
}
