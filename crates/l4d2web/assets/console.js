// The console of a server: the commands of before come back with the arrow keys, Tab completes a name, and the last reply is in view.
import { say } from "./say.js";

const most = 12;

export function equip(section) {
  if (section.dataset.ready) return;
  section.dataset.ready = "yes";
  const box = section.querySelector(".transcript");
  const lines = section.querySelector("#transcript");
  const input = section.querySelector("[name=command]");
  const ask = section.querySelector("#console-ask");
  const toEnd = () => { box.scrollTop = box.scrollHeight; };
  toEnd();

  document.addEventListener("click", (event) => {
    if (!section.isConnected || !event.target.closest("[data-leave-it]")) return;
    event.preventDefault();
    ask.replaceChildren();
    input?.focus();
  });
  if (!input) return;

  const words = [...section.querySelectorAll("#words option")].map((option) => option.value);
  const hints = section.querySelector("[data-hints]");
  // Tab completes; the browser's own list would get in its way.
  input.removeAttribute("list");
  const history = [...lines.querySelectorAll("[data-said]")].map((entry) => entry.dataset.said);
  let at = history.length;
  let typed = "";

  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) {
        if (!node.dataset?.said) continue;
        if (history.at(-1) !== node.dataset.said) history.push(node.dataset.said);
        say(`${node.dataset.said}: ${node.querySelector("pre, .sub:last-child")?.textContent.slice(0, 300) ?? ""}`);
      }
    }
    // What was asked is answered.
    ask.replaceChildren();
    while (lines.childElementCount > 500) lines.firstElementChild.remove();
    at = history.length;
    typed = "";
    toEnd();
  }).observe(lines, { childList: true });

  section.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, successful } = event.detail;
    // A question keeps what was typed.
    if (successful && !xhr.getResponseHeader("hx-retarget")) input.value = "";
    hint([]);
    input.focus();
  });

  function show(text) {
    input.value = text;
    input.setSelectionRange(text.length, text.length);
  }

  function hint(found) {
    hints.hidden = found.length === 0;
    hints.textContent = found.slice(0, most).join("  ") + (found.length > most ? `  … ${found.length - most} more` : "");
  }

  function complete() {
    const before = input.value.slice(0, input.selectionStart);
    const begun = /(?:^|[;\s"])([^;\s"]*)$/.exec(before)[1].toLowerCase();
    if (!begun) return false;
    const found = words.filter((word) => word.startsWith(begun));
    if (found.length === 0) return false;
    let common = found[0];
    for (const word of found) {
      while (!word.startsWith(common)) common = common.slice(0, -1);
    }
    const rest = common.slice(begun.length) + (found.length === 1 ? " " : "");
    const after = input.value.slice(input.selectionStart);
    input.value = before + rest + after;
    input.setSelectionRange(before.length + rest.length, before.length + rest.length);
    hint(found.length > 1 ? found : []);
    return true;
  }

  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowUp" && at > 0) {
      if (at === history.length) typed = input.value;
      at -= 1;
      show(history[at]);
    } else if (event.key === "ArrowDown" && at < history.length) {
      at += 1;
      show(at === history.length ? typed : history[at]);
    } else if (event.key !== "Tab" || event.shiftKey || event.ctrlKey || event.altKey || !complete()) {
      return;
    }
    event.preventDefault();
  });
  input.addEventListener("input", () => { at = history.length; hint([]); });
}
