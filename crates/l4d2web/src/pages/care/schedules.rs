//! Adding, changing and removing what is done each day.

use axum::Form;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use serde::Deserialize;

use super::scope::Scope;
use crate::care::{Daily, Zone, cut, lead, parse_time};
use crate::db::schedules::{self, Action};
use crate::db::webhooks::{self, Format, Topics};
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{PageError, PageResult, Shell, Toast, go, went};
use crate::state::AppState;

/// Most of a server, and of the game.
const MOST: i64 = 20;

/// What of a page about care is changed, rather than something added: `?schedule=3`, `?webhook=3`.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Edited {
    pub(super) schedule: Option<i64>,
    pub(super) webhook: Option<i64>,
}

/// The forms of a page about care, with what was typed into one of them.
#[derive(Debug, Clone)]
pub(super) struct CareForms {
    pub(super) actions: &'static [Action],
    pub(super) kind: Field,
    pub(super) time: Field,
    pub(super) zone: Field,
    pub(super) zones: Vec<String>,
    pub(super) name: Field,
    pub(super) url: Field,
    pub(super) format: Field,
    pub(super) topics: Topics,
    pub(super) topics_error: Option<String>,
    pub(super) edited: Edited,
    /// What stands by the address of the webhook that is changed.
    pub(super) address: Option<String>,
}

impl CareForms {
    /// With nothing typed, or with what is to be changed.
    pub(super) async fn load(state: &AppState, scope: Scope, edited: Edited) -> PageResult<Self> {
        let mut forms = Self::empty(state, scope).await?;
        forms.edited = edited;
        if let Some(id) = edited.schedule {
            let all = schedules::list(&state.db, scope.0).await?;
            let schedule = all.into_iter().find(|row| row.id.0 == id).ok_or(PageError::NotFound)?;
            schedule.kind.word().clone_into(&mut forms.kind.value);
            forms.time.value = format!("{:02}:{:02}", schedule.minute / 60, schedule.minute % 60);
            forms.zone.value = schedule.zone;
        }
        if let Some(id) = edited.webhook {
            let all = webhooks::list(&state.db, scope.0).await?;
            let webhook = all.into_iter().find(|row| row.id.0 == id).ok_or(PageError::NotFound)?;
            forms.address = Some(format!("Leave it empty to keep the one that it has: {}.", cut(&webhook.url)));
            forms.name.value = webhook.name;
            forms.format.value = match webhook.format {
                Format::Discord => "discord".to_owned(),
                Format::Json => "json".to_owned(),
            };
            forms.topics = webhook.topics;
        }
        Ok(forms)
    }

    async fn empty(state: &AppState, scope: Scope) -> PageResult<Self> {
        let actions: &[Action] = match scope.0 {
            Some(_) => &[Action::Restart, Action::RestartAnyway, Action::Start, Action::Stop, Action::StopAnyway],
            None => &[Action::Install],
        };
        let zone = schedules::last_zone(&state.db).await?.unwrap_or_else(|| "UTC".to_owned());
        Ok(Self {
            actions,
            kind: Field::new("kind", actions.first().map_or("", |action| action.word())),
            time: Field::new("time", "05:00"),
            zone: Field::new("zone", zone),
            zones: Zone::all().into_iter().filter(|name| name.contains('/') && !name.starts_with("Etc/")).collect(),
            name: Field::new("name", ""),
            url: Field::new("url", ""),
            format: Field::new("format", "discord"),
            topics: Topics { crash: true, hang: true, update: scope.0.is_none(), job: true },
            topics_error: None,
            edited: Edited::default(),
            address: None,
        })
    }
}

/// Adds something that is done each day, or changes what the form is about.
pub async fn add_schedule(State(state): State<AppState>, scope: Scope, shell: Shell, request: Request) -> PageResult {
    let (parts, body) = request.into_parts();
    let Form(sent): Form<Sent> = read(&state, &parts, body).await?;
    let fields = Fields(&sent);
    let id = sent_key(fields)?;
    let mut forms = CareForms::load(&state, scope, Edited { schedule: id, webhook: None }).await?;
    for field in [&mut forms.kind, &mut forms.time, &mut forms.zone] {
        fields.get(field.name).clone_into(&mut field.value);
    }
    let kind = forms.actions.iter().copied().find(|action| action.word() == forms.kind.value);
    if kind.is_none() {
        forms.kind.error = Some("Choose one of these.".to_owned());
    }
    let minute = parse_time(&forms.time.value).map_err(|error| forms.time.error = Some(error)).ok();
    let zone = Zone::parse(&forms.zone.value).map_err(|error| forms.zone.error = Some(error)).ok();
    if let (Some(kind), Some(minute), Some(zone)) = (kind, minute, zone) {
        let (daily, now) = (Daily { minute, zone }, state.clock.now());
        let next = daily.next_after(now + lead(kind));
        let times = (minute, daily.zone.name());
        let stored = if let Some(id) = id {
            if !schedules::update(&state.db, scope.0, id.into(), kind, times, next).await? {
                return Err(PageError::NotFound);
            }
            true
        } else {
            schedules::insert(&state.db, scope.0, kind, times, next, MOST, now).await?
        };
        if stored {
            state.bus.send(scope.change());
            return Ok(go(&shell, &format!("{}#schedules", scope.page())));
        }
        forms.kind.error = Some(format!("There are {MOST} already, and no more are kept. Remove one first."));
    }
    again(&state, scope, parts, forms).await
}

/// Removes one.
pub async fn delete_schedule(
    State(state): State<AppState>,
    scope: Scope,
    shell: Shell,
    Path(path): Path<Vec<(String, i64)>>,
) -> PageResult {
    let id = key(&path, "schedule")?;
    if !schedules::delete(&state.db, scope.0, id.into()).await? {
        return Err(PageError::NotFound);
    }
    state.bus.send(scope.change());
    Ok(went(&shell, &format!("{}#schedules", scope.page()), &Toast::words("Removed.".to_owned())))
}

/// The number in the path behind the name.
pub(super) fn key(path: &[(String, i64)], name: &str) -> PageResult<i64> {
    path.iter().find(|(key, _)| key == name).map(|(_, id)| *id).ok_or(PageError::NotFound)
}

/// The number of what a form changes; none when it adds something.
pub(super) fn sent_key(fields: Fields<'_>) -> PageResult<Option<i64>> {
    match fields.get("id") {
        "" => Ok(None),
        id => id.parse().map(Some).map_err(|_| PageError::NotFound),
    }
}

/// A form, and what else its page is made of.
pub(super) async fn read(
    state: &AppState,
    parts: &axum::http::request::Parts,
    body: axum::body::Body,
) -> PageResult<Form<Sent>> {
    use axum::extract::FromRequest as _;
    let request = Request::from_parts(parts.clone(), body);
    Form::from_request(request, state).await.map_err(|refused| PageError::Unprocessable(refused.body_text()))
}

/// The page once more, with what was typed and what is wrong with it.
pub(super) async fn again(
    state: &AppState,
    scope: Scope,
    mut parts: axum::http::request::Parts,
    forms: CareForms,
) -> PageResult<Response> {
    match scope.0 {
        Some(_) => super::server::again(&mut parts, state, forms).await,
        None => super::admin::again(&mut parts, state, forms).await,
    }
}
