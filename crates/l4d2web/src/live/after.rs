use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// What a page or a browser says that it has seen last of a stream: `Last-Event-ID`, which a browser sends when it comes back by itself, else
/// `after` in the address. An extractor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After(pub Option<String>);

/// Longest that is taken.
const LONGEST: usize = 64;

impl<S: Sync> FromRequestParts<S> for After {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = parts.headers.get("last-event-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let query = || {
            let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
            pairs.filter(|(name, _)| name == "after").last().map(|(_, value)| value.into_owned())
        };
        let given = header.filter(|id| !id.is_empty()).or_else(query);
        Ok(Self(given.filter(|id| !id.is_empty() && id.len() <= LONGEST)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;
    use rstest::rstest;

    #[rstest]
    #[case("/e", "", None)]
    #[case("/e?after=7", "", Some("7"))]
    #[case("/e?after=7&tab=jobs&after=9", "", Some("9"))]
    #[case("/e?after=7", "8", Some("8"))]
    #[case("/e?after=", "", None)]
    #[tokio::test]
    async fn the_newest_word_counts(#[case] address: &str, #[case] header: &str, #[case] after: Option<&str>) {
        let (mut parts, ()) = Request::get(address).header("last-event-id", header).body(()).unwrap().into_parts();
        let Ok(given) = After::from_request_parts(&mut parts, &()).await;
        assert_eq!(given.0.as_deref(), after);
    }
}
