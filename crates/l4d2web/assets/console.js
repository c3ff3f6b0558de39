// The console of a server: the commands of before come back with the arrow keys, Tab completes a name (of a command, or the map or player that one
// takes), and the last reply is in view.
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
    hints.textContent = found.slice(0, most).join(" · ") + (found.length > most ? ` … ${found.length - most} more` : "");
  }

  // What may stand where `begun` does, each with how it is shown; players come and go.
  function candidates(before, begun) {
    const [verb, ...given] = before.slice(before.lastIndexOf(";") + 1, before.length - begun.length).trim().toLowerCase().split(/\s+/);
    const options = (id) => [...section.querySelectorAll(`#${id} option`)];
    const named = (word) => word.toLowerCase().startsWith(begun.toLowerCase());
    if (["map", "changelevel"].includes(verb) && given.length === 0) {
      return options("maps").filter((map) => named(map.value)).map((map) => [map.value, map.value]);
    }
    if ((verb === "kickid" && given.length === 0) || (verb === "banid" && given.length === 1)) {
      const found = options("players").filter((one) => named(one.value) || named(one.label));
      return found.map((one) => [one.value, `${one.value} \u2068${one.label}\u2069`]);
    }
    if (verb === "kick" && given.length === 0) {
      // Other names may be written to be more than a name: they are told by their number.
      const found = options("players").filter((one) => "plain" in one.dataset && named(one.label));
      return found.map((one) => [one.label, one.label]);
    }
    return begun ? words.filter(named).map((word) => [word, word]) : [];
  }

  function complete() {
    const before = input.value.slice(0, input.selectionStart);
    const begun = /(?:^|[;\s"])([^;\s"]*)$/.exec(before)[1];
    const found = candidates(before, begun);
    if (found.length === 0) return false;
    let common = found[0][0];
    for (const [word] of found) {
      while (!word.startsWith(common)) common = common.slice(0, -1);
    }
    // A player who was found by name is written as a number, once it is clear which.
    const longer = found.length === 1 || common.toLowerCase().startsWith(begun.toLowerCase());
    const kept = before.slice(0, before.length - begun.length) + (longer ? common : begun) + (found.length === 1 ? " " : "");
    input.value = kept + input.value.slice(input.selectionStart);
    input.setSelectionRange(kept.length, kept.length);
    hint(found.length > 1 ? found.map(([, shown]) => shown) : []);
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
