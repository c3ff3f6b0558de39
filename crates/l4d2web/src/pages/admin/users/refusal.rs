use crate::db::users::Listed;
use crate::id::UserId;
use crate::pages::kit::count;

/// What an admin can do with a user that may be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Keep them out.
    Deactivate,
    /// Delete them.
    Delete,
    /// Make them one who is no admin.
    Withdraw,
    /// Give them another password.
    SetPassword,
}

/// Why the admin `by` may not do `act` with `user`: a sentence, and what would help. The database refuses the same by itself, for when two admins
/// act at once.
pub(super) fn refusal(act: Act, user: &Listed, by: UserId) -> Option<String> {
    let name = &user.name;
    if user.id == by {
        return Some(match act {
            Act::Deactivate => "You cannot deactivate yourself. Another admin can.".to_owned(),
            Act::Delete => "You cannot delete yourself. Another admin can.".to_owned(),
            Act::Withdraw => "You cannot make yourself less than an admin. Another admin can.".to_owned(),
            Act::SetPassword => "Your own password is changed on your profile, with the current one.".to_owned(),
        });
    }
    let last = user.admin && user.active && user.other_admins == 0;
    if last && act != Act::SetPassword {
        return Some(format!("{name} is the last active admin. Make somebody else an admin first."));
    }
    if act == Act::Delete {
        let owned = owned(user)?;
        let one = user.servers + user.blueprints + user.overlays == 1;
        let (it, them) = if one { ("it", "it") } else { ("them", "them") };
        let places = [(user.servers, "Servers"), (user.blueprints, "Blueprints"), (user.overlays, "Overlays")];
        let places: Vec<_> = places.into_iter().filter(|(number, _)| *number > 0).map(|(_, place)| place).collect();
        let places = places.join(", ");
        return Some(format!("{name} owns {owned}. Give {it} to someone else or delete {them} first: see {places}."));
    }
    None
}

/// What a user owns, in words; none when they own nothing.
pub(super) fn owned(user: &Listed) -> Option<String> {
    let part = |number: i64, one, many| {
        let number = usize::try_from(number).unwrap_or_default();
        (number > 0).then(|| count(number, one, many))
    };
    let parts: Vec<_> = [
        part(user.servers, "server", "servers"),
        part(user.blueprints, "blueprint", "blueprints"),
        part(user.overlays, "overlay", "overlays"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let (last, others) = parts.split_last()?;
    Some(if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn zoey() -> Listed {
        Listed {
            id: UserId(2),
            name: "zoey".to_owned(),
            admin: false,
            active: true,
            seen_at: None,
            servers: 0,
            blueprints: 0,
            overlays: 0,
            overlay_bytes: 0,
            max_servers: None,
            max_overlay_bytes: None,
            other_admins: 1,
        }
    }

    #[rstest]
    #[case(Act::Deactivate)]
    #[case(Act::Delete)]
    #[case(Act::Withdraw)]
    #[case(Act::SetPassword)]
    fn others_may_be_changed_but_not_oneself(#[case] act: Act) {
        assert_eq!(refusal(act, &zoey(), UserId(1)), None);
        assert_eq!(refusal(act, &Listed { admin: true, ..zoey() }, UserId(1)), None);
        assert!(refusal(act, &zoey(), UserId(2)).is_some());
    }

    #[rstest]
    #[case(Act::Deactivate, true)]
    #[case(Act::Delete, true)]
    #[case(Act::Withdraw, true)]
    #[case(Act::SetPassword, false)]
    fn the_last_active_admin_stays(#[case] act: Act, #[case] refused: bool) {
        let last = Listed { admin: true, other_admins: 0, ..zoey() };
        assert_eq!(refusal(act, &last, UserId(1)).is_some(), refused);
        let asleep = Listed { active: false, ..last };
        assert_eq!(refusal(act, &asleep, UserId(1)), None);
    }

    #[rstest]
    #[case(1, 0, 0, "zoey owns 1 server. Give it to someone else or delete it first: see Servers.")]
    #[case(0, 2, 0, "zoey owns 2 blueprints. Give them to someone else or delete them first: see Blueprints.")]
    #[case(
        3,
        1,
        0,
        "zoey owns 3 servers and 1 blueprint. Give them to someone else or delete them first: see Servers, Blueprints."
    )]
    #[case(
        3,
        1,
        2,
        "zoey owns 3 servers, 1 blueprint and 2 overlays. Give them to someone else or delete them first: see Servers, Blueprints, Overlays."
    )]
    fn who_owns_things_is_not_deleted(
        #[case] servers: i64,
        #[case] blueprints: i64,
        #[case] overlays: i64,
        #[case] sentence: &str,
    ) {
        let owner = Listed { servers, blueprints, overlays, ..zoey() };
        assert_eq!(refusal(Act::Delete, &owner, UserId(1)).as_deref(), Some(sentence));
        assert_eq!(refusal(Act::Deactivate, &owner, UserId(1)), None);
    }
}
