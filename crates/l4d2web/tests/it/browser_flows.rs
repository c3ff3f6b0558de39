//! What people do, from nothing to a running server and back, in a real browser against the scripted l4d2ctl.

use serde_json::Value;
use thirtyfour::Key;

use crate::browser::{Chrome, Site, VIEWS, target};

/// Logged in as the admin, on an empty panel.
async fn open() -> (Site, Chrome) {
    let (site, chrome) = (Site::start().await, Chrome::start().await);
    site.login(&chrome, "admin").await;
    (site, chrome)
}

/// Makes a blueprint by its dialog.
pub(crate) async fn make_blueprint(chrome: &Chrome, base: &str, name: &str) {
    chrome.goto(format!("{base}/blueprints")).await.unwrap();
    chrome.click("main [data-opens]").await;
    chrome.write("Name", name).await;
    chrome.agree().await;
    chrome.until("/^\\/blueprints\\/\\d+$/.test(location.pathname)").await;
}

/// Makes a server by its dialog, and stands on its page then.
pub(crate) async fn make_server(chrome: &Chrome, base: &str, name: &str) {
    chrome.goto(format!("{base}/servers")).await.unwrap();
    chrome.click("main [data-opens=new-server]").await;
    chrome.write("Name", name).await;
    chrome.agree().await;
    chrome.until("/^\\/servers\\/\\d+$/.test(location.pathname)").await;
}

/// Waits until the head of the server's page has this word, on the page that was open all the time.
pub(crate) async fn until_it_is(chrome: &Chrome, word: &str) {
    chrome.until(&format!("window.__stayed && document.querySelector('#state .state').textContent === '{word}'")).await;
}

/// From now on the page may not load again.
pub(crate) async fn stay(chrome: &Chrome) {
    chrome.run("window.__stayed = true").await;
}

/// The lines of the log on the page.
pub(crate) async fn lines(chrome: &Chrome) -> Vec<String> {
    let lines =
        chrome.run("return [...document.querySelectorAll('[data-lines] .ln > span')].map((s) => s.textContent)").await;
    serde_json::from_value(lines).unwrap()
}

/// Deletes the server of the open page: first with a wrong name, then with its own.
pub(crate) async fn delete_server(chrome: &Chrome, name: &str) {
    chrome.press("More actions").await;
    chrome.press("Delete…").await;
    chrome.until("document.querySelector('dialog:modal')").await;
    chrome.write("Type", "friday").await;
    chrome.agree().await;
    chrome.until("document.querySelector('dialog:modal [aria-invalid=true]') === document.activeElement").await;
    assert_eq!(chrome.written("Type").await, "friday");
    chrome.write("Type", name).await;
    chrome.agree().await;
    chrome.until("location.pathname === '/servers'").await;
}

