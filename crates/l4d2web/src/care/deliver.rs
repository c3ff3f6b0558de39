//! Telling: what is still to be told is tried again for an hour, one call at a time for each webhook.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use tokio::time::{MissedTickBehavior, interval, sleep};
use url::Url;

use super::event::Event;
use crate::db;
use crate::db::webhooks::{self, Call, Format};
use crate::fetch::{FetchError, Fetcher, Limits, Origin, Request, Said, SystemLookup};
use crate::id::WebhookId;
use crate::live::Change;
use crate::state::AppState;

/// How long a call may take in all.
const WITHIN: Duration = Duration::from_secs(12);
/// How often it is looked what is to be told.
const EVERY: Duration = Duration::from_secs(5);
/// How long after a change: what it tells of may come in several.
const COLLECT: Duration = Duration::from_millis(200);
/// How long something is worth telling, in seconds.
const WORTH: i64 = 3600;
/// After how many seconds it is tried again.
const PAUSES: [i64; 6] = [10, 30, 120, 300, 600, 1200];
/// The longest that the other side may want to rest, in seconds.
const LONGEST_REST: i64 = 3600;
/// How long it is not asked again when Steam gave no answer, in seconds.
const STEAM_PAUSE: i64 = 600;
/// How much of an answer is shown.
const SHOWN: usize = 200;

/// The way to those who are told. A cheap copy.
#[derive(Debug, Clone)]
pub struct Webhooks {
    fetcher: Fetcher,
    asked_steam: Arc<AtomicI64>,
}

impl Webhooks {
    /// By https to the public internet, and to the origin that the operator has named.
    #[must_use]
    pub fn new(trusted: Option<&Url>) -> Self {
        let limits =
            Limits { connect: Duration::from_secs(5), silence: Duration::from_secs(10), tries: 1, ..Limits::default() };
        let trusted = trusted.and_then(Origin::of).into_iter().collect();
        let fetcher = Fetcher::with(trusted, Arc::new(SystemLookup), limits);
        Self { fetcher, asked_steam: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    /// Tells somebody of something now.
    ///
    /// # Errors
    ///
    /// When there is no answer.
    pub async fn call(&self, url: &str, format: Format, event: &Event) -> Result<Said, FetchError> {
        self.fetcher.say(&Request::json(url, event.body(format)), WITHIN).await
    }

    /// Whether Steam may be asked again: a while after the last time.
    pub(super) fn may_ask_steam(&self, now: i64) -> bool {
        let last = self.asked_steam.load(Ordering::Relaxed);
        let may = now < last || now.saturating_sub(last) >= STEAM_PAUSE;
        if may {
            self.asked_steam.store(now, Ordering::Relaxed);
        }
        may
    }
}

/// What the other side said, in a sentence.
#[must_use]
pub fn words(said: &Result<Said, FetchError>) -> String {
    match said {
        Ok(said) => {
            let text: String = said.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let text: String = text.chars().filter(|letter| !super::discord::disturbs(*letter)).take(SHOWN).collect();
            let text = if text.is_empty() { String::new() } else { format!(": “{text}”") };
            let verb = if said.is_success() { "took it" } else { "did not take it" };
            format!("{} {verb}: it answered {}{text}.", said.host, said.status)
        }
        // An address in it would be a secret.
        Err(FetchError::Address { .. } | FetchError::Scheme { .. }) => "Its address cannot be called.".to_owned(),
        Err(error) => crate::sentence(&error.to_string()),
    }
}

/// Tells what is due, and waits until all have heard it who do now.
///
/// # Errors
///
/// When the database fails.
pub async fn deliver(state: &AppState) -> db::Result<()> {
    let due = webhooks::due(&state.db, None, state.clock.now()).await?;
    for told in join_all(due.iter().map(|call| tell_all(state, call.webhook))).await {
        told?;
    }
    Ok(())
}

/// Tells whatever is due, for ever. Who is slow to hear keeps nobody else waiting.
pub(super) async fn keep_telling(state: &AppState) {
    let mut turn = interval(EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut changes = state.bus.listen();
    let (mut at_work, mut calls) = (HashSet::new(), FuturesUnordered::new());
    loop {
        let mut told = Ok(());
        tokio::select! {
            _ = turn.tick() => {}
            // Whatever is told of comes with a change; what waits is due by the turn.
            _ = changes.recv() => {
                sleep(COLLECT).await;
                changes = changes.resubscribe();
            }
            Some((webhook, done)) = calls.next() => {
                at_work.remove(&webhook);
                told = done;
            }
        }
        let due = match told {
            Ok(()) => webhooks::due(&state.db, None, state.clock.now()).await,
            Err(error) => Err(error),
        };
        match due {
            Ok(due) => {
                for webhook in due.into_iter().map(|call| call.webhook) {
                    if at_work.insert(webhook) {
                        calls.push(async move { (webhook, tell_all(state, webhook).await) });
                    }
                }
            }
            Err(error) => super::said("who is to be told", Err(error)),
        }
    }
}

/// Tells somebody one thing after the other, as long as they take it.
async fn tell_all(state: &AppState, webhook: WebhookId) -> db::Result<()> {
    while let Some(call) = webhooks::due(&state.db, Some(webhook), state.clock.now()).await?.pop() {
        if !tell(state, &call).await? {
            break;
        }
    }
    Ok(())
}

/// Tries a call; true when the next one may follow at once.
async fn tell(state: &AppState, call: &Call) -> db::Result<bool> {
    let now = state.clock.now();
    if now - call.created_at > WORTH {
        let words = "Something was not told: for an hour nobody took it.";
        webhooks::done(&state.db, call).await?;
        note(state, call.webhook, words).await?;
        return Ok(true);
    }
    let Some((url, format)) = webhooks::address(&state.db, call.webhook).await? else { return Ok(false) };
    let Ok(event) = serde_json::from_str::<Event>(&call.event) else {
        webhooks::done(&state.db, call).await?;
        return Ok(true);
    };
    let said = state.webhooks.call(&url, format, &event).await;
    let took = said.as_ref().is_ok_and(Said::is_success);
    // What the other side calls our mistake is one again the next time.
    let hopeless =
        said.as_ref().is_ok_and(|said| matches!(said.status, 400..=499) && !matches!(said.status, 408 | 429));
    if took || hopeless {
        webhooks::done(&state.db, call).await?;
    } else {
        let tries = usize::try_from(call.tries).unwrap_or(usize::MAX).min(PAUSES.len() - 1);
        let asked = said.as_ref().ok().and_then(|said| said.retry_after).and_then(|after| i64::try_from(after).ok());
        let rest = asked.unwrap_or(0).clamp(0, LONGEST_REST);
        webhooks::put_off(&state.db, call, now + PAUSES[tries].max(rest), now + rest).await?;
    }
    note(state, call.webhook, &words(&said)).await?;
    Ok(took || hopeless)
}

async fn note(state: &AppState, webhook: WebhookId, words: &str) -> db::Result<()> {
    webhooks::note(&state.db, webhook, words, state.clock.now()).await?;
    state.bus.send(Change::Host);
    Ok(())
}
