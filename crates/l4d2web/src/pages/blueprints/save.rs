use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::{Extension, Form};

use super::create::taken;
use super::page::{self, BlueprintPage};
use crate::blueprints::{Move, Stack, check_arguments, check_config, parse_name};
use crate::db;
use crate::db::blueprints::{Draft, Saved};
use crate::id::{OverlayId, UserId};
use crate::live::Change;
use crate::overlays::overlap;
use crate::pages::fields::{Fields, Sent};
use crate::pages::kit::Field;
use crate::pages::{PageError, PageResult, Shell, go};
use crate::routes::BlueprintAccess;
use crate::state::AppState;

/// The most overlays of a blueprint: with the game they make the 500 layers that the kernel takes.
const OVERLAYS_MAX: usize = 499;
/// The most overlays that a form can have; one with a few too many comes back with what is wrong.
const PLACES_MAX: usize = OVERLAYS_MAX + 100;

/// Saves a blueprint; or, by a button of its list of overlays, shows the form with that list changed and nothing saved.
pub async fn save(
    State(state): State<AppState>,
    Extension(mut access): Extension<BlueprintAccess>,
    shell: Shell,
    Form(sent): Form<Sent>,
) -> PageResult {
    let fields = Fields(&sent);
    let places = |name| fields.keys::<OverlayId>(name).len();
    if places("overlay").max(places("expose")) > PLACES_MAX {
        return Err(PageError::Unprocessable(format!("A server takes {OVERLAYS_MAX} overlays.")));
    }
    let mut form = read(fields);
    if let Some(step) = step(fields) {
        form.stack.apply(step);
        return Ok(BlueprintPage::load(&state, shell, access, Some(form)).await?.into_response());
    }
    let id = access.blueprint.id;
    let name = check(&state, &shell, &access, &mut form).await?;
    if !form.is_bad() {
        let draft =
            Draft { name: &name, arguments: &form.arguments.value, config: &form.config.value, stack: &form.stack };
        match db::blueprints::update(&state.db, id, draft, form.seen, state.clock.now()).await {
            Err(error) if db::is_duplicate(&error) => form.name = form.name.refused(taken(&name)),
            Ok(Saved::Newer) => {
                access.blueprint = db::blueprints::find(&state.db, id).await?.ok_or(PageError::NotFound)?;
                let newer = page::newer(&state, &access.blueprint).await?;
                form.seen = access.blueprint.updated_at;
                let mut page = BlueprintPage::load(&state, shell, access, Some(form)).await?;
                page.newer = Some(newer);
                return Ok((StatusCode::CONFLICT, page).into_response());
            }
            saved => {
                saved?;
                state.bus.send(Change::Blueprint(id));
                return Ok(go(&shell, &format!("/blueprints/{id}?saved=1")));
            }
        }
    }
    let page = BlueprintPage::load(&state, shell, access, Some(form)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn read(fields: Fields<'_>) -> page::Form {
    page::Form {
        seen: fields.get("seen").parse().unwrap_or_default(),
        name: Field::new("name", fields.get("name")),
        arguments: Field::new("arguments", fields.lines("arguments")),
        config: Field::new("config", fields.lines("config")),
        stack: Stack::of(&fields.keys("overlay"), &fields.keys("expose")),
        fault: None,
    }
}

/// What a button other than Save asks for.
fn step(fields: Fields<'_>) -> Option<Move> {
    let moved = || Move::parse(fields.get("move"));
    let dropped = || fields.key("drop").map(Move::Drop);
    let added = || if fields.has("add") { fields.key("new").map(Move::Add) } else { None };
    moved().or_else(dropped).or_else(added)
}

/// Refuses what cannot be saved, in the form; gives the name.
async fn check(state: &AppState, shell: &Shell, access: &BlueprintAccess, form: &mut page::Form) -> PageResult<String> {
    let name = parse_name(&form.name.value);
    form.name.error = name.as_ref().err().cloned();
    form.arguments.error = check_arguments(&form.arguments.value).err();
    form.config.error = check_config(&form.config.value).err();
    let me = shell.user.as_ref().map_or(UserId(0), |user| user.id);
    form.fault = check_stack(state, me, access, &form.stack).await?;
    Ok(name.unwrap_or_default())
}

async fn check_stack(
    state: &AppState,
    me: UserId,
    access: &BlueprintAccess,
    stack: &Stack,
) -> PageResult<Option<String>> {
    if stack.0.len() > OVERLAYS_MAX {
        let over = stack.0.len() - OVERLAYS_MAX;
        return Ok(Some(format!("A server takes {OVERLAYS_MAX} overlays. Take {over} out.")));
    }
    let visible = db::overlays::visible(&state.db, me).await?;
    let used = db::blueprints::overlays(&state.db, access.blueprint.id).await?;
    let mut known: Vec<(OverlayId, String, String)> =
        visible.into_iter().map(|overlay| (overlay.id, overlay.name, overlay.reference)).collect();
    known.extend(used.into_iter().map(|overlay| (overlay.id, overlay.name, overlay.reference)));
    let mut chosen: Vec<&(OverlayId, String, String)> = Vec::new();
    for place in &stack.0 {
        let Some(overlay) = known.iter().find(|(id, ..)| *id == place.overlay) else {
            return Ok(Some("One of the overlays is gone. Take it out by loading the page anew.".to_owned()));
        };
        if let Some(other) = chosen.iter().find(|other| overlap(&other.2, &overlay.2)) {
            return Ok(Some(format!(
                "“{}” and “{}” lie one inside the other ({} and {}). Keep one of them.",
                other.1, overlay.1, other.2, overlay.2
            )));
        }
        chosen.push(overlay);
    }
    Ok(None)
}
