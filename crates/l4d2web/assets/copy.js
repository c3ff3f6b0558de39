// Copies what `data-copy` holds, and says so.
import { say } from "./say.js";
import { toast } from "./toasts.js";

// A panel without TLS has no clipboard interface: there an invisible field is copied from.
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr";
  const held = document.activeElement;
  (held?.closest("dialog") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  held?.focus();
  if (!done) throw new Error("refused");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const what = button.title.replace(/^Copy /, "") || "text";
  try {
    await copy(button.dataset.copy);
    toast({ text: `${what[0].toUpperCase()}${what.slice(1)} copied.` });
  } catch {
    say("It could not be copied.");
    toast({ text: `The browser does not let pages copy. Select it by hand: ${button.dataset.copy}` });
  }
});
