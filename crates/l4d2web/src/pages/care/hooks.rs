//! Adding, changing, testing and removing webhooks.

use axum::Form;
use axum::extract::{Path, Request, State};

use super::schedules::{CareForms, Edited, again, key, read, sent_key};
use super::scope::Scope;
use crate::care::{Event, parse_url, said_words};
use crate::db::webhooks::{self, Format, Topics};
use crate::id::WebhookId;
use crate::pages::fields::{Fields, Sent};
use crate::pages::{PageError, PageResult, Shell, Toast, go, went};
use crate::state::AppState;

/// Most of a server, and of all.
const MOST: i64 = 10;
/// The longest name, in characters.
const LONGEST: usize = 60;
/// How long to wait between two tests, in seconds.
const PAUSE: i64 = 3;

/// Adds one, or changes the one that the form is about.
pub async fn add_webhook(State(state): State<AppState>, scope: Scope, shell: Shell, request: Request) -> PageResult {
    let (parts, body) = request.into_parts();
    let Form(sent): Form<Sent> = read(&state, &parts, body).await?;
    let fields = Fields(&sent);
    let id = sent_key(fields)?;
    let mut forms = CareForms::load(&state, scope, Edited { webhook: id, schedule: None }).await?;
    for field in [&mut forms.name, &mut forms.url, &mut forms.format] {
        fields.get(field.name).clone_into(&mut field.value);
    }
    let on = |name| fields.has(name);
    forms.topics = Topics { crash: on("crash"), hang: on("hang"), update: on("update"), job: on("job") };
    let name = forms.name.value.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
        forms.name.error = Some(format!("A name of 1 to {LONGEST} characters in one line is taken."));
    }
    // One that is changed keeps its address, which is not shown.
    let url = match (forms.url.value.trim(), id) {
        ("", Some(_)) => Some(None),
        (url, _) => {
            let url = parse_url(url, state.config.webhook_origin.as_ref());
            url.map_err(|error| forms.url.error = Some(error)).ok().map(Some)
        }
    };
    let format = match forms.format.value.as_str() {
        "discord" => Some(Format::Discord),
        "json" => Some(Format::Json),
        _ => None,
    };
    if format.is_none() {
        forms.format.error = Some("Choose one of these.".to_owned());
    }
    if forms.topics == Topics::default() {
        forms.topics_error = Some("Tick at least one.".to_owned());
    }
    if let (Some(url), Some(format)) = (url, format)
        && !forms.name.is_bad()
        && forms.topics_error.is_none()
    {
        let now = state.clock.now();
        let stored = match (id, url.as_deref()) {
            (Some(id), url) => {
                let id = WebhookId(id);
                if !webhooks::update(&state.db, scope.0, id, (&name, url), format, forms.topics).await? {
                    return Err(PageError::NotFound);
                }
                true
            }
            (None, Some(url)) => {
                webhooks::insert(&state.db, scope.0, (&name, url), format, forms.topics, MOST, now).await?
            }
            (None, None) => false,
        };
        if stored {
            state.bus.send(scope.change());
            return Ok(go(&shell, &format!("{}#webhooks", scope.page())));
        }
        forms.name.error = Some(format!("There are {MOST} already, and no more are kept. Remove one first."));
    }
    again(&state, scope, parts, forms).await
}

/// Calls one now, and says what came of it.
pub async fn test_webhook(
    State(state): State<AppState>,
    scope: Scope,
    shell: Shell,
    Path(path): Path<Vec<(String, i64)>>,
) -> PageResult {
    let id = WebhookId(key(&path, "webhook")?);
    let all = webhooks::list(&state.db, scope.0).await?;
    let webhook = all.into_iter().find(|webhook| webhook.id == id).ok_or(PageError::NotFound)?;
    let now = state.clock.now();
    // Before it is called, so that many who press at once do not call it many times.
    if !webhooks::begin_test(&state.db, id, PAUSE, now).await? {
        return Err(PageError::TooMuch(
            "It was called a moment ago. Wait a few seconds, then test it again.".to_owned(),
        ));
    }
    let said = state.webhooks.call(&webhook.url, webhook.format, &Event::test(&webhook.name, now)).await;
    let words = said_words(&said);
    webhooks::note(&state.db, id, &words, state.clock.now()).await?;
    state.bus.send(scope.change());
    Ok(went(&shell, &format!("{}#webhooks", scope.page()), &Toast::words(words)))
}

/// Removes one, with what it was still to be told.
pub async fn delete_webhook(
    State(state): State<AppState>,
    scope: Scope,
    shell: Shell,
    Path(path): Path<Vec<(String, i64)>>,
) -> PageResult {
    let id = WebhookId(key(&path, "webhook")?);
    if !webhooks::delete(&state.db, scope.0, id).await? {
        return Err(PageError::NotFound);
    }
    state.bus.send(scope.change());
    Ok(went(&shell, &format!("{}#webhooks", scope.page()), &Toast::words("Removed.".to_owned())))
}
