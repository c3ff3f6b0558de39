//! Passwords and tokens reach no log and no `Debug` text, and what matters about logins does.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use l4d2web::account::{BaseUrl, Secret, Token, setup_link};
use l4d2web::db;
use l4d2web::id::UserId;
use tracing_subscriber::fmt::MakeWriter;

use crate::panel::{PASSWORD, Panel};

/// What was written to the log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn the_log_tells_of_logins_and_admins_and_no_secret() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _here = tracing::subscriber::set_default(subscriber);
    let panel = Panel::new().await;
    let base: BaseUrl = "http://panel.test".parse().unwrap();
    let link = setup_link(&panel.state.db, &panel.state.clock, &base).await.unwrap().unwrap();
    let path = link.strip_prefix("http://panel.test").unwrap();
    let mut bill = panel.browser().from("192.0.2.1");
    bill.post(path, &[("name", "bill"), ("password", "first-secret"), ("password_again", "first-secret")]).await;
    bill.post("/admin/users", &[("name", "zoey"), ("password", PASSWORD)]).await;
    let mut zoey = panel.login("zoey").await;
    zoey.post("/login", &[("name", "zoey"), ("password", "typed-secret")]).await;
    panel.browser().from("192.0.2.9").post("/login", &[("name", "secret-as-name"), ("password", "typed-secret")]).await;
    zoey.post(
        "/profile/password",
        &[("current_password", PASSWORD), ("new_password", "second-secret"), ("confirm_new_password", "second-secret")],
    )
    .await;
    bill.post("/admin/users/2/password", &[("password", "third-secret")]).await;
    bill.post("/admin/users/2/admin", &[("admin", "yes")]).await;
    bill.post("/admin/users/2/admin", &[("admin", "no")]).await;
    bill.post("/admin/users/2/deactivate", &[]).await;
    bill.post("/admin/users/2/activate", &[]).await;
    bill.post("/admin/users/2/delete", &[("name", "zoey")]).await;
    bill.post("/logout", &[]).await;
    let text = log.text();
    for told in [
        "the first user was made by the setup link user=bill address=192.0.2.1",
        "made a user by=\"bill\" user=zoey",
        "logged in user=\"zoey\"",
        "a login was refused user=\"zoey\"",
        "a login was refused user=\"(unknown)\" address=192.0.2.9",
        "changed their password user=\"zoey\"",
        "gave a user another password by=\"bill\" user=\"zoey\"",
        "made a user an admin by=\"bill\" user=\"zoey\"",
        "made an admin a user by=\"bill\" user=\"zoey\"",
        "deactivated a user by=\"bill\" user=\"zoey\"",
        "activated a user by=\"bill\" user=\"zoey\"",
        "deleted a user by=\"bill\" user=\"zoey\"",
        "logged out user=\"bill\"",
    ] {
        assert!(text.contains(told), "{told} in\n{text}");
    }
    let cookie = zoey.cookie("left4me").unwrap();
    for secret in ["-secret", "secret-as-name", PASSWORD, "$argon2", cookie, path] {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
}

#[tokio::test]
async fn debug_texts_hold_no_secret() {
    let panel = Panel::with(&[("LEFT4ME_ADMIN_PASSWORD", "typed-secret")]).await;
    panel.user("zoey").await;
    let user = db::users::find(&panel.state.db, UserId(1)).await.unwrap().unwrap();
    let token = Token::random();
    let texts = format!(
        "{:?} {:?} {token:?} {user:?} {:?} {:?}",
        panel.state.config,
        Secret::from("typed-secret"),
        l4d2web::account::FormToken::of(&token),
        panel.state.sessions,
    );
    for secret in ["typed-secret", token.expose(), "$argon2", &l4d2web::account::FormToken::of(&token).to_string()] {
        assert!(!texts.contains(secret), "{secret} in {texts}");
    }
}