#[tokio::test]
async fn browser_a_server_from_nothing_to_gone() {
    let (mut site, chrome) = open().await;
    make_blueprint(&chrome, &site.base, "Competitive 4v4").await;
    make_server(&chrome, &site.base, "Friday Versus").await;

    stay(&chrome).await;
    chrome.press("Start").await;
    until_it_is(&chrome, "Running").await;
    chrome.until("document.querySelectorAll('[data-lines] .ln').length > 10").await;

    // Who scrolls up reads in peace; new lines are counted.
    chrome
        .until("document.querySelector('.log').scrollHeight > document.querySelector('.log').clientHeight + 200")
        .await;
    chrome.run("document.querySelector('.log').scrollTop = -150").await;
    chrome.until("document.querySelector('[data-follow]').ariaPressed === 'false'").await;
    let top = "(() => { const box = document.querySelector('.log').getBoundingClientRect(); return document.elementFromPoint(box.left + 200, box.top + 60).closest('.ln').dataset.pos; })()";
    let held = chrome.run(&format!("return {top}")).await;
    chrome.until("parseInt(document.querySelector('[data-more]').textContent) > 5").await;
    assert_eq!(chrome.run(&format!("return {top}")).await, held, "what is read stands still");
    chrome.click("[data-more] button").await;
    chrome.until("document.querySelector('[data-follow]').ariaPressed === 'true' && document.querySelector('[data-more]').hidden").await;

    // A panel that comes back: the page goes on by itself, and has each line once.
    let before = lines(&chrome).await.len();
    site.restart();
    chrome.until(&format!("document.querySelectorAll('[data-lines] .ln').length > {}", before + 20)).await;
    let places =
        chrome.run("return [...document.querySelectorAll('[data-lines] .ln')].map((l) => l.dataset.pos)").await;
    let places: Vec<String> = serde_json::from_value(places).unwrap();
    let shown = lines(&chrome).await;
    let mut once = places.clone();
    once.dedup();
    assert_eq!(once.len(), places.len(), "no line comes twice");
    let whole = chrome.run_async("return await (await fetch(location.pathname + '/log/download')).text()").await;
    let whole: Vec<&str> = whole.as_str().unwrap().lines().collect();
    let start = whole.iter().position(|line| line.ends_with(&shown[0])).expect("the first line is in the log");
    for (line, kept) in shown.iter().zip(&whole[start..]) {
        assert!(kept.ends_with(line.as_str()), "{line} is shown where the log has {kept}");
    }

    // That the connection was lost stands in the console, and nothing else does.
    let said = chrome.complaints().await;
    assert!(said.iter().all(|line| line.contains("net::ERR_") || line.contains("[object Event]")), "{said:?}");

    stay(&chrome).await;
    chrome.press("Stop").await;
    until_it_is(&chrome, "Stopped").await;
    delete_server(&chrome, "Friday Versus").await;
    // The list turns empty by itself, and says what to do next.
    chrome.until("document.querySelector('.empty')").await;
    assert_eq!(chrome.complaints().await, [""; 0]);
}

/// Waits until the field is refused and has the focus; what is said beside it names what was typed.
async fn refused(chrome: &Chrome, field: &str, typed: &str) {
    chrome.until(&format!("document.activeElement.matches('dialog:modal [name={field}][aria-invalid=true]')")).await;
    let said = chrome
        .run("return document.getElementById(document.activeElement.getAttribute('aria-describedby').trim().split(' ').at(-1)).textContent")
        .await;
    assert!(said.as_str().unwrap().contains(typed), "{said}");
}

#[tokio::test]
async fn browser_a_refused_form_keeps_what_was_typed() {
    let (site, chrome) = open().await;
    make_blueprint(&chrome, &site.base, "Competitive 4v4").await;
    make_server(&chrome, &site.base, "Friday Versus").await;
    chrome.goto(format!("{}/servers", site.base)).await.unwrap();
    chrome.click("main [data-opens=new-server]").await;
    chrome.write("Name", "Friday Versus").await;
    chrome.write("Port", "80").await;
    chrome.agree().await;
    refused(&chrome, "port", "80").await;
    assert_eq!(chrome.written("Name").await, "Friday Versus");
    assert_eq!(chrome.written("Port").await, "80");
    chrome.write("Port", "").await;
    chrome.agree().await;
    refused(&chrome, "name", "Friday Versus").await;
    chrome.write("Name", "Saturday Co-op").await;
    chrome.agree().await;
    chrome.until("/^\\/servers\\/\\d+$/.test(location.pathname)").await;
    chrome.until_said("Saturday Co-op").await;
    assert_eq!(chrome.complaints().await, [""; 0]);
}

