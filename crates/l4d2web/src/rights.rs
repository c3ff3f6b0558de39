//! Who may do what with a server or a blueprint: pure, one table each.

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
    /// Throw away what it has written.
    Reset,
    /// Change its name, port, hostname and blueprint.
    Settings,
    /// Read its files.
    Files,
    /// Type commands into it.
    Console,
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
        use ServerRight::{Console, Delete, Files, HandOver, Reset, See, Settings, Share, Start, Stop};
        let by_role = self.role.is_some_and(|role| {
            role >= match right {
                See | Start | Stop => Role::Operate,
                Reset | Settings | Files | Console => Role::Manage,
                Share | Delete | HandOver => Role::Own,
            }
        });
        by_role || (self.admin && matches!(right, See | Stop | Delete | HandOver))
    }
}

/// What can be done with a blueprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlueprintRight {
    /// See it, make servers of it, clone it.
    Use,
    /// Change, share, delete and hand it over.
    Change,
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::{Role, ServerRight, Standing};
    use ServerRight::{Console, Delete, Files, HandOver, Reset, See, Settings, Share, Start, Stop};

    const ALL: [ServerRight; 10] = [See, Start, Stop, Reset, Settings, Files, Console, Share, Delete, HandOver];

    #[rstest]
    #[case(None, false, &[])]
    #[case(Some(Role::Operate), false, &[See, Start, Stop])]
    #[case(Some(Role::Manage), false, &[See, Start, Stop, Reset, Settings, Files, Console])]
    #[case(Some(Role::Own), false, &ALL)]
    #[case(None, true, &[See, Stop, Delete, HandOver])]
    #[case(Some(Role::Operate), true, &[See, Start, Stop, Delete, HandOver])]
    fn the_table(#[case] role: Option<Role>, #[case] admin: bool, #[case] rights: &[ServerRight]) {
        let may: Vec<_> = ALL.into_iter().filter(|right| Standing { role, admin }.may(*right)).collect();
        assert_eq!(may, rights);
    }
}
