use anyhow::Context as _;
use clap::Args;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::job_logs::{self, Logs};
use crate::db::{self, Db};

/// How many jobs lose their logs in one transaction, so that others can write in between.
const AT_ONCE: u32 = 50;

/// Removes the logs of old jobs, also while the panel runs; the jobs themselves stay
#[derive(Debug, Args)]
pub(super) struct Prune {
    /// Of jobs that ended longer ago than this: a number and `d` (days) or `w` (weeks), as in 90d
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: i64,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

impl Prune {
    pub(super) async fn run(self, config: &Config) -> anyhow::Result<()> {
        let path = &config.database;
        anyhow::ensure!(path.exists(), "there is no database {} (DATABASE_URL)", path.display());
        let db = Db::open(path).await?;
        db::migrate(&db).await?;
        let before = Clock::system().now().saturating_sub(self.older_than);
        let Logs { jobs, lines } = job_logs::count_before(&db, before).await.context("the logs cannot be counted")?;
        let (jobs, lines) = (counted(jobs, "job"), counted(lines, "line"));
        if self.dry_run {
            println!("would remove the logs of {jobs} ({lines}); nothing was removed");
        } else {
            while job_logs::remove_before(&db, before, AT_ONCE).await.context("logs cannot be removed")? > 0 {}
            println!("removed the logs of {jobs} ({lines})");
        }
        db.close().await;
        Ok(())
    }
}

fn counted(number: i64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// An age in seconds.
fn age(text: &str) -> Result<i64, String> {
    let refused = || "a number and d (days) or w (weeks) is taken, as in 90d".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(refused)?;
    let day = match unit {
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => return Err(refused()),
    };
    let number: u32 = number.parse().map_err(|_| refused())?;
    Ok(i64::from(number) * day)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::age;

    #[rstest]
    #[case("90d", Some(7_776_000))]
    #[case("2w", Some(1_209_600))]
    #[case("0d", Some(0))]
    #[case("90", None)]
    #[case("d", None)]
    #[case("", None)]
    #[case("-1d", None)]
    #[case("1m", None)]
    #[case("9ä", None)]
    fn ages(#[case] text: &str, #[case] seconds: Option<i64>) {
        assert_eq!(age(text).ok(), seconds);
    }
}
