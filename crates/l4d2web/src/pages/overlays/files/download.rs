use std::io::{self, Read as _, Write};

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::IntoResponse as _;
use futures_util::stream;
use tokio::sync::mpsc;

use super::place::Place;
use super::{of_files, refused, with_store};
use crate::pages::PageResult;
use crate::pages::attachment::attachment;
use crate::routes::{LoggedIn, OverlayAccess};
use crate::state::AppState;

/// How much is read at a time; a download holds twice that.
const PIECE: usize = 256 * 1024;

/// A file of the source, streamed.
pub async fn file(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    RawQuery(query): RawQuery,
) -> PageResult {
    let id = of_files(&access)?;
    let path = Place::below(query.as_deref())?;
    let name = path.name().map(|name| name.to_string()).unwrap_or_default();
    let (file, length) = with_store(&state, id, move |store| store.file(&path)).await?.map_err(refused)?;
    let admission = match state.streams.admit(me.session.user.id) {
        Ok(admission) => admission,
        Err(refused) => return Ok(refused.into_response()),
    };
    // No more than was there at the beginning, for somebody may write into it by hand.
    let mut file = file.take(length);
    let body = piped(move |mut out| {
        let _admission = admission;
        let mut piece = vec![0; PIECE];
        loop {
            match file.read(&mut piece)? {
                0 => return Ok(()),
                read => out.write_all(&piece[..read])?,
            }
        }
    });
    let length = [(header::CONTENT_LENGTH, length.to_string())];
    Ok((attachment(&name, "application/octet-stream"), length, body).into_response())
}

/// A folder of the source as one .zip, written while it is read.
pub async fn zip(
    State(state): State<AppState>,
    Extension(access): Extension<OverlayAccess>,
    me: LoggedIn,
    RawQuery(query): RawQuery,
) -> PageResult {
    let id = of_files(&access)?;
    let Place { path, .. } = Place::of_query(query.as_deref())?;
    let name = path.name().map_or_else(|| access.overlay.name.clone(), |name| name.to_string());
    let zip = with_store(&state, id, move |store| store.zip(&path)).await?.map_err(refused)?;
    let admission = match state.streams.admit(me.session.user.id) {
        Ok(admission) => admission,
        Err(refused) => return Ok(refused.into_response()),
    };
    let body = piped(move |out| {
        let _admission = admission;
        zip.write(out)
    });
    Ok((attachment(&format!("{name}.zip"), "application/zip"), body).into_response())
}

/// A body that `work` writes in a thread of its own, no faster than it is read. An error breaks it off, so that nobody takes it for whole.
fn piped(work: impl FnOnce(Pipe) -> io::Result<()> + Send + 'static) -> Body {
    let (sender, receiver) = mpsc::channel::<io::Result<Bytes>>(1);
    tokio::task::spawn_blocking(move || {
        let failed = sender.clone();
        if let Err(error) = work(Pipe(sender)) {
            // A reader who has gone is no fault.
            if error.kind() != io::ErrorKind::BrokenPipe {
                tracing::warn!(%error, "a download broke off");
            }
            let _ = failed.blocking_send(Err(error));
        }
    });
    Body::from_stream(stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) }))
}

/// The end that is written to.
struct Pipe(mpsc::Sender<io::Result<Bytes>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
