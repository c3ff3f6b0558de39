use askama::Template;
use askama_web::WebTemplate;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;

use super::act::done;
use super::list::UsersPage;
use crate::db::quotas::{self, Quota};
use crate::db::{self, users::Listed};
use crate::id::UserId;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::{Field, count, size};
use crate::pages::{PageError, PageResult, Shell};
use crate::routes::LoggedIn;
use crate::state::AppState;

/// A gigabyte, as disks have it.
const GB: i64 = 1_000_000_000;
/// The most servers, and gigabytes, that can be typed.
const MOST: i64 = 1_000_000;

/// The form for what a user may have.
#[derive(Debug, Clone)]
pub(super) struct QuotaForm {
    pub(super) user: Listed,
    pub(super) servers: Field,
    /// Space for overlays, in GB.
    pub(super) space: Field,
}

/// The form alone, as its dialog shows it again.
#[derive(Template, WebTemplate)]
#[template(path = "admin/users/quota_form.html")]
struct Sheet {
    shell: Shell,
    quota: QuotaForm,
}

impl QuotaForm {
    /// With what is stored.
    pub(super) fn of(user: Listed) -> Self {
        let servers = user.max_servers.map(|max| max.to_string()).unwrap_or_default();
        let space = user.max_overlay_bytes.map(in_gb).unwrap_or_default();
        Self { servers: Field::new("servers", servers), space: Field::new("space", space), user }
    }
}

/// Says how much a user may have. What they have already stays, also when that is more.
pub async fn quota(
    State(state): State<AppState>,
    me: LoggedIn,
    shell: Shell,
    Path(id): Path<UserId>,
    Form(sent): Form<Sent>,
) -> PageResult {
    let user = db::users::listed(&state.db, id).await?.ok_or(PageError::NotFound)?;
    let fields = Fields(&sent);
    let mut form = QuotaForm::of(user);
    fields.get("servers").clone_into(&mut form.servers.value);
    fields.get("space").clone_into(&mut form.space.value);
    let servers = parse_servers(&form.servers.value).map_err(|error| form.servers.error = Some(error)).ok();
    let space = parse_space(&form.space.value).map_err(|error| form.space.error = Some(error)).ok();
    if let (Some(servers), Some(overlay_bytes)) = (servers, space) {
        if !quotas::set(&state.db, id, Quota { servers, overlay_bytes }).await? {
            return Err(PageError::NotFound);
        }
        return Ok(done(&state, &me, &shell, &form.user, "said how much a user may have"));
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if shell.fragment {
        return Ok((status, Sheet { shell, quota: form }).into_response());
    }
    let mut page = UsersPage::new(&state, shell, me.session.user.id).await?;
    page.quota = Some(form);
    Ok((status, page).into_response())
}

/// What a user may have, in words; none: no limit.
pub(super) fn limits(user: &Listed) -> Option<String> {
    let servers = user.max_servers.map(|max| count(usize::try_from(max).unwrap_or_default(), "server", "servers"));
    let space = user.max_overlay_bytes.map(|max| size(u64::try_from(max).unwrap_or_default()));
    match (servers, space) {
        (None, None) => None,
        (Some(servers), None) => Some(format!("at most {servers}")),
        (None, Some(space)) => Some(format!("at most {space} of overlays")),
        (Some(servers), Some(space)) => Some(format!("at most {servers}, {space} of overlays")),
    }
}

/// A number of servers; nothing is no limit.
fn parse_servers(text: &str) -> Result<Option<i64>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let number = text.trim().parse().ok().filter(|number| (0..=MOST).contains(number));
    number.map(Some).ok_or_else(|| format!("That is not a number of servers. Take 0 to {MOST}, or leave it empty."))
}

/// Gigabytes with up to three places behind the point, as bytes; nothing is no limit.
fn parse_space(text: &str) -> Result<Option<i64>, String> {
    let text = text.trim().replace(',', ".");
    if text.is_empty() {
        return Ok(None);
    }
    let refused =
        || format!("That is not an amount of GB. Take a number such as 20 or 0.5, up to {MOST}, or leave it empty.");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 || (whole.is_empty() && part.is_empty()) {
        return Err(refused());
    }
    let whole: i64 = format!("0{whole}").parse().map_err(|_| refused())?;
    let part: i64 = format!("{part:0<3}").parse().map_err(|_| refused())?;
    if whole > MOST {
        return Err(refused());
    }
    Ok(Some(whole * GB + part * (GB / 1000)))
}

/// Bytes as they are typed: `20`, `0.5`.
fn in_gb(bytes: i64) -> String {
    let (whole, part) = (bytes / GB, bytes % GB / (GB / 1000));
    format!("{whole}.{part:03}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", Ok(None))]
    #[case(" 20 ", Ok(Some(20 * GB)))]
    #[case("0", Ok(Some(0)))]
    #[case("0.5", Ok(Some(GB / 2)))]
    #[case("0,5", Ok(Some(GB / 2)))]
    #[case(".125", Ok(Some(GB / 8)))]
    #[case("1000000", Ok(Some(1_000_000 * GB)))]
    #[case("1000001", Err(()))]
    #[case("99999999999999999999", Err(()))]
    #[case("1.2345", Err(()))]
    #[case(".", Err(()))]
    #[case("-1", Err(()))]
    #[case("1e3", Err(()))]
    #[case("20 GB", Err(()))]
    fn space_is_typed_in_gb(#[case] text: &str, #[case] bytes: Result<Option<i64>, ()>) {
        assert_eq!(parse_space(text).map_err(drop), bytes);
    }

    #[rstest]
    #[case("", Ok(None))]
    #[case("3", Ok(Some(3)))]
    #[case("0", Ok(Some(0)))]
    #[case("-3", Err(()))]
    #[case("three", Err(()))]
    fn servers_are_counted(#[case] text: &str, #[case] number: Result<Option<i64>, ()>) {
        assert_eq!(parse_servers(text).map_err(drop), number);
    }

    #[rstest]
    #[case(20 * GB, "20")]
    #[case(GB / 2, "0.5")]
    #[case(0, "0")]
    fn what_is_stored_is_shown_as_it_is_typed(#[case] bytes: i64, #[case] text: &str) {
        assert_eq!((in_gb(bytes), parse_space(text)), (text.to_owned(), Ok(Some(bytes))));
    }
}
