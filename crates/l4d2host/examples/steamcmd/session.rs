//! Runs the commands of a command line, in order.

use std::fs;
use std::io::BufRead;
use std::path::PathBuf;
use std::thread;

use crate::appinfo;
use crate::counter;
use crate::failure::Failure;
use crate::orders::{Orders, Switch};
use crate::pause;
use crate::place::Place;
use crate::screen::Screen;
use crate::script::Command;
use crate::tree::Platform;
use crate::update::Update;

/// The only app that there is.
pub(crate) const APP: &str = "222860";

/// What the commands so far have set.
pub(crate) struct Session<'a> {
    place: &'a Place,
    orders: &'a Orders,
    screen: &'a Screen,
    platform: Platform,
    directory: PathBuf,
    account: Option<String>,
    shutdown_on_failure: bool,
    app_info_asked: bool,
}

impl<'a> Session<'a> {
    /// A session before its first command.
    pub(crate) fn new(place: &'a Place, orders: &'a Orders, screen: &'a Screen) -> Self {
        let directory = place.steam().join("steamapps/common/Left 4 Dead 2 Dedicated Server");
        Self {
            place,
            orders,
            screen,
            platform: Platform::Linux,
            directory,
            account: None,
            shutdown_on_failure: false,
            app_info_asked: false,
        }
    }

    /// Runs them all; the result is the exit code.
    pub(crate) fn run(mut self, script: &[Command]) -> u8 {
        self.screen.line("Steam Console Client (c) Valve Corporation - version 1782532820");
        self.screen.line("-- type 'quit' to exit --");
        self.screen.reset_line("Loading Steam API...OK");
        self.screen.line("");
        for command in script {
            if *command == Command::Quit {
                return self.quit();
            }
            if let Err(failure) = self.obey(command) {
                self.screen.line(&failure.line());
                if self.shutdown_on_failure {
                    return if self.orders.has(Switch::ExitZero) { 0 } else { failure.code() };
                }
            }
        }
        self.prompt()
    }

    fn obey(&mut self, command: &Command) -> Result<(), Failure> {
        match command {
            Command::ShutdownOnFailure(on) => self.shutdown_on_failure = *on,
            Command::Platform(platform) => self.platform = *platform,
            Command::Variable | Command::Quit => {}
            Command::ForceInstallDir(_) if self.account.is_some() => return Err(Failure::DirectoryAfterLogin),
            Command::ForceInstallDir(directory) => self.directory.clone_from(directory),
            Command::Login(name) => self.login(name)?,
            Command::AppUpdate { app, validate } => return self.app_update(app, *validate),
            Command::AppInfoUpdate => self.app_info_asked = true,
            Command::AppInfoPrint(app) => self.app_info_print(app)?,
        }
        Ok(())
    }

    fn login(&mut self, name: &str) -> Result<(), Failure> {
        pause::before("login", self.place, self.orders, self.screen, self.platform, &self.directory);
        if name == "anonymous" {
            self.screen.part("Connecting anonymously to Steam Public...");
        } else {
            self.screen.part(&format!("Logging in user '{name}' to Steam Public..."));
        }
        if let Some(failure) = self.ordered(|failure| matches!(failure, Failure::Login(_))) {
            return Err(failure);
        }
        self.screen.line("OK");
        self.screen.reset_line("Waiting for client config...OK");
        self.screen.part("\u{1b}[0mWaiting for user info...OK");
        // The end of this line comes late at times: in the windows pass the next line is glued to it.
        if self.platform == Platform::Linux {
            self.screen.line("");
        }
        self.account = Some(name.to_owned());
        if self.orders.hang.is_some_and(|pass| pass.covers(self.platform)) {
            self.screen.flush();
            loop {
                thread::park();
            }
        }
        Ok(())
    }

    fn app_update(&self, app: &str, validate: bool) -> Result<(), Failure> {
        let Some(account) = &self.account else { return Err(Failure::Login("ERROR! Not logged on.")) };
        if app != APP {
            return Err(Failure::StandIn(format!("it only has app {APP}, not {app}")));
        }
        if let Some(failure) = self.ordered(|failure| matches!(failure, Failure::Install(_) | Failure::AppInfoTimeout))
        {
            return Err(failure);
        }
        let interruption = self.ordered(|failure| matches!(failure, Failure::State(_)));
        let update = Update {
            place: self.place,
            orders: self.orders,
            screen: self.screen,
            platform: self.platform,
            directory: &self.directory,
            anonymous: account == "anonymous",
            interruption,
        };
        update.run(validate)
    }

    /// The failure that was ordered for this pass, if it is of this kind and has not happened often enough.
    fn ordered(&self, kind: impl Fn(&Failure) -> bool) -> Option<Failure> {
        let order = self.orders.failures.iter().find(|order| {
            kind(&order.failure)
                && order.pass.covers(self.platform)
                && counter::still_fails(self.place, self.orders, order)
        });
        order.map(|order| order.failure.clone())
    }

    /// Serves the cached answer as long as there is one, however old it is.
    fn app_info_print(&self, app: &str) -> Result<(), Failure> {
        if self.account.is_none() {
            return Err(Failure::Login("ERROR! Not logged on."));
        }
        let cache = self.place.appinfo();
        let cached = fs::read_to_string(&cache).ok().and_then(|text| text.trim().parse().ok());
        if app != APP || (cached.is_none() && !self.app_info_asked) {
            self.screen.line(&format!("No app info for AppID {app} found, requesting..."));
            return Ok(());
        }
        let build = cached.unwrap_or(self.orders.latest());
        appinfo::remember(&cache, build);
        if self.platform == Platform::Windows {
            self.screen.line("");
        }
        self.screen
            .line(&format!("AppID : {APP}, change number : 31415926/0, last change : Wed Nov 18 10:21:33 2026 "));
        self.screen.line(&appinfo::app_info(build));
        Ok(())
    }

    fn quit(&self) -> u8 {
        if self.account.is_some() {
            self.screen.line("\u{1b}[0mUnloading Steam API...OK");
        }
        0
    }

    /// Without `+quit` steamcmd stays at its prompt.
    fn prompt(&self) -> u8 {
        self.screen.part("\u{1b}[1m\nSteam>");
        self.screen.flush();
        for line in std::io::stdin().lock().lines() {
            match line.as_deref().map(str::trim) {
                Ok("quit" | "exit") | Err(_) => break,
                Ok(other) => self.screen.part(&format!("Command not found: {other}\n\nSteam>")),
            }
            self.screen.flush();
        }
        self.quit()
    }
}
