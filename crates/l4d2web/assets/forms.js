// What comes after a form was sent: focus on what was refused, and a message when the panel could not answer as it should.
import { toast } from "./toasts.js";

function focusFirstBad(root) {
  root.querySelector?.('[aria-invalid="true"]')?.focus();
}

focusFirstBad(document);

// A refusal that is not a form is a sentence: it does not take the form's place.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 422 && !(xhr.getResponseHeader("content-type") ?? "").startsWith("text/html")) {
    event.detail.shouldSwap = false;
    event.detail.isError = true;
    toast({ text: reason(xhr) });
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.xhr?.status === 422) focusFirstBad(event.detail.elt.isConnected ? event.detail.elt : document);
});

// A page that refuses has its reason in an empty state; anything else is plain text, or nothing.
function reason(xhr) {
  const kind = xhr.getResponseHeader("content-type") ?? "";
  if (kind.startsWith("text/html")) {
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const words = [...page.querySelectorAll(".empty h1, .empty h2, .empty p")].slice(0, 2).map((element) => element.textContent.trim());
    if (words.length) return words.join(". ").replace("..", ".");
  } else if (xhr.responseText && xhr.responseText.length < 300) {
    return xhr.responseText;
  }
  return xhr.status >= 500
    ? "The panel could not do that. Its own log says why."
    : "That was not taken. Load the page again and see what changed.";
}

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401) location.reload();
  else if (xhr.status !== 422) toast({ text: reason(xhr) });
});

// What was said is said: the field is free for the next.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.detail.elt.matches("form[data-clears]")) event.detail.elt.reset();
});

document.addEventListener("htmx:sendError", () => toast({ text: "The panel does not answer. Nothing was changed." }));

// A button that cannot be used now stays focusable and says why; it does nothing.
document.addEventListener("click", (event) => {
  if (event.target.closest('[aria-disabled="true"]')) event.preventDefault();
}, true);

// What was typed into a long form and is not saved is not lost by a click on a link.
const changed = new Set();
const long = (event) => event.target.closest?.("form:has(.save)") ?? (event.target.form?.matches(":has(.save)") ? event.target.form : undefined);

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = long(event);
    if (form) changed.add(form);
  });
}
document.addEventListener("submit", (event) => changed.delete(event.target));
addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
