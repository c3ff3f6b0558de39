use std::time::Duration;

use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use tokio::time::timeout;

use super::count;
use crate::command::act::Doer;
use crate::command::change::Wish;
use crate::command::offer::{Offer, Offered};
use crate::command::{MapName, atlas};
use crate::game::{Difficulty, Mode};
use crate::live::Change;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::servers::At;
use crate::pages::servers::frame::{Frame, ServerTab};
use crate::pages::{Nav, PageError, PageResult, Shell, Toast, went};
use crate::play::Seen;
use crate::rights::ServerRight;

/// How long a page waits for the maps of add-ons; they are looked for further when it takes longer.
const PATIENCE: Duration = Duration::from_millis(800);

/// What is done to the game from the Players tab.
pub(in crate::pages::servers) struct Controls {
    /// The form, as HTML.
    pub(in crate::pages::servers) form: String,
    /// Whether bans are shown.
    pub(in crate::pages::servers) may_ban: bool,
}

/// The form in which another map, mode and difficulty are chosen.
#[derive(Template, WebTemplate)]
#[template(path = "servers/game/change_form.html")]
struct ChangeForm {
    shell: Shell,
    page: String,
    campaigns: Vec<Offered>,
    /// The map of now, when no campaign has it.
    stray: Option<String>,
    map: Field,
    other: Field,
    mode: Field,
    /// What is played now, in words.
    mode_now: String,
    difficulty: Field,
    difficulty_now: String,
    /// What is wrong with it as a whole.
    fault: Option<String>,
    /// Why nothing can be changed; empty when it can.
    blocked: String,
}

/// The form on a page of its own, for browsers without scripts.
#[derive(Template, WebTemplate)]
#[template(path = "servers/game/change_page.html")]
struct ChangePage {
    shell: Shell,
    frame: Frame,
    /// The form, as HTML.
    changing: String,
    parts: Now,
}

/// How the last change stands.
struct Now {
    change: String,
}

impl Controls {
    /// None for those who may not.
    pub(in crate::pages::servers) async fn load(at: &At) -> PageResult<Option<Self>> {
        if !at.standing.may(ServerRight::Direct) {
            return Ok(None);
        }
        let offer = offer(at).await?;
        let may_ban = at.standing.may(ServerRight::Ban);
        Ok(Some(Self { form: ChangeForm::new(at, offer).render()?, may_ban }))
    }
}

impl ChangeForm {
    fn new(at: &At, offer: Offer) -> Self {
        let look = at.state.play.of(at.server.id);
        let seen = look.as_deref().and_then(|look| look.seen.as_deref());
        // A server may say anything of its map; what is no name is not offered.
        let map = seen.and_then(Seen::map).and_then(|map| MapName::parse(map).ok());
        let map = map.map_or_else(String::new, |map| map.to_string());
        let blocked = match look.as_deref() {
            None => "It does not run. Start it first.".to_owned(),
            Some(look) if look.seen.is_none() => match look.unseen {
                Some((why, _)) => format!("It {}.", why.words()),
                None => String::new(),
            },
            Some(_) => String::new(),
        };
        Self {
            shell: at.shell.clone(),
            page: format!("/servers/{}", at.server.id),
            stray: (!map.is_empty() && offer.find(&map).is_none()).then(|| map.clone()),
            campaigns: offer.campaigns,
            map: Field::new("map", map),
            other: Field::new("other", ""),
            mode: Field::new("mode", ""),
            mode_now: seen.and_then(|seen| seen.mode.as_ref()).map_or(String::new(), |mode| mode.title().to_owned()),
            difficulty: Field::new("difficulty", ""),
            difficulty_now: seen.and_then(|seen| seen.difficulty).map_or("", Difficulty::title).to_owned(),
            fault: None,
            blocked,
        }
    }

