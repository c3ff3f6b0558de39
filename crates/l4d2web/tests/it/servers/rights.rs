use rstest::rstest;

use super::{make, panel};

/// Each verb for each kind of reader: what it answers.
#[rstest]
#[case("GET", "settings", [200, 200, 403, 404, 403])]
#[case("POST", "settings", [422, 422, 403, 404, 403])]
#[case("POST", "start", [303, 303, 303, 404, 403])]
#[case("POST", "restart", [409, 409, 409, 404, 403])]
#[case("POST", "stop", [409, 409, 409, 404, 409])]
#[case("POST", "reset", [303, 303, 403, 404, 403])]
#[case("POST", "accept", [409, 409, 409, 404, 409])]
#[case("POST", "delete", [422, 403, 403, 404, 422])]
#[case("POST", "share", [422, 403, 403, 404, 403])]
#[case("POST", "share/9/remove", [303, 403, 403, 404, 403])]
#[case("POST", "hand-over", [422, 403, 403, 404, 422])]
#[tokio::test]
async fn each_role_may_do_its_part(#[case] method: &str, #[case] verb: &str, #[case] expected: [u16; 5]) {
    let mut answers = Vec::new();
    for who in ["zoey", "manager", "operator", "other", "admin"] {
        let (panel, mut zoey) = panel().await;
        let id = make(&mut zoey, "Alpha").await;
        for (name, role) in [("manager", Some("manage")), ("operator", Some("operate")), ("other", None)] {
            let user = panel.user(name).await;
            if let Some(role) = role {
                panel.grant(id, user, role).await;
            }
        }
        panel.admin("admin").await;
        let mut browser = panel.login(who).await;
        let path = format!("/servers/1/{verb}");
        let reply = if method == "GET" { browser.get(&path).await } else { browser.post(&path, &[]).await };
        answers.push(reply.status.as_u16());
    }
    assert_eq!(answers, expected);
}
