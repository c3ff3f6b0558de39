use crate::db;
use crate::db::users::User;
use crate::id::UserId;
use crate::pages::PageResult;
use crate::state::AppState;

/// The person of that name whom something of `owner` is to be given to, who is active and not `owner`; or the sentence that refuses it, for
/// `me` to read.
pub(crate) async fn find_person(
    state: &AppState,
    name: &str,
    owner: UserId,
    me: UserId,
) -> PageResult<Result<User, String>> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(Err("Type the name of somebody who can log in here.".to_owned()));
    }
    let Some(user) = db::users::find_by_name(&state.db, name).await?.filter(|user| user.active) else {
        return Ok(Err(format!("Nobody named “{name}” can log in here. An admin can add them.")));
    };
    Ok(if user.id != owner {
        Ok(user)
    } else if owner == me {
        Err("That is you. Type somebody else's name.".to_owned())
    } else {
        Err(format!("It is {}'s already. Type somebody else's name.", user.name))
    })
}
