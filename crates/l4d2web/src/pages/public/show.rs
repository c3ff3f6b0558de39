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
    /// What players need; none when that is not known just now.
    offer: Option<Arc<Offer>>,
    /// Whether the files among it are handed out.
    files: bool,
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
    let page = PublicPage {
        shell,
        id,
        name: if server.hostname.is_empty() { server.name.clone() } else { server.hostname.clone() },
        pill: pill(stand),
        up: matches!(stand, Stand::Running | Stand::Up),
        address: Address {
            host: public_host(&state, &headers),
            port: status.as_ref().and_then(Status::joined_port).unwrap_or(server.port),
        },
        offer,
        files: opening.files,
    };
    Ok(page.into_response())
}

impl PublicPage {
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
