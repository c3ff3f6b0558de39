//! Who may do what with a server, a job, a blueprint or an overlay: pure, one table each.

use crate::queue::Kind;

/// What somebody was given on a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// See, start, stop, restart, log.
    Operate,
    /// Also console, files, settings.
    Manage,
    /// Everything.
    Own,
}

/// What can be done with a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerRight {
    /// See its page, its jobs and its log.
    See,
    /// Start and restart it.
    Start,
    /// Stop it.
    Stop,
    /// Change what is played on it, speak to those who play, and throw them out.
    Direct,
    /// Throw away what it has written.
    Reset,
    /// Change its name, port, hostname and blueprint.
    Settings,
    /// Read its files.
    Files,
    /// Type commands into it.
    Console,
    /// Say who may not come to it.
    Ban,
    /// Give roles to others.
    Share,
    /// Delete it.
    Delete,
    /// Make it somebody else's.
    HandOver,
}

/// How somebody stands to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Their role on it.
    pub role: Option<Role>,
    /// Whether they are an admin.
    pub admin: bool,
}

impl Standing {
    /// Whether that is enough for `right`. What an admin may see and end is what running a panel for others needs; nothing that looks into it.
    #[must_use]
    pub fn may(self, right: ServerRight) -> bool {
        use ServerRight::{Ban, Console, Delete, Direct, Files, HandOver, Reset, See, Settings, Share, Start, Stop};
        let by_role = self.role.is_some_and(|role| {
            role >= match right {
                See | Start | Stop | Direct => Role::Operate,
                Reset | Settings | Files | Console | Ban => Role::Manage,
                Share | Delete | HandOver => Role::Own,
            }
        });
        by_role || (self.admin && matches!(right, See | Stop | Delete | HandOver))
    }
}

/// What can be done with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobRight {
    /// See it and what it printed.
    See,
    /// End it.
    Cancel,
    /// Ask for the same again.
    Retry,
}

/// How somebody stands to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobStanding {
    /// Whether they asked for it.
    pub asked: bool,
    /// Whether they are an admin.
    pub admin: bool,
    /// How they stand to the server that it is about; none when it is about none, or that one is gone.
    pub server: Option<Standing>,
    /// How they stand to the overlay that it builds, likewise.
    pub overlay: Option<OverlayStanding>,
}

impl JobStanding {
    /// Whether that is enough for `right` on a job of that kind. To repeat a job takes the right to do its work anew.
    #[must_use]
    pub fn may(self, right: JobRight, kind: Kind) -> bool {
        let on_server = |right| self.server.is_some_and(|server| server.may(right));
        let on_overlay = |right| self.overlay.is_some_and(|overlay| overlay.may(right));
        match right {
            JobRight::See => {
                self.asked || self.admin || on_server(ServerRight::See) || on_overlay(OverlayRight::Builds)
            }
            JobRight::Cancel => {
                // Who merely asked for it, only while they could ask for it.
                let about_none = self.server.is_none() && self.overlay.is_none();
                let asked = self.asked && (about_none || self.may(JobRight::Retry, kind));
                asked || self.admin || on_server(ServerRight::Settings) || on_overlay(OverlayRight::Change)
            }
            JobRight::Retry => match kind {
                Kind::Install | Kind::Refresh => self.admin,
                Kind::Build if self.overlay.is_some() => on_overlay(OverlayRight::Change),
                // Of what is gone nothing can be repeated, and whoever may see the job is told so.
                _ if self.server.is_none() => self.asked || self.admin,
                Kind::Start | Kind::Restart => on_server(ServerRight::Start),
                Kind::Stop => on_server(ServerRight::Stop),
                Kind::Reset => on_server(ServerRight::Reset),
                Kind::Delete => on_server(ServerRight::Delete),
                Kind::Build => false,
            },
        }
    }
}

/// What can be done with a blueprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlueprintRight {
    /// See it.
    See,
    /// Make servers of it, clone it.
    Use,
    /// Change and share it.
    Change,
    /// Delete it.
    Delete,
    /// Make it somebody else's.
    HandOver,
}

