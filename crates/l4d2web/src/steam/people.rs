//! What Steam says of people: `ISteamUser/GetPlayerSummaries`, for which an operator needs a key.

use form_urlencoded::Serializer;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{Steam, SteamError};
use crate::account::Secret;
use crate::fetch::{Origin, Request};
use crate::game::SteamId;

/// The most characters of a name, and of an address, that are kept.
const NAME_MAX: usize = 100;
const URL_MAX: usize = 500;
/// The longest answer that is read.
const ANSWER_MAX: usize = 1024 * 1024;

/// Somebody's profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub steam_id: SteamId,
    /// The name.
    pub name: String,
    /// Where the picture is.
    pub avatar_url: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    response: Players,
}

#[derive(Deserialize)]
struct Players {
    #[serde(default)]
    players: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    steamid: String,
    #[serde(default)]
    personaname: String,
    #[serde(default)]
    avatarfull: String,
}

impl Steam {
    /// What Steam says of up to [`Steam::BATCH`] people. Those whom it does not know are left out.
    ///
    /// # Errors
    ///
    /// When it gives no answer, or none that can be read. The key is in no message.
    pub async fn people(
        &self,
        key: &Secret,
        ids: &[SteamId],
        cancel: &CancellationToken,
    ) -> Result<Vec<Person>, SteamError> {
        let url = format!("{}/ISteamUser/GetPlayerSummaries/v2/?{}", self.api, query(key, ids));
        let (json, _) = self.fetcher.small(&Request::get(&url), ANSWER_MAX, cancel).await?;
        let own = Url::parse(&self.api).ok().and_then(|api| Origin::of(&api));
        let mut people = read(&json)?;
        for person in &mut people {
            person.avatar_url = person.avatar_url.take().map(|url| super::client::by_https(url, own.as_ref()));
        }
        Ok(people)
    }
}

fn query(key: &Secret, ids: &[SteamId]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| id.to_u64().to_string()).collect();
    let mut query = Serializer::new(String::new());
    query.append_pair("key", key.expose()).append_pair("steamids", &ids.join(",")).finish()
}

fn read(json: &[u8]) -> Result<Vec<Person>, serde_json::Error> {
    let answer: Answer = serde_json::from_slice(json)?;
    let person = |entry: Entry| {
        let url = Some(entry.avatarfull).filter(|url| !url.is_empty() && url.len() <= URL_MAX);
        let name = entry.personaname.chars().take(NAME_MAX).collect();
        Some(Person { steam_id: SteamId::parse(&entry.steamid).ok()?, name, avatar_url: url })
    };
    Ok(answer.response.players.into_iter().filter_map(person).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_read_and_what_is_none_is_left_out() {
        let json = br#"{"response": {"players": [
            {"steamid": "76561198030413993", "personaname": "Mal", "avatarfull": "https://cdn.example/a.jpg", "communityvisibilitystate": 3},
            {"steamid": "76561197960265729", "personaname": "No face"},
            {"steamid": "nobody", "personaname": "x"}]}}"#;
        let people = read(json).unwrap();
        assert_eq!(people.len(), 2);
        assert_eq!(
            (people[0].name.as_str(), people[0].avatar_url.as_deref()),
            ("Mal", Some("https://cdn.example/a.jpg"))
        );
        assert_eq!(people[1].avatar_url, None);
        assert_eq!(read(br#"{"response": {}}"#).unwrap(), []);
        assert!(read(b"<html>Forbidden</html>").is_err());
    }
}