    fn modes() -> [(&'static str, Vec<Mode>); 2] {
        let (usual, mutations) = Mode::known().partition(|mode| {
            let value = mode.value();
            !value.starts_with("mutation") && !value.starts_with("community")
        });
        [("Modes", usual), ("Mutations", mutations)]
    }
}

/// Begins a change; it is waited for in the background, and pages are told how it ends.
pub async fn change(at: At, Form(sent): Form<Sent>) -> PageResult {
    count(&at)?;
    let offer = offer(&at).await?;
    let fields = Fields(&sent);
    let now = at.state.play.seen(at.server.id);
    let mut form = ChangeForm::new(&at, offer.clone());
    let typed = |name| fields.get(name).trim().to_owned();
    form.map.value = typed("map");
    form.other.value = typed("other");
    form.mode.value = typed("mode");
    form.difficulty.value = typed("difficulty");
    let blocked = form.blocked.clone();
    if !blocked.is_empty() {
        form.fault = Some(format!("Nothing can be changed now. {blocked}"));
        return refuse(at, form).await;
    }
    if fields.get("only") == "difficulty" {
        return difficulty(at, form).await;
    }
    let free = !form.other.value.is_empty();
    let map = MapName::parse(if free { &form.other.value } else { &form.map.value });
    let mode = Some(form.mode.value.as_str()).filter(|value| !value.is_empty()).map(Mode::parse);
    let difficulty = Some(form.difficulty.value.as_str()).filter(|value| !value.is_empty()).map(Difficulty::parse);
    if let Err(error) = &map {
        let sentence = format!("No map: {error}.");
        let field = if free { &mut form.other } else { &mut form.map };
        field.error = Some(sentence);
    }
    if mode == Some(None) {
        form.mode.error = Some("A mode has a name of letters, figures, “_” and “-”.".to_owned());
    }
    if difficulty == Some(None) {
        form.difficulty.error = Some("A difficulty is Easy, Normal, Advanced or Expert.".to_owned());
    }
    let (Ok(map), false) = (map, form.mode.is_bad() || form.difficulty.is_bad()) else { return refuse(at, form).await };
    let (mode, difficulty) = (mode.flatten(), difficulty.flatten());
    let played = mode.clone().or_else(|| now.as_ref().and_then(|seen| seen.mode.clone()));
    if let Some(why) = played.and_then(|mode| offer.refuses(map.as_str(), &mode)) {
        form.mode.error = Some(why);
        return refuse(at, form).await;
    }
    let what = words(&offer, &map, mode.as_ref(), difficulty);
    let then = "The game answers again when the map is there.";
    begin(&at, Wish { map: Some(map), mode, difficulty }, &what, then).await
}

/// Sets the difficulty alone, which takes hold while the map is played on. A mode is only read when a map begins.
async fn difficulty(at: At, mut form: ChangeForm) -> PageResult {
    let Some(difficulty) = Difficulty::parse(&form.difficulty.value) else {
        form.difficulty.error = Some("Choose Easy, Normal, Advanced or Expert.".to_owned());
        return refuse(at, form).await;
    };
    let wish = Wish { map: None, mode: None, difficulty: Some(difficulty) };
    begin(&at, wish, &format!("Set the difficulty to {}", difficulty.title()), "The map is played on.").await
}

async fn begin(at: &At, wish: Wish, what: &str, then: &str) -> PageResult {
    let doer = Doer { state: &at.state, server: &at.server, user: at.user.id };
    match doer.change(wish, what).await? {
        Ok(()) => {
            let toast = Toast::words(format!("{what}: asked for. {then}"));
            Ok(went(&at.shell, &format!("/servers/{}/players", at.server.id), &toast))
        }
        Err(busy) => Err(PageError::Conflict(format!(
            "Another change is under way: {}. Wait until the game has read it back.",
            busy.what
        ))),
    }
}

/// “Change to Dark Carnival 1, The Highway, Versus, Expert”, with the name of the map.
fn words(offer: &Offer, map: &MapName, mode: Option<&Mode>, difficulty: Option<Difficulty>) -> String {
    let place = match offer.find(map.as_str()) {
        Some((campaign, chapter)) => format!("{} {} ({map})", campaign.title, chapter.title),
        None => map.to_string(),
    };
    let words = [Some(place), mode.map(|mode| mode.title().to_owned()), difficulty.map(|one| one.title().to_owned())];
    format!("Change to {}", words.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

async fn refuse(at: At, form: ChangeForm) -> PageResult {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if at.shell.fragment {
        return Ok((status, form).into_response());
    }
    let (frame, changing) = (at.frame(ServerTab::Players).await?, form.render()?);
    let parts = Now { change: String::new() };
    Ok((status, ChangePage { shell: at.shell.at(Nav::Servers), frame, changing, parts }).into_response())
}

/// What can be played. Add-ons are looked at besides, and when that takes long the next page has them.
async fn offer(at: &At) -> PageResult<Offer> {
    let (_, fresh) = at.state.controls.addons.known(at.server.id);
    if !fresh {
        let (state, user, server) = (at.state.clone(), at.user.id, at.server.id);
        let look = tokio::spawn(async move {
            match state.controls.addons.look(&state, user, server).await {
                Ok(()) => state.bus.send(Change::Figures(server)),
                Err(error) => tracing::info!(%server, %error, "the add-ons of a server cannot be looked at"),
            }
        });
        let _ = timeout(PATIENCE, look).await;
    }
    let (atlas, official) = atlas(&at.state, &at.server).await?;
    Ok(Offer::of(&atlas, official))
}
