use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use super::log::log;
use super::panel::{Panel, panel};
use super::parts::Parts;
use crate::db::users::User;
use crate::pages::kit::Field;
use crate::pages::{Nav, PageResult, Shell};
use crate::rights::OverlayRight;
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// The page of an overlay.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/show.html")]
pub(super) struct OverlayPage {
    pub(super) shell: Shell,
    parts: Parts,
    /// Its parts as HTML, by name.
    html: Vec<(String, String)>,
    panel: Panel,
    /// The log of the last build; none for those who may not see it.
    log: Option<String>,
    /// What the stream is asked with.
    after: String,
    /// What is typed into the dialogs.
    pub(super) new_name: Field,
    pub(super) typed: Field,
    /// Which dialog the page begins with.
    ask: String,
}

/// What is asked for: `rename`, `delete`, or a dialog of its kind.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    #[serde(default)]
    ask: String,
}

impl OverlayPage {
    /// The page of this overlay; `panel` takes the place of what its kind puts there.
    pub(super) async fn load(
        state: &AppState,
        shell: Shell,
        access: &OverlayAccess,
        me: &User,
        own: Option<Panel>,
    ) -> PageResult<Self> {
        let parts = Parts::load(state, access, me).await?;
        let panel = match own {
            Some(own) => own,
            None => panel(state, access, &shell, "").await?,
        };
        let (mut log_html, mut after) = (None, String::new());
        if parts.may_see_builds() {
            log_html = Some(String::new());
            if let Some(job) = &parts.job {
                let (html, last) = log(state, job).await?;
                log_html = Some(html);
                after = format!("?after={}.{last}", job.id);
            }
        }
        let fragments = parts.fragments()?;
        Ok(Self {
            shell: shell.at(Nav::Overlays),
            html: fragments.into_iter().map(|part| (part.name.into_owned(), part.html)).collect(),
            panel,
            log: log_html,
            after,
            new_name: Field::new("name", &parts.overlay.name),
            typed: Field::new("name", ""),
            ask: String::new(),
            parts,
        })
    }

    /// A part as HTML.
    fn part(&self, name: &str) -> &str {
        self.html.iter().find(|(known, _)| known == name).map_or("", |(_, html)| html)
    }

    fn may_delete(&self) -> bool {
        self.parts.standing.may(OverlayRight::Delete)
    }
}

/// Shows it.
pub async fn show(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    Query(wish): Query<Wish>,
) -> PageResult {
    let own = panel(&state, &access, &shell, &wish.ask).await?;
    let mut page = OverlayPage::load(&state, shell, &access, &me.session.user, Some(own)).await?;
    page.ask = wish.ask;
    Ok(page.into_response())
}
