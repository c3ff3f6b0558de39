//! What is looked at on each page: the rules of axe-core, and what axe does not know.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;

use super::{Chrome, Theme, target};

/// The sizes and themes in which each page is looked at.
pub(crate) const VIEWS: [(u32, Theme); 4] =
    [(1280, Theme::Light), (1280, Theme::Dark), (360, Theme::Light), (360, Theme::Dark)];

/// Collects what is wrong on pages, and pictures of them.
pub(crate) struct Judge {
    axe: String,
    pictures: PathBuf,
    faults: String,
    views: usize,
}

impl Judge {
    /// With axe-core, which `deploy/test.sh` fetches.
    pub(crate) fn new() -> Self {
        let path = target().join("axe/axe.min.js");
        let axe = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; deploy/lab/axe.sh fetches it", path.display()));
        Self { axe, pictures: target().join("screenshots"), faults: String::new(), views: 0 }
    }

    /// Looks at the page that is open in every size and theme, with its dialogs and menus.
    pub(crate) async fn look(&mut self, chrome: &Chrome, name: &str) {
        for (width, theme) in VIEWS {
            chrome.look(width, theme).await;
            let view = format!("{name}-{width}-{}", theme.name());
            self.look_once(chrome, &view).await;
            let dialogs = chrome.run("return [...document.querySelectorAll('dialog[id]')].map((d) => d.id)").await;
            for id in dialogs.as_array().unwrap().iter().filter_map(Value::as_str) {
                chrome.run(&format!("document.getElementById('{id}').showModal()")).await;
                self.look_once(chrome, &format!("{view}-dialog-{id}")).await;
                chrome.run(&format!("document.getElementById('{id}').close()")).await;
            }
            let menus = chrome.run("return document.querySelectorAll('details.menu').length").await.as_u64().unwrap();
            for place in 0..menus.min(2) {
                let open = format!(
                    "const menu = document.querySelectorAll('details.menu')[{place}]; if (!menu.checkVisibility()) return false; menu.open = true; return true"
                );
                if chrome.run(&open).await == Value::Bool(true) {
                    self.look_once(chrome, &format!("{view}-menu-{place}")).await;
                    chrome.run(&format!("document.querySelectorAll('details.menu')[{place}].open = false")).await;
                }
            }
        }
    }

    async fn look_once(&mut self, chrome: &Chrome, view: &str) {
        self.views += 1;
        let mut found: Vec<String> = chrome.complaints().await;
        let layout = chrome.run(LAYOUT).await;
        found.extend(layout.as_array().unwrap().iter().map(|fault| fault.as_str().unwrap().to_owned()));
        if chrome.run("return typeof axe === 'object'").await != Value::Bool(true) {
            chrome.run(&self.axe).await;
        }
        let menu = view.contains("-menu-");
        let rules = chrome.run_async(&AXE.replace("MENU", if menu { "true" } else { "false" })).await;
        let rules = rules.as_array().unwrap_or_else(|| panic!("axe on {view}: {rules}"));
        found.extend(rules.iter().map(|fault| fault.as_str().unwrap().to_owned()));
        for fault in found {
            let _ = writeln!(self.faults, "{view}: {fault}");
        }
        chrome.picture(&self.pictures.join(format!("{view}.png"))).await;
    }

    /// Adds what was found otherwise.
    pub(crate) fn note(&mut self, found: Vec<String>) {
        for fault in found {
            let _ = writeln!(self.faults, "{fault}");
        }
    }

    /// Fails with everything that was found.
    pub(crate) fn verdict(self) {
        assert!(self.views > 0, "nothing was looked at");
        assert!(self.faults.is_empty(), "{} views, and wrong were:\n{}", self.views, self.faults);
    }
}

/// Contrast of what lies below an open menu is nothing that a reader sees.
const AXE: &str = r"
    const menu = MENU;
    const found = await axe.run(document, {
        rules: menu ? { 'target-size': { enabled: false } } : {},
        resultTypes: ['violations'],
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return found.violations.map((v) => `axe ${v.id}: ${v.nodes.length}, ${v.nodes[0].target.join(' ')}: ${v.nodes[0].failureSummary.replaceAll('\n', ' ').slice(0, 240)}`);
";

/// Nothing wider than the window, nothing out of it, no control too small to hit, no id twice, nothing written into the page.
const LAYOUT: &str = r"
    const faults = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) faults.push(`wide: ${document.documentElement.scrollWidth} of ${width}`);
    const scrolls = (element) => {
        for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
            if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(at).overflowX)) return true;
        }
        return false;
    };
    for (const element of document.querySelectorAll('body *')) {
        const box = element.getBoundingClientRect();
        if (box.width && (box.right > width + 1 || box.left < -1) && !scrolls(element) && !element.closest('.sr, .skip, thead'))
            faults.push(`out: ${element.tagName}.${element.className} ${Math.round(box.left)} to ${Math.round(box.right)}`);
    }
    for (const element of document.querySelectorAll('a, button, summary, input:not([type=hidden]), select, textarea')) {
        const box = element.getBoundingClientRect();
        if (!box.width || element.closest('p, .sr, dd, .sub, .hint, .notice > div:first-child, td .sub') || element.matches('.skip, .name, .crumbs a, [type=checkbox], [type=radio]')) continue;
        if (box.height < 24 || box.width < 24)
            faults.push(`small: ${element.tagName}.${element.className} ${(element.textContent.trim() || element.ariaLabel || '').slice(0, 30)} ${Math.round(box.width)} by ${Math.round(box.height)}`);
    }
    const written = document.querySelector('[style]:not(.cm-editor *), script:not([src])'); // the editor's library sets styles by script, which the policy takes
    if (written) faults.push(`written in: ${written.outerHTML.slice(0, 100)}`);
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) faults.push(`twice: #${id}`);
    return faults;
";
