//! Lets a request through to its handler, or not.

use axum::extract::{RawPathParams, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::{Access, Visitor};
use crate::db;
use crate::db::blueprints::Blueprint;
use crate::db::jobs::Job;
use crate::db::overlays::Overlay;
use crate::db::servers::Server;
use crate::db::users::User;
use crate::id::{BlueprintId, JobId, OverlayId, ServerId};
use crate::pages::PageError;
use crate::rights::{
    BlueprintRight, BlueprintStanding, JobRight, JobStanding, OverlayRight, OverlayStanding, ServerRight, Standing,
};
use crate::state::AppState;

/// The server of a request that its guard let through: an extension.
#[derive(Debug, Clone)]
pub struct ServerAccess {
    /// The row.
    pub server: Server,
    /// How the user stands to it.
    pub standing: Standing,
}

/// The blueprint of a request that its guard let through: an extension.
#[derive(Debug, Clone)]
pub struct BlueprintAccess {
    /// The row.
    pub blueprint: Blueprint,
    /// How the user stands to it.
    pub standing: BlueprintStanding,
}

/// The overlay of a request that its guard let through: an extension.
#[derive(Debug, Clone)]
pub struct OverlayAccess {
    /// The row.
    pub overlay: Overlay,
    /// How the user stands to it.
    pub standing: OverlayStanding,
}

/// The job of a request that its guard let through: an extension.
#[derive(Debug, Clone)]
pub struct JobAccess {
    /// The row.
    pub job: Job,
    /// How the user stands to it.
    pub standing: JobStanding,
}

pub(super) async fn check(
    State((state, access)): State<(AppState, Access)>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(visitor) = request.extensions().get::<Visitor>() else {
        return PageError::from(anyhow::anyhow!("a request came past the session layer")).into_response();
    };
    let Some(user) = visitor.user() else {
        return if access == Access::Public { next.run(request).await } else { to_login(&request) };
    };
    let key = params.iter().find(|(name, _)| *name == "id").and_then(|(_, value)| value.parse().ok());
    let refused = match access {
        Access::Public | Access::User => None,
        Access::Admin => (!user.admin).then(|| PageError::Forbidden("This page is for admins.".into())),
        Access::Server(right) => match server(&state, user, key, right).await {
            Ok(found) => {
                request.extensions_mut().insert(found);
                None
            }
            Err(error) => Some(error),
        },
        Access::Blueprint(right) => match blueprint(&state, user, key, right).await {
            Ok(found) => {
                request.extensions_mut().insert(found);
                None
            }
            Err(error) => Some(error),
        },
        Access::Overlay(right) => match overlay(&state, user, key, right).await {
            Ok(found) => {
                request.extensions_mut().insert(found);
                None
            }
            Err(error) => Some(error),
        },
        Access::Job(right) => match job(&state, user, key, right).await {
            Ok(found) => {
                request.extensions_mut().insert(found);
                None
            }
            Err(error) => Some(error),
        },
    };
    match refused {
        Some(error) => error.into_response(),
        None => next.run(request).await,
    }
}

async fn server(
    state: &AppState,
    user: &User,
    key: Option<i64>,
    right: ServerRight,
) -> Result<ServerAccess, PageError> {
    let key = ServerId(key.ok_or(PageError::NotFound)?);
    let server = db::servers::find(&state.db, key).await?.ok_or(PageError::NotFound)?;
    let standing = Standing { role: db::servers::role(&state.db, &server, user.id).await?, admin: user.admin };
    if standing.may(right) {
        Ok(ServerAccess { server, standing })
    } else if standing.may(ServerRight::See) {
        Err(PageError::Forbidden(format!("You may see “{}”, but not do that. Its owner can let you.", server.name)))
    } else {
        Err(PageError::NotFound)
    }
}

async fn blueprint(
    state: &AppState,
    user: &User,
    key: Option<i64>,
    right: BlueprintRight,
) -> Result<BlueprintAccess, PageError> {
    let key = BlueprintId(key.ok_or(PageError::NotFound)?);
    let blueprint = db::blueprints::find(&state.db, key).await?.ok_or(PageError::NotFound)?;
    let standing =
        BlueprintStanding { mine: blueprint.owner_id == user.id, shared: blueprint.shared, admin: user.admin };
    if standing.may(right) {
        Ok(BlueprintAccess { blueprint, standing })
    } else if blueprint.shared {
        Err(PageError::Forbidden(format!(
            "“{}” is shared with you to use, not to change. Clone it to make it yours.",
            blueprint.name
        )))
    } else if standing.may(BlueprintRight::See) {
        Err(PageError::Forbidden(format!(
            "“{}” is not shared: you may see it, hand it over and delete it. Its owner can share it with you.",
            blueprint.name
        )))
    } else {
        Err(PageError::NotFound)
    }
}

async fn overlay(
    state: &AppState,
    user: &User,
    key: Option<i64>,
    right: OverlayRight,
) -> Result<OverlayAccess, PageError> {
    let key = OverlayId(key.ok_or(PageError::NotFound)?);
    let overlay = db::overlays::find(&state.db, key).await?.ok_or(PageError::NotFound)?;
    let standing = overlay_standing(user, &overlay);
    if standing.may(right) {
        Ok(OverlayAccess { overlay, standing })
    } else if standing.shared {
        Err(PageError::Forbidden(format!("“{}” is everybody's to use. Only admins change it.", overlay.name)))
    } else if standing.may(OverlayRight::See) {
        Err(PageError::Forbidden(format!(
            "“{}” is somebody's own: you may see and delete it, as an admin. Only its owner changes it.",
            overlay.name
        )))
    } else {
        Err(PageError::NotFound)
    }
}

/// How a user stands to an overlay.
pub(crate) fn overlay_standing(user: &User, overlay: &Overlay) -> OverlayStanding {
    OverlayStanding { mine: overlay.owner_id == Some(user.id), shared: overlay.owner_id.is_none(), admin: user.admin }
}

async fn job(state: &AppState, user: &User, key: Option<i64>, right: JobRight) -> Result<JobAccess, PageError> {
    let key = JobId(key.ok_or(PageError::NotFound)?);
    let job = db::jobs::find(&state.db, key).await?.ok_or(PageError::NotFound)?;
    let standing = job_standing(&state.db, user, &job).await?;
    if standing.may(right, job.kind) {
        Ok(JobAccess { job, standing })
    } else if standing.may(JobRight::See, job.kind) {
        Err(PageError::Forbidden(format!("You may see job {key}, but not do that. Whose it is can.")))
    } else {
        Err(PageError::NotFound)
    }
}

/// How a user stands to a job now.
pub(crate) async fn job_standing(db: &db::Db, user: &User, job: &Job) -> db::Result<JobStanding> {
    let server = match job.server_id {
        Some(server) => db::servers::find(db, server).await?,
        None => None,
    };
    let server = match server {
        Some(server) => {
            let role = db::servers::role(db, &server, user.id).await?;
            Some(Standing { role, admin: user.admin })
        }
        None => None,
    };
    let overlay = match job.overlay_id {
        Some(overlay) => db::overlays::find(db, overlay).await?.map(|overlay| overlay_standing(user, &overlay)),
        None => None,
    };
    Ok(JobStanding { asked: job.user_id == Some(user.id), admin: user.admin, server, overlay })
}

/// To the login page, and from there back to the page that was asked for.
fn to_login(request: &Request) -> Response {
    let by_script = request.headers().contains_key("hx-request");
    let target = match request.uri().path_and_query() {
        Some(back) if request.method() == Method::GET && !by_script => {
            let next: String = form_urlencoded::byte_serialize(back.as_str().as_bytes()).collect();
            format!("/login?next={next}")
        }
        _ => "/login".to_owned(),
    };
    if by_script {
        return (StatusCode::UNAUTHORIZED, [("hx-redirect", target)]).into_response();
    }
    Redirect::to(&target).into_response()
}
