//! Asking Steam.

use form_urlencoded::Serializer;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::collections::{self, Child};
use super::details::{self, Word};
use super::{ItemId, SteamError};
use crate::fetch::{Fetcher, Origin, Request};

/// Where Steam answers when nothing else is configured.
const API: &str = "https://api.steampowered.com/";
/// The longest answer that is read.
const ANSWER_MAX: usize = 8 * 1024 * 1024;

/// The Steam Web API. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Steam {
    pub(super) fetcher: Fetcher,
    pub(super) api: String,
}

impl Steam {
    /// How many numbers Steam is asked for at once.
    pub const BATCH: usize = 100;

    /// The API at `api`, or Steam's own.
    #[must_use]
    pub fn new(fetcher: Fetcher, api: Option<&Url>) -> Self {
        let api = api.map_or(API, Url::as_str).trim_end_matches('/').to_owned();
        Self { fetcher, api }
    }

    /// What the operator trusts by naming an API of their own: its origin, wherever that is.
    #[must_use]
    pub fn trusted(api: Option<&Url>) -> Vec<Origin> {
        api.and_then(Origin::of).into_iter().collect()
    }

    /// What Steam says of up to [`Steam::BATCH`] items, in their order.
    ///
    /// # Errors
    ///
    /// When it gives no answer, or none that can be read.
    pub async fn details(&self, ids: &[ItemId], cancel: &CancellationToken) -> Result<Vec<(ItemId, Word)>, SteamError> {
        let json = self.ask("GetPublishedFileDetails", "itemcount", ids, cancel).await?;
        let mut words = details::read(&json, ids)?;
        let own = Url::parse(&self.api).ok().and_then(|api| Origin::of(&api));
        for (_, word) in &mut words {
            if let Word::Item(item) = word {
                item.file_url = by_https(std::mem::take(&mut item.file_url), own.as_ref());
                item.preview_url = item.preview_url.take().map(|url| by_https(url, own.as_ref()));
            }
        }
        Ok(words)
    }

    /// What those among up to [`Steam::BATCH`] numbers hold that are collections.
    pub(super) async fn collections(
        &self,
        ids: &[ItemId],
        cancel: &CancellationToken,
    ) -> Result<Vec<(ItemId, Vec<Child>)>, SteamError> {
        let json = self.ask("GetCollectionDetails", "collectioncount", ids, cancel).await?;
        Ok(collections::read(&json)?)
    }

    async fn ask(
        &self,
        method: &str,
        count: &str,
        ids: &[ItemId],
        cancel: &CancellationToken,
    ) -> Result<Vec<u8>, SteamError> {
        let url = format!("{}/ISteamRemoteStorage/{method}/v1/", self.api);
        let (json, _) = self.fetcher.small(&Request::post(&url, form(count, ids)), ANSWER_MAX, cancel).await?;
        Ok(json)
    }
}

/// How many numbers there are, and each.
fn form(count: &str, ids: &[ItemId]) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair(count, &ids.len().to_string());
    for (place, id) in ids.iter().enumerate() {
        form.append_pair(&format!("publishedfileids[{place}]"), &id.to_string());
    }
    form.finish()
}

/// The same address by https: of old items Steam still names one by http, where its hosts have long answered to both. What comes from the API's own
/// origin, a mirror's, stays as it is.
pub(super) fn by_https(text: String, own: Option<&Origin>) -> String {
    match Url::parse(&text) {
        Ok(mut url) if url.scheme() == "http" && url.port().is_none() && Origin::of(&url).as_ref() != own => {
            if url.set_scheme("https").is_ok() { url.into() } else { text }
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("http://cloud-3.steamusercontent.com/ugc/7/", "https://cloud-3.steamusercontent.com/ugc/7/")]
    #[case("https://cdn.example/7", "https://cdn.example/7")]
    #[case("http://mirror.example/7", "http://mirror.example/7")]
    #[case("http://cdn.example:8080/7", "http://cdn.example:8080/7")]
    #[case("file:///etc/passwd", "file:///etc/passwd")]
    #[case("nothing", "nothing")]
    fn old_addresses_are_asked_for_by_https(#[case] named: &str, #[case] asked: &str) {
        let mirror = Origin::of(&Url::parse("http://mirror.example/").unwrap());
        assert_eq!(by_https(named.to_owned(), mirror.as_ref()), asked);
    }
}
