// Everything that pages do in the browser, each part in a file of its own. Without any of it they still work, only that
// nothing updates by itself.
import "./live.js";
import "./forms.js";
import "./dialogs.js";
import "./menus.js";
import "./copy.js";
import "./theme.js";
import { localise } from "./times.js";

// What a page may have; fetched when it does.
const parts = [
  ["[data-log]", "./log.js"],
  ["[data-console]", "./console.js"],
  ["[data-stack]", "./stack.js"],
  ["[data-given]", "./given.js"],
  [".tree", "./tree.js"],
  ["[data-source]", "./source.js"],
  ["textarea[data-language]", "./editor.js"],
];

function equip(root) {
  localise(root);
  for (const [selector, file] of parts) {
    for (const element of [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)]) {
      import(file).then((part) => part.equip(element));
    }
  }
}

equip(document);
document.addEventListener("htmx:load", (event) => equip(event.detail.elt));
document.addEventListener("htmx:sseMessage", (event) => localise(event.target));
