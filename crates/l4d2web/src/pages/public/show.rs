use std::fmt::Write as _;
use std::sync::Arc;

use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;

use super::{looks, opened};
use crate::host::shape::Status;
use crate::id::ServerId;
use crate::live::plain;
use crate::pages::kit::{Address, StatePill, count, size};
use crate::pages::servers::public_host;
use crate::pages::{PageResult, Shell};
use crate::public::{Offer, Vpk};
use crate::rights::Standing;
use crate::routes::Visitor;
use crate::servers::view::{Known, ServerView, Stand};
use crate::state::AppState;

#[derive(Template, WebTemplate)]
#[template(path = "public/show.html")]
struct PublicPage {
    shell: Shell,
    id: ServerId,
    name: String,
    pill: StatePill,
    /// Whether it can be joined.
    up: bool,
    address: Address,
    /// The game that is on; none when it does not run, or does not answer.
    game: Option<Game>,
    /// Since when it has not been looked at anew, in the reader's words.
    now: i64,
    /// What players need; none when that is not known just now.
    offer: Option<Arc<Offer>>,
    /// Whether the files among it are handed out.
    files: bool,
}

/// The game that is on.
struct Game {
    /// In words where its campaign is known, else its name.
    map: String,
    chapter: Option<String>,
    /// As the game knows it, in small letters.
    key: String,
    mode: Option<String>,
    difficulty: Option<&'static str>,
    humans: u32,
    most: u32,
    people: Vec<Guest>,
}

/// Somebody who plays.
struct Guest {
    name: String,
    /// Seconds since they came.
    since: i64,
}

/// Shows it.
pub async fn show(
    State(state): State<AppState>,
    Path(id): Path<ServerId>,
    Extension(visitor): Extension<Visitor>,
    shell: Shell,
    headers: HeaderMap,
) -> PageResult {
    looks(&state, visitor.address)?;
    let (server, opening) = opened(&state, id).await?;
    let status: Option<Status> = server.status.as_deref().and_then(|status| serde_json::from_str(status).ok());
    let known = Known {
        server: &server,
        status: status.as_ref(),
        job: None,
        changes: &[],
        standing: Standing::default(),
        now: state.clock.now(),
    };
    let stand = ServerView::of(&known).stand;
    let offer = match state.public.offers.of(id).await {
        Ok(offer) => Some(offer),
        Err(error) => {
            tracing::info!(server = %id, %error, "it is not known what players of a server need");
            None
        }
    };
    let up = matches!(stand, Stand::Running | Stand::Up);
    let page = PublicPage {
        shell,
        id,
        name: if server.hostname.is_empty() { server.name.clone() } else { server.hostname.clone() },
        pill: pill(stand),
        up,
        address: Address {
            host: public_host(&state, &headers),
            port: status.as_ref().and_then(Status::joined_port).unwrap_or(server.port),
        },
        offer,
        files: opening.files,
        now: state.clock.now(),
        game: up.then(|| game(&state, id)).flatten(),
    };
    Ok(page.into_response())
}

/// What was seen of it last, as long as it answers.
fn game(state: &AppState, id: ServerId) -> Option<Game> {
    let seen = state.play.seen(id)?;
    let (map, now) = (seen.map()?, state.clock.now());
    let people = seen.people.iter().filter(|here| !here.player.is_bot());
    Some(Game {
        map: seen.place.as_ref().map_or_else(|| plain(map).into_owned(), ToString::to_string),
        chapter: seen.place.as_ref().map(|place| place.chapter.clone()),
        key: map.to_ascii_lowercase(),
        mode: seen.mode.as_ref().map(|mode| mode.title().to_owned()),
        difficulty: seen.difficulty.map(crate::game::Difficulty::title),
        humans: seen.humans(),
        most: seen.status.max,
        people: people
            .map(|here| Guest { name: here.player.name.to_string(), since: (now - here.joined).max(0) })
            .collect(),
    })
}

impl Game {
    /// `, 1 place free`
    fn free(&self) -> String {
        match self.most.saturating_sub(self.humans) {
            0 => ", full".to_owned(),
            1 => ", 1 place free".to_owned(),
            free => format!(", {free} places free"),
        }
    }

    /// Whether its map is one of these.
    fn is_on(&self, maps: &[String]) -> bool {
        maps.contains(&self.key)
    }
}

impl PublicPage {
    fn on_now(&self, maps: &[String]) -> bool {
        self.game.as_ref().is_some_and(|game| game.is_on(maps))
    }

    /// Where a file is.
    fn href(&self, file: &Vpk) -> String {
        let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let name = file.name.bytes().fold(String::new(), |mut name, byte| {
            if kept(byte) {
                name.push(char::from(byte));
            } else {
                let _ = write!(name, "%{byte:02X}");
            }
            name
        });
        format!("/public/{}/files/{name}", self.id)
    }

    /// `3 files, 3.5 GB`
    fn amount(offer: &Offer) -> String {
        format!("{}, {}", count(offer.count(), "file", "files"), size(offer.size()))
    }
}

/// What a stranger is told: not who wished what.
fn pill(stand: Stand) -> StatePill {
    match stand {
        Stand::Running | Stand::Up => StatePill::running(),
        Stand::Starting => StatePill::moving("Starting"),
        Stand::Restarting => StatePill::moving("Restarting"),
        Stand::Stopping => StatePill::moving("Stopping"),
        Stand::Stopped | Stand::New | Stand::Down | Stand::Failed | Stand::Unknown => StatePill::stopped("Down"),
    }
}
