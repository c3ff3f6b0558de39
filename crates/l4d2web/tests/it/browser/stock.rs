//! Something to look at: overlays, blueprints and servers with ordinary, long and awkward names.

use l4d2web::clock::Clock;
use l4d2web::db::{Db, player_sessions, server_samples};
use l4d2web::game::SteamId;
use l4d2web::id::ServerId;
use l4d2web::play::history::{Figures, Sample};
use l4d2web::play::stays::{Stay, Step};
use serde_json::json;

use super::{Chrome, Site};

/// The longest name that anybody would give, and one without a place to break.
const LONG: &str = "Custom campaigns the whole group voted for in October, second round, final list";
const WHOLE: &str = "__a_very_long_name_without_any_space_to_break_at_and_still_going_on__";

impl Chrome {
    /// Sends a form from the page that is open; it must be taken.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) {
        let script = format!(
            "const answer = await fetch({}, {{ method: 'POST', body: new URLSearchParams({}) }});
             return answer.ok ? 'taken' : answer.status + ' ' + await answer.text();",
            json!(path),
            json!(fields)
        );
        let answer = self.run_async(&script).await;
        assert_eq!(answer, "taken", "{path} {fields:?}");
    }
}

impl Site {
    /// Registers overlays, and makes a blueprint of them and one that is empty.
    pub(crate) async fn stock_blueprints(&self, chrome: &Chrome) {
        for (name, reference) in [
            ("Competitive rework", "competitive"),
            ("Tickrate 100", "tickrate"),
            (LONG, "campaigns"),
            (WHOLE, "long"),
            ("Admins", "admins"),
        ] {
            std::fs::create_dir_all(self.root.path().join("overlays").join(reference)).unwrap();
            chrome.post("/overlays", &[("name", name), ("kind", "directory"), ("reference", reference)]).await;
        }
        chrome.post("/blueprints", &[("name", "Competitive 4v4")]).await;
        chrome.post("/blueprints", &[("name", WHOLE)]).await;
        chrome.goto(format!("{}/blueprints/1", self.base)).await.unwrap();
        let saved = chrome
            .run_async(
                "const form = new URLSearchParams(new FormData(document.getElementById('blueprint')));
                 for (const id of [1, 2, 3, 4]) form.append('overlay', id);
                 form.append('expose', 1);
                 form.set('arguments', '-tickrate 100\\n+map c5m1_waterfront');
                 form.set('config', '// Ours\\nsv_maxrate 100000\\nsm_cvar mp_gamemode \"versus\"');
                 const answer = await fetch(location.href, { method: 'POST', body: form });
                 return answer.ok ? 'taken' : answer.status + ' ' + await answer.text();",
            )
            .await;
        assert_eq!(saved, "taken");
    }

    /// Puts files into the source of an overlay, as an admin does by hand.
    pub(crate) fn stock_files(&self, overlay: u32) {
        let top = self.root.path().join(format!("files/{overlay}/left4dead2"));
        let config = "// Our own settings, for every blueprint that wants them\nexec spectator_rates.cfg\n\nsv_consistency 0\nmp_disable_autokick 1 // a bit kinder – asked for by Nick\n\
                      alias greet \"say A tank is here, and this line is long on purpose so that one sees how the editor scrolls sideways; wait 100; say Run\"\nsm_cvar z_witch_burn_time 15\n";
        for (name, text) in [
            ("cfg/server.cfg", config),
            ("cfg/spectator_rates.cfg", "sv_minrate 60000\n"),
            ("addons/readable_fonts_for_the_message_of_the_day_v2_final.vpk", "a stand-in for a map"),
            ("addons/sourcemod/plugins.txt", ""),
            ("host.txt", "Our own server"),
        ] {
            std::fs::create_dir_all(top.join(name).parent().unwrap()).unwrap();
            std::fs::write(top.join(name), text).unwrap();
        }
        std::os::unix::fs::symlink("/etc/passwd", top.join("link")).unwrap();
    }