/// How somebody stands to a blueprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlueprintStanding {
    /// Whether it is theirs.
    pub mine: bool,
    /// Whether everybody may use it.
    pub shared: bool,
    /// Whether they are an admin.
    pub admin: bool,
}

impl BlueprintStanding {
    /// Whether that is enough for `right`. An admin may see and end what others left, as with servers.
    #[must_use]
    pub fn may(self, right: BlueprintRight) -> bool {
        match right {
            BlueprintRight::See => self.mine || self.shared || self.admin,
            BlueprintRight::Use => self.mine || self.shared,
            BlueprintRight::Change => self.mine,
            BlueprintRight::Delete | BlueprintRight::HandOver => self.mine || self.admin,
        }
    }
}

/// What can be done with an overlay. To use it in a blueprint takes no right of its own: it must be one's own or everybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverlayRight {
    /// See its page, its state and its files.
    See,
    /// See what its builds print.
    Builds,
    /// Change what it is made of and its name, build it, end builds.
    Change,
    /// Delete it.
    Delete,
}

/// How somebody stands to an overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OverlayStanding {
    /// Whether it is theirs alone.
    pub mine: bool,
    /// Whether it is everybody's.
    pub shared: bool,
    /// Whether they are an admin.
    pub admin: bool,
}

