use askama::Template;
use askama_web::WebTemplate;
use axum::Extension;
use axum::extract::{RawQuery, State};
use axum::response::IntoResponse as _;

use super::place::{Place, way};
use super::{of_files, page, refused, with_store};
use crate::db::overlays::Overlay;
use crate::files::store::Weight;
use crate::files::{FilePath, FilesError, Store, is_editable};
use crate::pages::kit::{Field, count, size};
use crate::pages::{Nav, PageResult, Shell};
use crate::routes::OverlayAccess;
use crate::state::AppState;

/// A file or folder: what can be done with it.
#[derive(Template, WebTemplate)]
#[template(path = "overlays/files/entry.html")]
pub(super) struct EntryPage {
    pub(super) shell: Shell,
    overlay: Overlay,
    page: String,
    path: FilePath,
    /// The folders that it is in, with where they lead.
    way: Vec<(String, String)>,
    folder: bool,
    editable: bool,
    weight: Weight,
    /// What is typed into the form that moves it.
    pub(super) to: Field,
    pub(super) on_taken: String,
}

impl EntryPage {
    pub(super) async fn load(
        state: &AppState,
        shell: Shell,
        access: &OverlayAccess,
        path: FilePath,
    ) -> PageResult<Self> {
        let id = of_files(access)?;
        let own = path.clone();
        let (folder, weight) = with_store(state, id, move |store| look(store, &own)).await?.map_err(refused)?;
        let editable = !folder && path.name().is_some_and(|name| is_editable(&name, weight.bytes));
        Ok(Self {
            shell: shell.at(Nav::Overlays),
            overlay: access.overlay.clone(),
            page: page(id),
            way: way(&page(id), &path.parent()),
            to: Field::new("to", path.to_string()),
            on_taken: "ask".to_owned(),
            path,
            folder,
            editable,
            weight,
        })
    }

    /// `Folder with 58 files, 613 MB`.
    fn words(&self) -> String {
        if self.folder {
            format!("Folder with {}, {}", count(self.weight.files, "file", "files"), size(self.weight.bytes))
        } else {
            format!("File, {}", size(self.weight.bytes))
        }
    }

    /// What goes when it is deleted.
    fn loss(&self) -> String {
        match (self.folder, self.weight.files) {
            (false, _) => "The file goes".to_owned(),
            (true, 0) => "The folder goes; no file is in it".to_owned(),
            (true, files) => format!("The folder goes with {} in it", count(files, "file", "files")),
        }
    }

    fn encoded(&self) -> String {
        self.path.encoded()
    }

    fn name(&self) -> String {
        self.path.name().map(|name| name.to_string()).unwrap_or_default()
    }
}

fn look(store: &Store, path: &FilePath) -> Result<(bool, Weight), FilesError> {
    let folder = store.is_folder(path)?;
    let weight = match store.weigh(path) {
        // Then it is as much as that, and more.
        Err(FilesError::Many { most, .. }) => Weight { files: most, ..Weight::default() },
        other => other?,
    };
    Ok((folder, weight))
}

/// Shows it.
pub async fn entry(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    RawQuery(query): RawQuery,
    shell: Shell,
) -> PageResult {
    of_files(&access)?;
    let path = Place::below(query.as_deref())?;
    Ok(EntryPage::load(&state, shell, &access, path).await?.into_response())
}
