use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Secret;

/// How many passwords are hashed at once; each takes 19 MiB and a core for some ten milliseconds.
const AT_ONCE: usize = 2;
/// How long to wait for a turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// The shortest password that is taken, in characters.
const SHORTEST: usize = 8;
/// The longest password that is taken, in bytes.
const LONGEST: usize = 1024;

/// Hashes and checks passwords: argon2id with the library's parameters (19 MiB, 2 passes, 1 lane).
#[derive(Debug, Clone)]
pub struct Passwords {
    params: Params,
    slots: Arc<Semaphore>,
    patience: Duration,
    runs: Arc<AtomicU64>,
}

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("The password needs at least {SHORTEST} characters.")]
    Short,
    /// Too long.
    #[error("The password can have {LONGEST} bytes at most.")]
    Long,
}

/// Why a password was not hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// There was no turn in time.
    #[error("too many passwords are checked at once")]
    Busy,
    /// The operating system gave no randomness, or the runtime is going down.
    #[error("cannot hash a password: {0}")]
    Failed(String),
}

/// Checks a password that somebody wants to have.
///
/// # Errors
///
/// When it is too short or too long.
pub fn check_new(password: &Secret) -> Result<(), PasswordError> {
    let text = password.expose();
    if text.chars().count() < SHORTEST {
        return Err(PasswordError::Short);
    }
    if text.len() > LONGEST {
        return Err(PasswordError::Long);
    }
    Ok(())
}

impl Passwords {
    /// With the parameters for people.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Params::DEFAULT)
    }

    /// With the least work that the algorithm knows, for tests that make many users.
    ///
    /// # Panics
    ///
    /// Never: the parameters are in argon2's range.
    #[must_use]
    pub fn cheap() -> Self {
        #[expect(clippy::expect_used, reason = "8 KiB and one pass are argon2's minimum")]
        let params = Params::new(8, 1, 1, None).expect("argon2's minimum");
        Self::with(params)
    }

    fn with(params: Params) -> Self {
        Self { params, slots: Arc::new(Semaphore::new(AT_ONCE)), patience: PATIENCE, runs: Arc::default() }
    }

    /// How often the work of a hash was done: what tests compare to see that no refusal is cheaper than another.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// The hash of a password, as a PHC string.
    ///
    /// # Errors
    ///
    /// [`HashError`].
    pub async fn hash(&self, password: &Secret) -> Result<String, HashError> {
        let (argon2, password) = (self.argon2(), password.clone());
        let hash = move || argon2.hash_password(password.expose().as_bytes()).map(|hash| hash.to_string());
        self.run(hash).await?.map_err(|error| HashError::Failed(error.to_string()))
    }

    /// Whether `password` is the one of `hash`. Without a hash (no such user) the same work is done, and the answer is no.
    ///
    /// # Errors
    ///
    /// [`HashError`].
    pub async fn verify(&self, password: &Secret, hash: Option<&str>) -> Result<bool, HashError> {
        let Some(hash) = hash else {
            self.hash(password).await?;
            return Ok(false);
        };
        let (argon2, password, hash) = (self.argon2(), password.clone(), hash.to_owned());
        self.run(move || {
            PasswordHash::new(&hash)
                .is_ok_and(|hash| argon2.verify_password(password.expose().as_bytes(), &hash).is_ok())
        })
        .await
    }

    /// Does the work of a hash when it is its turn, which lasts until the work is done: also when nobody waits for it any more.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashError> {
        let turn = timeout(self.patience, Arc::clone(&self.slots).acquire_owned()).await;
        let turn = turn.map_err(|_| HashError::Busy)?.map_err(|error| HashError::Failed(error.to_string()))?;
        self.runs.fetch_add(1, Ordering::Relaxed);
        let work = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        work.await.map_err(|error| HashError::Failed(error.to_string()))
    }

    /// Whether `hash` was made with other parameters than are used now.
    #[must_use]
    pub fn is_outdated(&self, hash: &str) -> bool {
        PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok()).is_none_or(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost())
                != (self.params.m_cost(), self.params.t_cost(), self.params.p_cost())
        })
    }

    fn argon2(&self) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let passwords = Passwords::cheap();
        let hash = passwords.hash(&"correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(passwords.verify(&"correct horse".into(), Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&"correct horsf".into(), Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&"correct horse".into(), None).await.unwrap());
        assert!(!passwords.is_outdated(&hash));
        assert!(Passwords::new().is_outdated(&hash));
    }

    #[tokio::test]
    async fn who_hangs_up_gives_no_turn_away_before_the_work_is_done() {
        let passwords = Passwords::cheap();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let mut waiting = Box::pin(passwords.run(move || ended.recv()));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(waiting);
        assert_eq!(passwords.slots.available_permits(), AT_ONCE - 1);
        drop(end);
        let all = passwords.slots.acquire_many(u32::try_from(AT_ONCE).unwrap()).await;
        assert!(all.is_ok());
    }

    #[tokio::test]
    async fn nobody_waits_long_for_a_turn() {
        let passwords = Passwords { patience: Duration::from_millis(1), ..Passwords::cheap() };
        let _all = passwords.slots.acquire_many(u32::try_from(AT_ONCE).unwrap()).await.unwrap();
        assert!(matches!(passwords.hash(&"correct horse".into()).await, Err(HashError::Busy)));
        assert_eq!(passwords.runs(), 0);
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert_eq!(check_new(&"1234567".into()), Err(PasswordError::Short));
        assert_eq!(check_new(&"äöüäöüäö".into()), Ok(()));
        assert_eq!(check_new(&"x".repeat(1025).into()), Err(PasswordError::Long));
    }
}