impl OverlayStanding {
    /// Whether that is enough for `right`. Everybody's overlays are the admins'; of somebody's own an admin may see and end what there is, as
    /// with blueprints.
    #[must_use]
    pub fn may(self, right: OverlayRight) -> bool {
        match right {
            OverlayRight::See => self.mine || self.shared || self.admin,
            OverlayRight::Builds | OverlayRight::Delete => self.mine || self.admin,
            OverlayRight::Change => self.mine || (self.shared && self.admin),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{JobRight, JobStanding, Role, ServerRight, Standing};
    use crate::queue::Kind;
    use ServerRight::{Ban, Console, Delete, Direct, Files, HandOver, Reset, See, Settings, Share, Start, Stop};

    const ALL: [ServerRight; 12] =
        [See, Start, Stop, Direct, Reset, Settings, Files, Console, Ban, Share, Delete, HandOver];

    #[rstest]
    #[case(None, false, &[])]
    #[case(Some(Role::Operate), false, &[See, Start, Stop, Direct])]
    #[case(Some(Role::Manage), false, &[See, Start, Stop, Direct, Reset, Settings, Files, Console, Ban])]
    #[case(Some(Role::Own), false, &ALL)]
    #[case(None, true, &[See, Stop, Delete, HandOver])]
    #[case(Some(Role::Operate), true, &[See, Start, Stop, Direct, Delete, HandOver])]
    fn the_table(#[case] role: Option<Role>, #[case] admin: bool, #[case] rights: &[ServerRight]) {
        let may: Vec<_> = ALL.into_iter().filter(|right| Standing { role, admin }.may(*right)).collect();
        assert_eq!(may, rights);
    }

    #[rstest]
    // mine, shared, admin: see, use, change, delete, hand over
    #[case(false, false, false, [false, false, false, false, false])]
    #[case(true, false, false, [true, true, true, true, true])]
    #[case(false, true, false, [true, true, false, false, false])]
    #[case(false, false, true, [true, false, false, true, true])]
    #[case(false, true, true, [true, true, false, true, true])]
    fn the_table_of_blueprints(#[case] mine: bool, #[case] shared: bool, #[case] admin: bool, #[case] may: [bool; 5]) {
        use super::BlueprintRight::{Change, Delete, HandOver, See, Use};
        let standing = super::BlueprintStanding { mine, shared, admin };
        assert_eq!([See, Use, Change, Delete, HandOver].map(|right| standing.may(right)), may);
    }

    #[rstest]
    // mine, shared, admin: see, builds, change, delete
    #[case(false, false, false, [false, false, false, false])]
    #[case(true, false, false, [true, true, true, true])]
    #[case(false, true, false, [true, false, false, false])]
    #[case(false, true, true, [true, true, true, true])]
    #[case(false, false, true, [true, true, false, true])]
    #[case(true, false, true, [true, true, true, true])]
    fn the_table_of_overlays(#[case] mine: bool, #[case] shared: bool, #[case] admin: bool, #[case] may: [bool; 4]) {
        use super::OverlayRight::{Builds, Change, Delete, See};
        let standing = super::OverlayStanding { mine, shared, admin };
        assert_eq!([See, Builds, Change, Delete].map(|right| standing.may(right)), may);
    }

    #[rstest]
    // asked, mine, shared, admin: see, cancel, retry
    #[case(false, true, false, false, [true, true, true])]
    #[case(true, true, false, false, [true, true, true])]
    #[case(false, false, true, false, [false, false, false])]
    #[case(true, false, true, false, [true, false, false])] // no admin any more
    #[case(false, false, true, true, [true, true, true])]
    #[case(false, false, false, true, [true, true, false])] // somebody's own
    #[case(false, false, false, false, [false, false, false])]
    fn the_table_of_builds(
        #[case] asked: bool,
        #[case] mine: bool,
        #[case] shared: bool,
        #[case] admin: bool,
        #[case] may: [bool; 3],
    ) {
        let overlay = Some(super::OverlayStanding { mine, shared, admin });
        let standing = JobStanding { asked, admin, server: None, overlay };
        let got = [JobRight::See, JobRight::Cancel, JobRight::Retry].map(|right| standing.may(right, Kind::Build));
        assert_eq!(got, may);
    }

    #[rstest]
    // asked, admin, role on the server, kind: see, cancel, retry
    #[case(false, false, None, Kind::Start, [false, false, false])]
    #[case(false, false, Some(Role::Operate), Kind::Start, [true, false, true])]
    #[case(true, false, Some(Role::Operate), Kind::Start, [true, true, true])]
    #[case(false, false, Some(Role::Manage), Kind::Start, [true, true, true])]
    #[case(false, false, Some(Role::Operate), Kind::Reset, [true, false, false])]
    #[case(false, false, Some(Role::Manage), Kind::Delete, [true, true, false])]
    #[case(false, false, Some(Role::Own), Kind::Delete, [true, true, true])]
    #[case(true, false, None, Kind::Start, [true, true, true])] // its server is gone
    #[case(false, true, None, Kind::Install, [true, true, true])]
    #[case(true, false, None, Kind::Install, [true, true, false])] // no admin any more
    fn the_table_of_jobs(
        #[case] asked: bool,
        #[case] admin: bool,
        #[case] role: Option<Role>,
        #[case] kind: Kind,
        #[case] may: [bool; 3],
    ) {
        let server = role.map(|role| Standing { role: Some(role), admin });
        let standing = JobStanding { asked, admin, server, overlay: None };
        assert_eq!([JobRight::See, JobRight::Cancel, JobRight::Retry].map(|right| standing.may(right, kind)), may);
    }

    #[test]
    fn who_asked_cancels_only_while_they_could_ask_again() {
        let on = |role| JobStanding {
            asked: true,
            admin: false,
            server: Some(Standing { role, admin: false }),
            overlay: None,
        };
        for (role, kind, may) in [
            (None, Kind::Start, false),
            (Some(Role::Operate), Kind::Stop, true),
            (Some(Role::Operate), Kind::Reset, false),
            (Some(Role::Manage), Kind::Reset, true),
        ] {
            assert_eq!(on(role).may(JobRight::Cancel, kind), may, "{role:?} {kind:?}");
            assert!(on(role).may(JobRight::See, kind));
        }
    }

    #[test]
    fn an_admin_does_not_start_what_is_not_theirs_by_repeating_a_job() {
        let server = Some(Standing { role: None, admin: true });
        let standing = JobStanding { asked: false, admin: true, server, overlay: None };
        assert!(standing.may(JobRight::See, Kind::Start) && standing.may(JobRight::Cancel, Kind::Start));
        assert!(!standing.may(JobRight::Retry, Kind::Start) && standing.may(JobRight::Retry, Kind::Stop));
    }
}
