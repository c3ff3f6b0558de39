use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context as _;
use clap::Args;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::dev::{Sources, seed};
use crate::{assets, config::Config};

/// Runs the panel for work on it: no root, state below target/dev, against a scripted l4d2ctl, everything reloaded on save
///
/// Style sheets and scripts take effect when they are saved. Templates and Rust are compiled: when one is saved the panel is built and started
/// anew, and open pages load again by themselves; what does not compile leaves the old panel running.
#[derive(Debug, Args)]
pub(super) struct Dev {
    /// Serve what is built, without watching the sources
    #[arg(long)]
    once: bool,
    /// Begin with an empty database
    #[arg(long)]
    fresh: bool,
}

impl Dev {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let checkout = checkout()?;
        let root = checkout.join("target/dev");
        if self.fresh && root.exists() {
            std::fs::remove_dir_all(&root).with_context(|| format!("cannot empty {}", root.display()))?;
        }
        std::fs::create_dir_all(&root).with_context(|| format!("cannot make {}", root.display()))?;
        if self.once { serve(&checkout, &root).await } else { watch(&checkout).await }
    }
}

/// The repository that this program was built from.
fn checkout() -> anyhow::Result<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    path.canonicalize().with_context(|| format!("{} is not there: dev runs where it was built", path.display()))
}

/// Serves from the checkout.
async fn serve(checkout: &Path, root: &Path) -> anyhow::Result<()> {
    assets::from_disk(checkout.join("crates/l4d2web/assets"));
    let config = Config::for_dev(root, &checkout.join("target/debug/examples/l4d2ctl"))?;
    let at = format!("http://{}/", config.listen);
    seed(&config).await?;
    eprintln!("dev: {at}  log in as admin or player2, password {:?}; components: {at}dev/kit", seed::PASSWORD);
    super::serve::Serve {}.run(config).await
}

/// Builds and runs the panel, again after each save, until Ctrl-C.
async fn watch(checkout: &Path) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut sources = Sources::below(&checkout.join("crates/l4d2web"));
    let mut panel: Option<Child> = None;
    loop {
        if build(checkout).await? {
            if let Some(running) = panel.take() {
                end(running).await?;
            }
            panel = Some(start(checkout)?);
        } else {
            eprintln!("dev: that does not compile; waiting for the next save");
        }
        tokio::select! {
            () = sources.changed() => eprintln!("dev: saved, building"),
            _ = interrupt.recv() => {
                if let Some(running) = panel.take() {
                    end(running).await?;
                }
                return Ok(());
            }
        }
    }
}

/// Whether the panel and the scripted l4d2ctl could be built.
async fn build(checkout: &Path) -> anyhow::Result<bool> {
    let status = Command::new("cargo")
        .args(["build", "--quiet", "--package", "l4d2web", "--bin", "l4d2web", "--example", "l4d2ctl"])
        .current_dir(checkout)
        .stdin(Stdio::null())
        .status()
        .await
        .context("cannot run cargo")?;
    Ok(status.success())
}

fn start(checkout: &Path) -> anyhow::Result<Child> {
    let binary = checkout.join("target/debug/l4d2web");
    Command::new(&binary)
        .args(["dev", "--once"])
        .current_dir(checkout)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot run {}", binary.display()))
}

/// Ends a panel as its unit would, and waits for it.
async fn end(mut panel: Child) -> anyhow::Result<()> {
    if let Some(pid) = panel.id().and_then(|pid| i32::try_from(pid).ok()) {
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGTERM);
    }
    panel.wait().await.context("cannot wait for the panel")?;
    Ok(())
}
