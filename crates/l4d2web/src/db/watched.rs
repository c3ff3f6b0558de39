//! What the watch stores of servers in the table `servers`: what they do by themselves.

use crate::db::servers::Desired;
use crate::db::{Db, Result};
use crate::id::ServerId;

/// A server as the watch sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Key.
    pub id: ServerId,
    /// What should be.
    pub desired: Desired,
    /// The host's last answer (JSON).
    pub status: Option<String>,
    /// The word for its state in that answer.
    pub state: Option<String>,
    /// Whether the host has ever answered.
    pub asked: bool,
    /// Since when its state is not the desired one, Unix seconds.
    pub drift_seen_at: Option<i64>,
    /// Whether a job on it waits or runs.
    pub busy: bool,
}

/// All servers, or the one that is given.
pub async fn watched(db: &Db, one: Option<ServerId>) -> Result<Vec<Watched>> {
    sqlx::query_as!(
        Watched,
        r#"SELECT id AS "id!: ServerId", desired AS "desired: Desired", status,
                  CASE WHEN json_valid(status) THEN json_extract(status, '$.state') END AS "state: String",
                  status_at IS NOT NULL AS "asked!: bool", drift_seen_at,
                  EXISTS (SELECT 1 FROM jobs WHERE jobs.server_id = servers.id AND jobs.state IN ('queued', 'running', 'cancelling'))
                      AS "busy!: bool"
           FROM servers WHERE ?1 IS NULL OR id = ?1"#,
        one
    )
    .fetch_all(db.read())
    .await
}

/// Stores a new answer of the host in the place of the one that `before` has; none when the host does not know the server. Says whether it
/// did: not when somebody else has stored one meanwhile.
pub async fn set_status(db: &Db, before: &Watched, status: Option<&str>, at: i64) -> Result<bool> {
    let done = sqlx::query!(
        "UPDATE servers SET status = ?, status_at = ? WHERE id = ? AND status IS ?",
        status,
        at,
        before.id,
        before.status
    )
    .execute(db.write())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Stores since when a server's state is not the desired one.
pub async fn set_drift(db: &Db, id: ServerId, seen_at: Option<i64>) -> Result<()> {
    sqlx::query!("UPDATE servers SET drift_seen_at = ? WHERE id = ?", seen_at, id).execute(db.write()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::migrate;

    async fn now(db: &Db) -> Watched {
        watched(db, Some(ServerId(1))).await.unwrap().remove(0)
    }

    /// Two ask at the same time; whoever comes last with an older answer has to ask again.
    #[tokio::test]
    async fn an_answer_does_not_replace_one_that_was_stored_after_its_question() {
        let root = tempfile::tempdir().unwrap();
        let db = Db::open(&root.path().join("left4me.db")).await.unwrap();
        migrate(&db).await.unwrap();
        let rows = "INSERT INTO users (name, password_hash, password_changed_at, created_at) VALUES ('zoey', '', 0, 0);
            INSERT INTO blueprints (owner_id, name, created_at, updated_at) VALUES (1, 'b', 0, 0);
            INSERT INTO servers (owner_id, blueprint_id, name, port, rcon_password, created_at, updated_at)
                VALUES (1, 1, 's', 27015, '', 0, 0);";
        sqlx::raw_sql(rows).execute(db.write()).await.unwrap();
        let (starting, running) = (Some(r#"{"state":"starting"}"#), Some(r#"{"state":"running"}"#));

        // From nothing, as a first answer; then that the host does not know it any more; and between two words.
        for (stored, newer, older) in [(None, running, starting), (running, None, starting), (starting, running, None)]
        {
            let before = now(&db).await;
            assert!(set_status(&db, &before, stored, 1).await.unwrap());
            let (slow, quick) = (now(&db).await, now(&db).await);
            assert!(set_status(&db, &quick, newer, 2).await.unwrap());
            assert!(!set_status(&db, &slow, older, 3).await.unwrap(), "{stored:?} {newer:?} {older:?}");
            assert_eq!(now(&db).await.status.as_deref(), newer);
            let again = now(&db).await;
            assert!(set_status(&db, &again, older, 4).await.unwrap(), "who asks again stores what is true now");
            assert_eq!(now(&db).await.status.as_deref(), older);
        }
        let gone = Watched { id: ServerId(2), ..now(&db).await };
        assert!(!set_status(&db, &gone, running, 5).await.unwrap());
    }
}
