use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form};

use super::place::{Place, parse, way};
use super::{changed, of_files, page, refused, room, with_store};
use crate::db::overlays::Overlay;
use crate::files::store::{Expected, Version};
use crate::files::text::NotAscii;
use crate::files::{FilePath, FilesError, Language, PathError, language};
use crate::pages::fields::{Fields, Sent};
use crate::pages::{Nav, PageError, PageResult, Shell, go, refuse};
use crate::queue::Work;
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// The editor of one file.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/files/edit.html")]
struct EditPage {
    shell: Shell,
    overlay: Overlay,
    page: String,
    path: FilePath,
    way: Vec<(String, String)>,
    text: String,
    /// Which content was read; empty when there is no file any more.
    version: String,
    /// The file's lines end as on Windows, and shall do so again.
    crlf: bool,
    language: Language,
    warning: Option<String>,
    error: Option<String>,
    /// What somebody else saved meanwhile.
    theirs: Option<String>,
}

impl EditPage {
    fn of(shell: Shell, overlay: Overlay, path: FilePath, text: String, version: String) -> Self {
        let page = page(overlay.id);
        let language = path.name().map_or(Language::Plain, |name| language(&name));
        Self {
            shell: shell.at(Nav::Overlays),
            way: way(&page, &path.parent()),
            warning: warning(language, &text),
            crlf: text.contains("\r\n"),
            overlay,
            page,
            path,
            text,
            version,
            language,
            error: None,
            theirs: None,
        }
    }

    fn name(&self) -> String {
        self.path.name().map(|name| name.to_string()).unwrap_or_default()
    }
}

/// What is said of the text of a config.
pub(super) fn warning(language: Language, text: &str) -> Option<String> {
    (language == Language::Cfg).then(|| NotAscii::find(text)).flatten().map(|found| found.to_string())
}

/// The text of a form, with the ends of lines that the file had.
pub(super) fn text(fields: Fields<'_>) -> String {
    let text = fields.get("text").replace("\r\n", "\n");
    if fields.has("crlf") { text.replace('\n', "\r\n") } else { text }
}

/// Shows it.
pub async fn edit(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    RawQuery(query): RawQuery,
    shell: Shell,
) -> PageResult {
    let id = of_files(&access)?;
    let path = Place::below(query.as_deref())?;
    let own = path.clone();
    let read = with_store(&state, id, move |store| store.text(&own)).await?.map_err(refused)?;
    Ok(EditPage::of(shell, access.overlay, path, read.text, read.version.to_string()).into_response())
}

/// Saves it, and builds it when that was asked for. When somebody else has saved meanwhile, nothing is stored, and both are shown.
pub async fn save(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let (id, fields) = (of_files(&access)?, Fields(&sent));
    let path = parse(fields.get("path"))?;
    if path.is_top() {
        return Err(PageError::Unprocessable(PathError::Nothing.to_string()));
    }
    let text = text(fields);
    let expected = match fields.get("version") {
        "" => Expected::Nothing,
        version => {
            let refused = || PageError::Unprocessable("The form is not whole. Load the page again.".to_owned());
            Expected::This(Version::parse(version).ok_or_else(refused)?)
        }
    };
    let _claim = room::claim(&state, id, text.len()).await?;
    let (own, typed) = (path.clone(), text.clone());
    let saved = with_store(&state, id, move |store| store.save(&own, &typed, &expected)).await?;
    let error = match saved {
        Ok(_) => {
            changed(&state, id).await?;
            if fields.has("build") {
                state.queue.enqueue(Work::Build(id), Some(me.session.user.id)).await.map_err(refuse)?;
                return Ok(go(&shell, &page(id)));
            }
            return Ok(go(&shell, &format!("{}/edit?path={}", page(id), path.encoded())));
        }
        Err(error @ FilesError::Io { .. }) => return Err(refused(error)),
        Err(error) => error,
    };
    // What is there now is what the next attempt goes over.
    let own = path.clone();
    let now = with_store(&state, id, move |store| store.text(&own)).await?.ok();
    let version = now.as_ref().map_or_else(String::new, |now| now.version.to_string());
    let (status, said) = match &error {
        FilesError::Changed(_) | FilesError::Taken(_) => (StatusCode::CONFLICT, None),
        FilesError::Missing(_) => {
            (StatusCode::CONFLICT, Some("The file was deleted meanwhile. Save to make it again.".to_owned()))
        }
        other => (StatusCode::UNPROCESSABLE_ENTITY, Some(other.to_string())),
    };
    let mut again = EditPage::of(shell, access.overlay, path, text, version);
    again.error = said;
    if status == StatusCode::CONFLICT {
        again.theirs = now.map(|now| now.text);
    }
    Ok((status, again).into_response())
}
