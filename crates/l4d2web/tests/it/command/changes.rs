use axum::http::StatusCode;
use l4d2web::db::game_acts::ActState;

use super::Evening;

#[tokio::test]
async fn a_change_is_waited_for_and_read_back() {
    let mut evening = Evening::new().await;
    let mut otto = evening.login("otto").await;
    let page = otto.get(&evening.path("/players")).await.body;
    assert!(page.contains("<option value=\"c1m1_hotel\" selected>Dead Center 1, The Hotel"), "{page}");
    evening.game.answers.send_replace(false);
    let wish = [("map", "c2m1_highway"), ("mode", "versus"), ("difficulty", "Impossible")];
    let reply = otto.post(&evening.path("/game"), &wish).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER);
    let act = evening.acts().await.remove(0);
    assert_eq!((act.state, act.by.as_deref()), (ActState::Running, Some("otto")));
    assert_eq!(act.what, "Change to Dark Carnival 1, The Highway (c2m1_highway), Versus, Expert");
    assert!(otto.get(&evening.path("/players")).await.body.contains("Change to Dark Carnival 1"));
    // A second one is told that it is not alone.
    let second = otto.script(&evening.path("/game"), &[("map", "c2m2_fairgrounds")]).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    assert!(second.body.starts_with("Another change is under way: Change to Dark Carnival 1"), "{}", second.body);
    evening.game.answers.send_replace(true);
    let act = evening.until_ended().await;
    assert_eq!((act.state, act.result.as_str()), (ActState::Done, "Now on c2m1_highway, Versus, Expert"));
    let scene = evening.game.scene();
    assert_eq!((scene.map.as_str(), scene.mode.as_str()), ("c2m1_highway", "versus"));
    let page = otto.get(&evening.path("/players")).await.body;
    assert!(page.contains("Now on c2m1_highway, Versus, Expert</span> <span class=\"sub\">read back"), "{page}");
    assert_eq!(otto.post(&evening.path("/game"), &[("map", "c2m2_fairgrounds")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(evening.until_ended().await.result, "Now on c2m2_fairgrounds, Versus, Expert");
}

#[tokio::test]
async fn a_map_that_the_game_does_not_have_is_told_and_nothing_is_changed() {
    let mut evening = Evening::new().await;
    let mut otto = evening.login("otto").await;
    otto.post(&evening.path("/game"), &[("map", "c1m1_hotel"), ("other", "Nowhere"), ("mode", "versus")]).await;
    let act = evening.until_ended().await;
    assert_eq!((act.state, act.result.as_str()), (ActState::Refused, "The game has no map “nowhere”."));
    let scene = evening.game.scene();
    assert_eq!((scene.map.as_str(), scene.mode.as_str()), ("c1m1_hotel", "coop"), "the mode is put back");
    assert!(otto.get(&evening.path("/players")).await.body.contains("The game has no map “nowhere”."));
}

#[tokio::test]
async fn what_the_game_keeps_is_told() {
    let mut evening = Evening::new().await;
    let mut otto = evening.login("otto").await;
    evening.game.set(|scene| scene.keeps = vec!["z_difficulty"]);
    let wish = [("map", "c2m1_highway"), ("mode", "versus"), ("difficulty", "Hard")];
    otto.post(&evening.path("/game"), &wish).await;
    let act = evening.until_ended().await;
    assert_eq!(act.result, "The game keeps Normal in place of Advanced. Nothing was changed.");
    assert_eq!((act.state, evening.game.scene().mode.as_str()), (ActState::Refused, "coop"));

    evening.game.set(|scene| (scene.keeps, scene.mode_of_config) = (Vec::new(), Some("realism".to_owned())));
    otto.post(&evening.path("/game"), &wish).await;
    let act = evening.until_ended().await;
    assert_eq!(act.state, ActState::Refused);
    assert!(act.result.starts_with("Now on c2m1_highway, but with Realism in place of Versus"), "{}", act.result);

    evening.game.set(|scene| scene.stays = true);
    otto.post(&evening.path("/game"), &[("map", "c2m2_fairgrounds")]).await;
    let act = evening.until_ended().await;
    assert_eq!(act.result, "The game stays on c2m1_highway: it did not take c2m2_fairgrounds.");
}

/// The map of before and after is the same: only what the game sets when a map begins tells.
#[tokio::test]
async fn the_same_map_counts_when_it_was_loaded_anew() {
    let mut evening = Evening::new().await;
    let mut otto = evening.login("otto").await;
    let again = [("map", "c1m1_hotel"), ("mode", "versus")];
    otto.post(&evening.path("/game"), &again).await;
    let act = evening.until_ended().await;
    assert_eq!((act.state, act.result.as_str()), (ActState::Done, "Now on c1m1_hotel, Versus, Normal"));
    assert!(evening.game.was_asked("hostname \"A scripted game \""));
    assert_eq!(evening.game.scene().hostname, "A scripted game");

    evening.game.set(|scene| scene.stays = true);
    otto.post(&evening.path("/game"), &[("map", "c1m1_hotel"), ("mode", "coop")]).await;
    let act = evening.until_ended().await;
    assert_eq!(act.state, ActState::Refused);
    assert_eq!(act.result, "The game stays on c1m1_hotel: it was not seen to load it anew.");
    let scene = evening.game.scene();
    assert_eq!((scene.mode.as_str(), scene.hostname.as_str()), ("versus", "A scripted game"), "all is put back");
}

#[tokio::test]
async fn a_reply_that_is_lost_does_not_end_the_wait() {
    let mut evening = Evening::new().await;
    let mut otto = evening.login("otto").await;
    evening.game.set(|scene| scene.hangs_up = true);
    for map in ["c2m1_highway", "c2m1_highway", "c1m1_hotel"] {
        otto.post(&evening.path("/game"), &[("map", map)]).await;
        let act = evening.until_ended().await;
        assert_eq!((act.state, act.result), (ActState::Done, format!("Now on {map}, Co-op, Normal")));
    }
}

#[tokio::test]
async fn a_difficulty_takes_hold_without_another_map() {
    let mut evening = Evening::new().await;
    let mut otto = evening.login("otto").await;
    let only =
        |difficulty| [("map", "c2m1_highway"), ("mode", "versus"), ("difficulty", difficulty), ("only", "difficulty")];
    let reply = otto.post(&evening.path("/game"), &only("Hard")).await;
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
    let act = evening.until_ended().await;
    assert_eq!((act.what.as_str(), act.state), ("Set the difficulty to Advanced", ActState::Done));
    assert_eq!(act.result, "Now Advanced, on c1m1_hotel as before");
    let scene = evening.game.scene();
    assert_eq!((scene.difficulty.as_str(), scene.mode.as_str()), ("Hard", "coop"));
    evening.game.set(|scene| scene.keeps = vec!["z_difficulty"]);
    otto.post(&evening.path("/game"), &only("Easy")).await;
    let act = evening.until_ended().await;
    assert_eq!(act.result, "The game keeps Advanced in place of Easy. Nothing was changed.");
    assert!(evening.game.asked.borrow().iter().all(|line| !line.starts_with("changelevel")));
    let reply = otto.post(&evening.path("/game"), &only("")).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.body.contains("Choose Easy, Normal, Advanced or Expert."), "{}", reply.body);
}

#[tokio::test]
async fn a_chapter_without_the_mode_is_refused_in_the_form() {
    let evening = Evening::new().await;
    let mut otto = evening.login("otto").await;
    for (map, other, mode, says) in [
        ("c2m3_coaster", "", "scavenge", "Dark Carnival 3 has no Scavenge. It has Co-op, Realism, Versus."),
        ("c2m3_coaster", "a b", "", "No map: a map is named by"),
        ("", "", "", "No map: a map is named by"),
        ("c2m3_coaster", "", "a;quit", "A mode has a name"),
    ] {
        let fields = [("map", map), ("other", other), ("mode", mode)];
        for reply in
            [otto.script(&evening.path("/game"), &fields).await, otto.post(&evening.path("/game"), &fields).await]
        {
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(reply.body.contains(says) && reply.body.contains("aria-invalid"), "{says}: {}", reply.body);
        }
    }
    assert!(evening.acts().await.is_empty());
}

#[tokio::test]
async fn a_server_that_is_stopped_meanwhile_ends_the_wait() {
    let mut evening = Evening::new().await;
    evening.game.set(|scene| scene.stays = true);
    let state = evening.looking.panel.state.clone();
    let patience = state.controls.changes.patience();
    state
        .controls
        .changes
        .set_patience(l4d2web::command::change::Patience { stays: std::time::Duration::from_mins(10), ..patience });
    evening.login("otto").await.post(&evening.path("/game"), &[("map", "c2m1_highway")]).await;
    evening.game.until_asked("changelevel \"c2m1_highway\"").await;
    evening.looking.is_down(evening.server).await;
    let act = evening.until_ended().await;
    assert_eq!(act.state, ActState::Failed);
    assert_eq!(act.result, "It was stopped or started anew before the map was there.");
}

#[tokio::test]
async fn what_was_under_way_when_the_panel_ended_is_told() {
    let evening = Evening::new().await;
    let state = &evening.looking.panel.state;
    let kind = l4d2web::db::game_acts::ActKind::Change;
    l4d2web::db::game_acts::begin(&state.db, evening.server, None, kind, "Change to x", 1).await.unwrap();
    l4d2web::command::act::recover(state).await.unwrap();
    let act = evening.acts().await.remove(0);
    assert!(act.state == ActState::Failed && act.result.starts_with("The panel was ended meanwhile"), "{act:?}");
}