#[tokio::test]
async fn browser_a_server_is_made_and_started_by_keys_alone() {
    let (site, chrome) = open().await;
    make_blueprint(&chrome, &site.base, "Competitive 4v4").await;
    chrome.goto(format!("{}/servers", site.base)).await.unwrap();
    let tab_to = async |goal: &str| {
        for _ in 0..60 {
            chrome.key(Key::Tab).await;
            if chrome.run(&format!("return document.activeElement.matches({})", Value::from(goal))).await
                == Value::Bool(true)
            {
                return;
            }
        }
        panic!("{goal} is not reached by Tab");
    };
    chrome.run("document.body.tabIndex = -1; document.body.focus()").await;
    tab_to("[data-opens=new-server]").await;
    chrome.key(Key::Enter).await;
    chrome.until("document.activeElement.matches('dialog:modal [name=name]')").await;
    chrome.active_element().await.unwrap().send_keys("By keys").await.unwrap();
    chrome.key(Key::Enter).await;
    chrome.until("/^\\/servers\\/\\d+$/.test(location.pathname)").await;
    stay(&chrome).await;
    tab_to("#state button[formaction$=start]").await;
    chrome.key(Key::Enter).await;
    until_it_is(&chrome, "Running").await;
    assert_eq!(chrome.complaints().await, [""; 0]);
}

/// Somebody else starts a server, in a panel that another window shows.
#[tokio::test]
async fn browser_lists_change_by_themselves() {
    let (site, chrome) = open().await;
    let (other, base) = (Chrome::start().await, &site.base);
    site.login(&other, "player2").await;
    chrome.goto(format!("{base}/servers")).await.unwrap();
    chrome.until_said("No servers yet").await;
    stay(&chrome).await;
    // The first server comes to an empty list, and can be worked with.
    make_blueprint(&other, base, "Competitive 4v4").await;
    make_server(&other, base, "Friday Versus").await;
    chrome.until("window.__stayed && document.querySelector('#server-1 .state')?.textContent === 'Stopped'").await;
    chrome.until("document.querySelector('.find select').textContent.includes('All 1')").await;

    chrome.goto(format!("{base}/jobs")).await.unwrap();
    chrome.until_said("No jobs yet").await;
    stay(&chrome).await;
    site.order("hold start\n");
    other.press("Start").await;
    chrome.until("window.__stayed && document.querySelector('#job-1 .state')?.textContent === 'Running'").await;
    std::fs::write(site.root.path().join("go"), "").unwrap();
    chrome.until("window.__stayed && document.querySelector('#job-1 .state')?.textContent === 'Done'").await;

    chrome.goto(format!("{base}/admin")).await.unwrap();
    chrome.until_said("Nothing waits, nothing runs.").await;
    chrome.until("document.querySelector('#host .checks')").await;
    stay(&chrome).await;
    site.order("install 3600\n");
    chrome.press("Install again…").await;
    chrome.until("document.querySelector('dialog:modal')").await;
    chrome.press("Cancel").await;
    chrome.until("!document.querySelector('dialog:modal')").await;
    chrome.run_async("await fetch('/admin/install', { method: 'POST' })").await;
    chrome.until("window.__stayed && document.querySelector('#job-2 .state')?.textContent === 'Running'").await;
    chrome.press("See job 2").await;
    chrome.until("location.pathname === '/jobs/2'").await;
    assert_eq!(chrome.complaints().await, [""; 0]);
}

/// What asks first is seen at once, agreed to, and left, in a browser that runs no scripts.
#[tokio::test]
async fn browser_dialogs_work_without_scripts() {
    let (site, chrome) = open().await;
    make_blueprint(&chrome, &site.base, "Competitive 4v4").await;
    make_server(&chrome, &site.base, "Friday Versus").await;
    chrome.without_scripts().await;
    for (width, theme) in VIEWS {
        chrome.look(width, theme).await;
        chrome.goto(format!("{}/servers/1", site.base)).await.unwrap();
        chrome.press("More actions").await;
        chrome.press("Delete…").await;
        chrome.until("location.search === '?ask=delete'").await;
        let seen = "(() => { const box = document.querySelector('dialog[open]').getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; })()";
        chrome.until(seen).await;
        chrome.picture(&target().join(format!("screenshots/no-scripts-{width}-{}.png", theme.name()))).await;
        chrome.press("Cancel").await;
        chrome.until("location.search === '' && !document.querySelector('dialog[open]')").await;
    }
    chrome.press("More actions").await;
    chrome.press("Delete…").await;
    chrome.write("Type", "Friday Versus").await;
    chrome.press("Delete server").await;
    chrome.until("location.pathname === '/servers'").await;
}

