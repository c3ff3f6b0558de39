use crate::rights::{BlueprintRight, JobRight, OverlayRight, ServerRight};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever is logged in.
    User,
    /// Admins; others who are logged in get 403.
    Admin,
    /// Whoever has this right on the server `{id}`. It is 404 for those who may not even see it, and 403 for those who may. The handler finds
    /// [`super::ServerAccess`] among the extensions.
    Server(ServerRight),
    /// Whoever has this right on the blueprint `{id}`, in the same way; [`super::BlueprintAccess`].
    Blueprint(BlueprintRight),
    /// Whoever has this right on the overlay `{id}`, in the same way; [`super::OverlayAccess`].
    Overlay(OverlayRight),
    /// Whoever has this right on the job `{id}`, in the same way; [`super::JobAccess`].
    Job(JobRight),
}
