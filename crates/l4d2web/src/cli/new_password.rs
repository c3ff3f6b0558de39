//! Where the verbs for users have a password from: the variable `LEFT4ME_ADMIN_PASSWORD`, or a person at a terminal.

use anyhow::{Context as _, bail};

use crate::account::{Secret, check_new};
use crate::config::Config;

/// The password to set. A person types it twice; it is not shown.
pub(super) fn new_password(config: &Config) -> anyhow::Result<Secret> {
    choose(config.admin_password.as_ref(), |prompt| {
        rpassword::prompt_password(prompt).context(
            "cannot ask for a password, since there is no terminal: set the variable LEFT4ME_ADMIN_PASSWORD instead",
        )
    })
}

fn choose(given: Option<&Secret>, mut ask: impl FnMut(&str) -> anyhow::Result<String>) -> anyhow::Result<Secret> {
    if let Some(given) = given {
        check_new(given).context("LEFT4ME_ADMIN_PASSWORD is not taken")?;
        return Ok(given.clone());
    }
    let password = Secret::from(ask("Password (8 characters at least, not shown): ")?);
    check_new(&password)?;
    if password != Secret::from(ask("The same once more: ")?) {
        bail!("the two passwords differ; nothing was changed");
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::given(Some("correct horse"), &[], Ok("correct horse"))]
    #[case::given_short(Some("horse"), &[], Err("LEFT4ME_ADMIN_PASSWORD is not taken: The password needs at least 8 characters."))]
    #[case::typed(None, &["correct horse", "correct horse"], Ok("correct horse"))]
    #[case::typed_short(None, &["horse"], Err("The password needs at least 8 characters."))]
    #[case::typed_differently(None, &["correct horse", "correct hose"], Err("the two passwords differ; nothing was changed"))]
    fn a_password(#[case] given: Option<&str>, #[case] typed: &[&str], #[case] chosen: Result<&str, &str>) {
        let mut typed = typed.iter();
        let got = choose(given.map(Secret::from).as_ref(), |_| Ok((*typed.next().unwrap()).to_owned()));
        assert_eq!(got.map_err(|error| format!("{error:#}")), chosen.map(Secret::from).map_err(str::to_owned));
        assert!(typed.next().is_none(), "everything that was typed was read");
    }
}