/// The head of an overlay's page says this, on the page that was open all the time.
async fn until_overlay_is(chrome: &Chrome, word: &str) {
    chrome.until(&format!("window.__stayed && document.querySelector('#build .state').textContent === '{word}'")).await;
}

#[tokio::test]
async fn browser_a_script_overlay_from_nothing_into_a_server() {
    let (site, chrome) = open().await;
    chrome.goto(format!("{}/overlays", site.base)).await.unwrap();
    chrome.press("Make an overlay").await;
    chrome.until("document.querySelector('dialog:modal')").await;
    // What is asked for follows the kind.
    let asked = "return [...document.querySelectorAll('dialog:modal :is(.of-directory, .of-others)')].map((e) => e.checkVisibility())";
    for (kind, shown) in [("script", [false, true]), ("directory", [true, false])] {
        chrome.run(&format!("document.querySelector('dialog:modal [name=kind]').value = '{kind}'")).await;
        assert_eq!(chrome.run(asked).await, Value::from(shown.to_vec()), "{kind}");
    }
    chrome.run("document.querySelector('dialog:modal [name=kind]').value = 'script'").await;
    chrome.write("Name", "Our own plugins").await;
    chrome.agree().await;
    chrome.until("/^\\/overlays\\/\\d+$/.test(location.pathname)").await;
    assert_eq!(chrome.run("return document.querySelector('#build .state').textContent").await, "Not built");

    // Saved, built and seen so, without a look of one's own.
    site.order("trickle 50\nsay build 30\nhold build\n");
    chrome.write("Text of the script", "echo hello").await;
    chrome.press("Save and build").await;
    chrome.until("document.querySelector('#build .state')?.textContent === 'Building'").await;
    stay(&chrome).await;
    chrome.until("document.querySelectorAll('[data-lines] .ln').length > 30").await;
    std::fs::write(site.root.path().join("go"), "").unwrap();
    until_overlay_is(&chrome, "Built").await;
    chrome.until("[...document.querySelectorAll('.tree .cut')].some((e) => e.textContent === 'left4dead2')").await;

    // Built anew from the button of the page: the log of that build takes the place of the one before.
    chrome.press("Build").await;
    chrome.until("document.querySelector('[role=log]').getAttribute('aria-label') === 'Log of build 2'").await;
    until_overlay_is(&chrome, "Built").await;
    chrome.until("document.querySelectorAll('[data-lines] .ln').length > 30").await;
    let places =
        chrome.run("return [...document.querySelectorAll('[data-lines] .ln')].map((l) => l.dataset.pos)").await;
    let places: Vec<String> = serde_json::from_value(places).unwrap();
    let mut once = places.clone();
    once.dedup();
    assert_eq!(once, places, "no line comes twice");

    // Into a blueprint, with its cfg: the lines that are run are shown as they are ticked and moved.
    make_blueprint(&chrome, &site.base, "Competitive 4v4").await;
    chrome.run("document.querySelector('[name=new]').value = '1'").await;
    chrome.press("Add").await;
    chrome.until("document.querySelector('.stack li')").await;
    assert_eq!(chrome.run("return document.querySelector('[data-given]').checkVisibility()").await, Value::Bool(false));
    chrome.click(".stack [name=expose]").await;
    chrome
        .until("document.querySelector('[data-given]').innerText.trim() === 'exec server_overlay_1 // Our own plugins'")
        .await;
    assert_eq!(
        chrome.run("return document.querySelector('[data-no-given]').checkVisibility()").await,
        Value::Bool(false)
    );
    chrome.click(".save .btn-main").await;
    chrome.until("location.search === '?saved=1'").await;
    make_server(&chrome, &site.base, "Friday Versus").await;
    stay(&chrome).await;
    chrome.press("Start").await;
    until_it_is(&chrome, "Running").await;
    assert_eq!(chrome.complaints().await, [""; 0]);
}
