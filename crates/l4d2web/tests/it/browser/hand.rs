//! What a person does with a page: finds things by what is written on them.

use serde_json::json;
use thirtyfour::{Key, WebElement};

use super::Chrome;

/// The visible element that a person would mean by a name, in the dialog when one is open.
const NAMED: &str = "
    const [name, kinds] = arguments;
    const root = document.querySelector('dialog:modal') ?? document;
    const words = (e) => [e.getAttribute('aria-label'), e.textContent].filter(Boolean).map((t) => t.replace(/\\s+/g, ' ').trim());
    const all = [...root.querySelectorAll(kinds)].filter((e) => e.checkVisibility() && e.getBoundingClientRect().width);
    return all.find((e) => words(e).includes(name)) ?? all.find((e) => words(e).some((w) => w.startsWith(name))) ?? null;
";

/// The control that a label names.
const LABELLED: &str = "
    const [name] = arguments;
    const root = document.querySelector('dialog:modal') ?? document;
    const label = [...root.querySelectorAll('label')].find((l) => l.checkVisibility() && l.textContent.replace(/\\s+/g, ' ').trim().startsWith(name));
    // A text that is edited in an editor is typed there.
    const editor = label?.control?.hidden && document.querySelector('[data-editor-of=' + label.control.id + '] .cm-content');
    return editor || (label?.control ?? null);
";

/// What stands in the control that a label names; an editor keeps it in its textarea.
const WRITTEN: &str = "
    const [name] = arguments;
    const root = document.querySelector('dialog:modal') ?? document;
    const label = [...root.querySelectorAll('label')].find((l) => l.checkVisibility() && l.textContent.replace(/\\s+/g, ' ').trim().startsWith(name));
    return label?.control?.value ?? null;
";

/// Whether all editors are in their places.
const MOUNTED: &str = "[...document.querySelectorAll('textarea[data-language]')].every((area) => area.hidden)";

impl Chrome {
    async fn element(&self, script: &str, arguments: Vec<serde_json::Value>, what: &str) -> WebElement {
        let found = self.execute(script, arguments).await.unwrap();
        if let Ok(element) = found.element() {
            return element;
        }
        let page = self.run("return location.href + '\\n' + document.body.innerText").await;
        panic!("no {what} on\n{}", page.as_str().unwrap_or_default());
    }

    /// The button or link with this on it.
    pub(crate) async fn named(&self, name: &str) -> WebElement {
        let kinds = "button, a, summary, [role=button]";
        self.element(NAMED, vec![json!(name), json!(kinds)], &format!("button or link “{name}”")).await
    }

    /// Presses the button or link with this on it.
    pub(crate) async fn press(&self, name: &str) {
        let element = self.named(name).await;
        element.scroll_into_view().await.unwrap();
        element.click().await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// Writes into the field with this label, in place of what is there.
    pub(crate) async fn write(&self, label: &str, text: &str) {
        self.until(MOUNTED).await;
        let field = self.element(LABELLED, vec![json!(label)], &format!("field “{label}”")).await;
        // As a person would: all of it, then over it.
        field.send_keys(Key::Control + "a").await.unwrap();
        if text.is_empty() {
            field.send_keys(Key::Delete).await.unwrap();
        } else {
            field.send_keys(text).await.unwrap();
        }
    }

    /// What stands in the field with this label.
    pub(crate) async fn written(&self, label: &str) -> String {
        let found = self.execute(WRITTEN, vec![json!(label)]).await.unwrap();
        found.json().as_str().unwrap_or_else(|| panic!("no field “{label}”")).to_owned()
    }

    /// Sends the form of the dialog that is open.
    pub(crate) async fn agree(&self) {
        self.click("dialog:modal footer .btn:last-child").await;
    }

    /// Presses a key where the focus is.
    pub(crate) async fn key(&self, key: Key) {
        self.active_element().await.unwrap().send_keys(key).await.unwrap();
    }

    /// Waits until the page says this somewhere.
    pub(crate) async fn until_said(&self, words: &str) {
        self.until(&format!("document.body.innerText.includes({})", json!(words))).await;
    }
}
