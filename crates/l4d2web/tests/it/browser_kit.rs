//! The page of all components: as axe sees it, and what its scripts do.

use crate::browser::{Chrome, Judge, Site, Theme};
use thirtyfour::{By, Key};

async fn open() -> (Site, Chrome) {
    let (site, chrome) = (Site::start_dev().await, Chrome::start().await);
    site.login(&chrome, "admin").await;
    chrome.goto(format!("{}/dev/kit", site.base)).await.unwrap();
    chrome
        .until("document.querySelector('[data-stack][data-ready]') && document.querySelector('[data-log][data-ready]')")
        .await;
    (site, chrome)
}

/// The names in the ordered list, as they stand.
async fn order(chrome: &Chrome) -> Vec<String> {
    let names =
        chrome.run("return [...document.querySelectorAll('[data-stack] .name')].map((n) => n.textContent[0])").await;
    serde_json::from_value(names).unwrap()
}

#[tokio::test]
async fn browser_every_component_is_in_order() {
    let (_site, chrome) = open().await;
    let mut judge = Judge::new();
    judge.look(&chrome, "kit").await;
    judge.verdict();
}

#[tokio::test]
async fn browser_a_list_is_ordered_by_keys_alone() {
    let (_site, chrome) = open().await;
    chrome.run("document.querySelector('[data-stack] .grip').focus()").await;
    let press = async |key: Key| chrome.active_element().await.unwrap().send_keys(key).await.unwrap();
    press(Key::Down).await;
    assert_eq!(order(&chrome).await, ["O", "C", "T", "a"]);
    chrome.until("document.getElementById('say').textContent === 'Competitive rework, now 2 of 4'").await;
    press(Key::End).await;
    assert_eq!(order(&chrome).await, ["O", "T", "a", "C"]);
    press(Key::Up).await;
    press(Key::Home).await;
    assert_eq!(order(&chrome).await, ["C", "O", "T", "a"]);
    let held = chrome.run("return document.activeElement.ariaLabel").await;
    assert_eq!(held, "Move Competitive rework, place 1 of 4. Arrow keys move it.");

    // The Down button of the first, then Up until it is first again: the focus goes to the grip when the button is spent.
    chrome.run("document.querySelector('[data-stack] [name=move][value$=down]').focus()").await;
    press(Key::Enter).await;
    assert_eq!(order(&chrome).await, ["O", "C", "T", "a"]);
    chrome.run("document.querySelector('[data-stack] li:nth-child(2) [name=move][value$=up]').focus()").await;
    press(Key::Enter).await;
    assert_eq!(order(&chrome).await, ["C", "O", "T", "a"]);
    assert_eq!(chrome.run("return document.activeElement.className").await, "btn btn-quiet btn-icon grip");
    assert_eq!(chrome.complaints().await, [""; 0]);
}

#[tokio::test]
async fn browser_a_list_is_ordered_by_the_mouse() {
    let (_site, chrome) = open().await;
    let grips = chrome.find_all(By::Css("[data-stack] .grip")).await.unwrap();
    grips[0].scroll_into_view().await.unwrap();
    let (first, third) = (grips[0].rect().await.unwrap(), grips[2].rect().await.unwrap());
    #[expect(clippy::cast_possible_truncation, reason = "a distance on a screen")]
    let way = (third.y - first.y) as i64 + 8;
    chrome
        .action_chain()
        .move_to_element_center(&grips[0])
        .click_and_hold()
        .move_by_offset(0, way / 2)
        .move_by_offset(0, way - way / 2)
        .release()
        .perform()
        .await
        .unwrap();
    assert_eq!(order(&chrome).await, ["O", "T", "C", "a"]);

    // Escape puts it back.
    let grips = chrome.find_all(By::Css("[data-stack] .grip")).await.unwrap();
    chrome
        .action_chain()
        .move_to_element_center(&grips[0])
        .click_and_hold()
        .move_by_offset(0, way)
        .perform()
        .await
        .unwrap();
    assert_eq!(order(&chrome).await, ["T", "C", "O", "a"]);
    chrome.action_chain().send_keys(Key::Escape).release().perform().await.unwrap();
    assert_eq!(order(&chrome).await, ["O", "T", "C", "a"]);
}