    /// Makes overlays of every kind, and in every state that they can be in: built, failed, at it, waiting, never built.
    pub(crate) async fn stock_overlays(&self, chrome: &Chrome) {
        let script = "#!/bin/bash\nset -euo pipefail\ncurl -fsS https://example.org/plugins.tar.gz | tar -xzC left4dead2 --strip-components=1 # a line that is much longer than the page is wide, so that one sees how it scrolls\n";
        for (name, kind, shared) in [
            ("Competitive rework", "script", true),
            ("Our own plugins", "script", false),
            (LONG, "script", false),
            (WHOLE, "files", false),
            ("Custom campaigns", "workshop", false),
            ("Campaigns of others", "workshop", true),
            ("Never built", "script", false),
        ] {
            let fields: Vec<_> =
                [("name", name), ("kind", kind)].into_iter().chain(shared.then_some(("shared", "yes"))).collect();
            chrome.post("/overlays", &fields).await;
        }
        std::fs::create_dir_all(self.root.path().join("overlays/base")).unwrap();
        chrome.post("/overlays", &[("name", "Base config"), ("kind", "directory"), ("reference", "base")]).await;
        self.order("trickle 50\nfail build:2 3\nsay build:1 40\nhold build:3\n");
        for (id, word) in [(1, "Built"), (2, "Failed"), (3, "Building"), (4, "Queued")] {
            chrome.goto(format!("{}/overlays/{id}", self.base)).await.unwrap();
            if id < 4 {
                let seen = chrome.run("return document.querySelector('[name=seen]').value").await;
                let fields = [("script", script), ("seen", seen.as_str().unwrap())];
                chrome.post(&format!("/overlays/{id}/script"), &fields).await;
            } else {
                // The panel has four workers for builds and installs.
                self.order("trickle 50\nhold build\ninstall 1000\n");
                chrome.post("/admin/install", &[]).await;
                for other in [5, 6, 4] {
                    chrome.post(&format!("/overlays/{other}/build"), &[]).await;
                }
            }
            chrome.goto(format!("{}/overlays/{id}", self.base)).await.unwrap();
            chrome.until(&format!("document.querySelector('#build .state').textContent === '{word}'")).await;
        }
    }

    /// What was seen of a server in 30 days: evenings with people on it, two hours without a look, and some who played.
    pub(crate) async fn stock_history(&self, server: i64) {
        let db = Db::open(&self.root.path().join("left4me.db")).await.unwrap();
        let now = Clock::system().now();
        let sample = |from: i64, seconds: i64| {
            let hour = from / 3600 % 24;
            let players = if hour >= 18 { (from / seconds) % 8 + 1 } else { (hour - 12).max(0) / 2 };
            let figures = Figures {
                fps: Some(31 - players / 3),
                cpu: Some(5 + 9 * players),
                memory: Some(400 + from / 90_000 % 20 * 5),
            };
            let (map, mode) = ("c2m2_fairgrounds".to_owned(), "versus".to_owned());
            (ServerId(server), Sample { from, to: from + seconds, map, mode, players, figures })
        };
        let (day, hour) = (now - 86_400, 3600);
        let coarse = (0..29 * 24).map(|number| sample(day - (number + 1) * hour, hour));
        let fine = (0..288)
            .map(|number| sample(day + number * 300, 300))
            .filter(|(_, sample)| !(now - 28_800..now - 21_600).contains(&sample.from));
        server_samples::put(&db, &coarse.chain(fine).collect::<Vec<_>>()).await.unwrap();
        for (account, name, left, played) in [
            (21, "rochelle fan 2004", 1100, 7320),
            (22, "hunter2", 9000, 2640),
            (23, "sacrificial lamb of the long name", 90_000, 18_600),
        ] {
            let id = SteamId::parse(&format!("[U:1:{account}]")).unwrap();
            let joined = now - left - played;
            let stay = Stay { name: name.to_owned(), userid: 1, joined, ping_min: Some(31), ping_max: Some(74) };
            for step in [Step::Came(id, stay.clone()), Step::Left(id, stay)] {
                player_sessions::write(&db, ServerId(server), now - left, &[step]).await.unwrap();
            }
        }
        db.close().await;
    }

    /// Makes servers: one runs, one went down by itself, one could not start, one was never started.
    pub(crate) async fn stock_servers(&self, chrome: &Chrome) {
        for name in ["Friday Versus", "Campaign with friends", "Lighthouse to 10 minutes", WHOLE] {
            chrome.post("/servers", &[("name", name), ("blueprint", "1")]).await;
        }
        self.order("trickle 50\nfail start:3 69\n");
        for id in 1..=3 {
            chrome.goto(format!("{}/servers/{id}", self.base)).await.unwrap();
            chrome.run("window.__stayed = true").await;
            chrome.press("Start").await;
            let word = if id == 3 { "Failed" } else { "Running" };
            chrome.until(&format!("document.querySelector('#state .state').textContent === '{word}'")).await;
        }
        self.stand_in(&["crash", "2", "11"]);
        chrome.goto(format!("{}/servers/2", self.base)).await.unwrap();
        chrome.until("document.querySelector('#state .state').textContent === 'Down'").await;
    }
}
