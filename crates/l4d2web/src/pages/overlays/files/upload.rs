use axum::Extension;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Multipart, State};
use futures_util::StreamExt as _;

use super::place::parse;
use super::uploads::settled;
use super::{of_files, page};
use crate::archive::Kind;
use crate::files::upload::{Finished, New, Phase, Stamp, UploadError};
use crate::files::{FileName, FilePath, FilesError, OnTaken};
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// What a form says besides its files, which come after it.
#[derive(Debug, Default)]
struct Wish {
    folder: FilePath,
    /// The name that a file gets, in place of its own.
    name: Option<FileName>,
    unpack: bool,
    on_taken: OnTaken,
}

/// The longest field that is no file, in bytes, and the most fields of a form.
const TEXT_MAX: usize = 8 * 1024;
const PARTS_MAX: usize = 2000;

/// Takes the files of a form, in one request: for browsers without scripts.
pub async fn upload(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    shell: Shell,
    mut form: Multipart,
) -> PageResult {
    let overlay = of_files(&access)?;
    let mut wish = Wish::default();
    let (mut count, mut parts) = (0, 0);
    while let Some(field) = form.next_field().await.map_err(broken)? {
        parts += 1;
        if parts > PARTS_MAX {
            return Err(PageError::Unprocessable(format!(
                "A form takes {PARTS_MAX} files. Send the rest in another one."
            )));
        }
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            let text = text(field).await?;
            match name.as_str() {
                "folder" => wish.folder = parse(text.trim().trim_end_matches('/'))?,
                "as" => wish.name = Some(file_name(&text)?),
                "unpack" => wish.unpack = true,
                "on_taken" => wish.on_taken = OnTaken::parse(&text),
                _ => {}
            }
            continue;
        }
        let own = field.file_name().unwrap_or_default().to_owned();
        // An empty field of a form has no name.
        if own.is_empty() {
            continue;
        }
        let name = match &wish.name {
            Some(name) => name.clone(),
            None => file_name(own.rsplit(['/', '\\']).next().unwrap_or_default())?,
        };
        let path = wish.folder.child(&name).map_err(|error| PageError::Unprocessable(error.to_string()))?;
        let unpack = wish.unpack && wish.name.is_none() && Kind::by_name(name.as_str()).is_some();
        let new = New {
            overlay,
            user: me.session.user.id,
            path,
            // Nobody says how long it is; it is counted.
            size: 0,
            stamp: Stamp::parse("form"),
            unpack,
            on_taken: wish.on_taken,
        };
        take(&state, new, field).await?;
        count += 1;
    }
    if count == 0 {
        return Err(PageError::Unprocessable("Choose a file to upload.".to_owned()));
    }
    Ok(go(&shell, &format!("{}/source?path={}", page(overlay), wish.folder.encoded())))
}

/// The text of a field that is no file: never more of it than such a field can have.
async fn text(mut field: Field<'_>) -> PageResult<String> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(broken)? {
        if bytes.len() + piece.len() > TEXT_MAX {
            return Err(PageError::Unprocessable(
                "A field of the form is longer than it can be. Load the page again.".to_owned(),
            ));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

async fn take(state: &AppState, new: New, field: Field<'_>) -> PageResult<()> {
    let content = field.map(|piece| piece.map_err(|_| UploadError::Lost));
    match state.uploads.take_whole(new, content).await.map_err(refused)? {
        Finished::Placed(_) => Ok(()),
        Finished::Unpacking(phase) => match settled(phase).await {
            Phase::Taken(why) => Err(PageError::Conflict(why)),
            Phase::Failed { why, .. } => Err(PageError::Unprocessable(why)),
            _ => Ok(()),
        },
    }
}

fn file_name(text: &str) -> PageResult<FileName> {
    FileName::parse(text).map_err(|error| PageError::Unprocessable(error.to_string()))
}

pub(super) fn refused(error: UploadError) -> PageError {
    match error {
        UploadError::Database(error) => error.into(),
        UploadError::Broken | UploadError::Disk(_) => PageError::Internal(error.into()),
        UploadError::Files(FilesError::Taken(_)) | UploadError::Taken { .. } => PageError::Conflict(error.to_string()),
        _ => PageError::Unprocessable(error.to_string()),
    }
}

fn broken(_: MultipartError) -> PageError {
    PageError::Unprocessable("The form did not come whole. Send it again.".to_owned())
}