#[tokio::test]
async fn browser_a_list_is_ordered_by_a_finger() {
    let (_site, chrome) = open().await;
    chrome.look(360, Theme::Light).await;
    chrome.run("document.querySelector('[data-stack]').scrollIntoView({ block: 'center' })").await;
    let place = chrome
        .run("return [0, 2].map((i) => { const r = document.querySelectorAll('[data-stack] .grip')[i].getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })")
        .await;
    let at = |i: usize, j: usize| place[i][j].as_f64().unwrap();
    let (x, from, to) = (at(0, 0), at(0, 1), at(1, 1) + 12.0);
    chrome.touch("touchStart", Some((x, from))).await;
    for step in 1..=8 {
        chrome.touch("touchMove", Some((x, from + (to - from) * f64::from(step) / 8.0))).await;
    }
    chrome.touch("touchEnd", None).await;
    chrome.until("!document.querySelector('.is-dragging')").await;
    assert_eq!(order(&chrome).await, ["O", "T", "C", "a"]);
}

#[tokio::test]
async fn browser_menus_dialogs_and_toasts_come_and_go() {
    let (_site, chrome) = open().await;
    chrome.click(".top .menu > summary").await;
    chrome.until("document.querySelector('.top .menu').open").await;
    chrome.active_element().await.unwrap().send_keys(Key::Escape).await.unwrap();
    chrome.until("!document.querySelector('.top .menu').open && document.activeElement.matches('.top summary')").await;
    chrome.click(".top .menu > summary").await;
    chrome.click("h1").await;
    chrome.until("!document.querySelector('.top .menu').open").await;

    // The theme changes at once.
    chrome.click(".top .menu > summary").await;
    chrome.click(".themes [value=dark]").await;
    chrome.until("document.documentElement.dataset.theme === 'dark' && document.querySelector('.themes [value=dark]').ariaPressed === 'true'").await;

    chrome.click("h1").await;
    chrome.click("[data-opens=k-new]").await;
    chrome.until("document.getElementById('k-new').matches(':modal') && document.activeElement.id === 'k-n'").await;
    chrome.active_element().await.unwrap().send_keys(Key::Escape).await.unwrap();
    chrome
        .until("!document.getElementById('k-new').open && document.activeElement.matches('[data-opens=k-new]')")
        .await;

    chrome.run("document.body.dispatchEvent(new CustomEvent('toast', { bubbles: true, detail: { text: 'Starting <b>Friday</b>.', href: '/jobs/3', word: 'Job 3' } }))").await;
    chrome.until("document.querySelector('.toast p').textContent === 'Starting <b>Friday</b>. Job 3' && document.querySelector('.toast a').pathname === '/jobs/3'").await;
    chrome.click(".toast button").await;
    chrome.until("!document.querySelector('.toast')").await;
    chrome.run("document.body.dispatchEvent(new CustomEvent('toast', { bubbles: true, detail: { text: 'x', href: 'javascript:alert(1)' } }))").await;
    chrome.until("document.querySelector('.toast p') && !document.querySelector('.toast a')").await;
}

#[tokio::test]
async fn browser_a_log_is_searched() {
    let (_site, chrome) = open().await;
    chrome.fill("[data-find]", "COACH").await;
    chrome.until("document.querySelector('[data-found]').textContent === '10 matches' && document.querySelectorAll('.log mark').length === 10").await;
    chrome.active_element().await.unwrap().send_keys(Key::Enter).await.unwrap();
    chrome.until("document.querySelector('[data-found]').textContent === '1 of 10' && document.querySelectorAll('mark.is-current').length === 1").await;
    chrome.fill("[data-find]", "").await;
    chrome.active_element().await.unwrap().send_keys("<b>").await.unwrap();
    chrome.until("document.querySelector('[data-found]').textContent === '0 matches' && !document.querySelector('.log mark')").await;
}
