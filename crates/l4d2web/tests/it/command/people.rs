use axum::http::StatusCode;
use l4d2web::db::game_acts::ActState;

use super::Evening;

/// Names as strangers write them: the game is told a number, whatever stands there.
const NAMES: [&str; 5] =
    ["Mal", "x\"; quit; \"", "\u{1b}[2J</bdi><script>", "\u{202e};quit", "#7 1 \"Mal\" STEAM_1:1:7"];

#[tokio::test]
async fn somebody_is_thrown_out_by_number_whatever_the_name() {
    let mut evening = Evening::new().await;
    let mut otto = evening.login("otto").await;
    for (number, name) in (7..).zip(NAMES) {
        let account = number * 3;
        evening.game.joins(number, name, account);
        evening.until_humans(1).await;
        let who = 76_561_197_960_265_728 + u64::from(account);
        let list = otto.get(&evening.path("/players")).await.body;
        assert!(list.contains(&format!("/players/{who}\"")), "{list}");
        assert!(!list.contains("</bdi><script>") && !list.contains(['\u{1b}', '\u{202e}']));
        let page = otto.get(&evening.path(&format!("/players/{who}"))).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains("</bdi><script>") && !page.body.contains("/ban\""), "otto may not ban");
        let kick = evening.path(&format!("/players/{who}/kick"));
        let reply = otto.post(&kick, &[("reason", "Bad \"luck\"; quit")]).await;
        assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.body);
        assert!(evening.game.was_asked(&format!("kickid \"{number}\" \"Bad 'luck'; quit\"")));
        evening.until_humans(0).await;
    }
    assert!(evening.game.asked.borrow().iter().all(|line| !line.starts_with("quit") && !line.contains("Mal")));
    let acts = evening.acts().await;
    assert!(acts.iter().all(|act| act.state == ActState::Done && act.by.as_deref() == Some("otto")), "{acts:?}");
    let page = otto.get(&evening.path("/players")).await.body;
    assert!(page.contains("Kick Mal, because: Bad") && !page.contains("<script>"), "{page}");
}

#[tokio::test]
async fn who_is_gone_or_stays_is_told() {
    let mut evening = Evening::new().await;
    let mut otto = evening.login("otto").await;
    let path = evening.path("/players/76561197960265742/kick");
    assert_eq!(otto.script(&path, &[]).await.status, StatusCode::NOT_FOUND, "never seen here");
    evening.game.joins(7, "Mal", 14);
    evening.until_humans(1).await;
    evening.game.set(|scene| scene.clings = true);
    let reply = otto.script(&path, &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (StatusCode::CONFLICT, "The game did not throw them out."));
    evening.game.set(|scene| scene.people.clear());
    let reply = otto.script(&path, &[]).await;
    assert_eq!(reply.body, "They are not on the server any more.");
    let reply = otto.script(&path, &[("reason", &"x".repeat(121))]).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn words_reach_all_who_play() {
    let evening = Evening::new().await;
    let mut otto = evening.login("otto").await;
    let reply = otto.script(&evening.path("/say"), &[("text", " Back in 5; quit \"now\"\n")]).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.body);
    assert!(evening.game.was_asked("say \"Back in 5; quit 'now'\""));
    assert_eq!(evening.acts().await[0].result, "Said to all who play.", "the game says it back");
    for (says, state, result) in [
        ("", ActState::Done, "Told to the game, which did not say it back."),
        ("Unknown command \"say\"\n", ActState::Refused, "The game knows no “say”. Nothing was said."),
    ] {
        evening.game.set(|scene| drop(scene.says.insert("say \"Hi\"".to_owned(), says.into())));
        otto.script(&evening.path("/say"), &[("text", "Hi")]).await;
        let act = evening.acts().await.remove(0);
        assert_eq!((act.state, act.result.as_str()), (state, result));
    }
    for text in ["", &"x".repeat(121)] {
        assert_eq!(
            otto.script(&evening.path("/say"), &[("text", text)]).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}
