// The page's one stream. A connection that is made anew goes on after the last event that was seen, so that nothing is missed
// and nothing comes twice; what changed in a fragment is tinted for a moment; what the reader opened stays open.

const seen = new Map();

htmx.createEventSource = (address) => {
  const url = new URL(address, location.href);
  const path = url.pathname;
  if (seen.has(path)) url.searchParams.set("after", seen.get(path));
  const source = new EventSource(url);
  const listen = source.addEventListener.bind(source);
  source.addEventListener = (name, listener, options) => listen(name, (event) => {
    if (event.lastEventId) seen.set(path, event.lastEventId);
    listener.call(source, event);
  }, options);
  return source;
};

// The reader's own doing is not the server's to undo.
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element) =>
  !(name === "open" && element.matches("details, dialog"))
  && !(name === "class" && element.matches(".is-new"));

// What was fetched into an element stays, as long as it is the same element.
Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, made) =>
  !(old.nodeType === Node.ELEMENT_NODE && old.matches("[data-keep]") && old.id === made.id);

const before = new WeakMap();

function figures(root) {
  return new Map([...root.querySelectorAll("[data-live]")].map((element) => [element.dataset.live, element.textContent]));
}

document.addEventListener("htmx:sseBeforeMessage", (event) => before.set(event.target, figures(event.target)));

document.addEventListener("htmx:sseMessage", (event) => {
  const old = before.get(event.target);
  if (!old) return;
  for (const element of event.target.querySelectorAll("[data-live]")) {
    if (old.has(element.dataset.live) && old.get(element.dataset.live) !== element.textContent) {
      element.classList.add("is-new");
      element.addEventListener("animationend", () => element.classList.remove("is-new"), { once: true });
    }
  }
});

// A list that became empty has more to say than nothing: what it is for, and the next step.
document.addEventListener("htmx:sseMessage", (event) => {
  if (event.target.matches("[data-reload-when-empty]") && !event.target.childElementCount) location.reload();
});

// A stream that is gone for more than a moment is said so, and what stands on the page may be old.
let lost;

let asked = 0;

document.addEventListener("htmx:sseError", (event) => {
  lost ??= setTimeout(() => { document.documentElement.dataset.stream = "lost"; }, 3000);
  if (event.detail.source?.readyState === EventSource.CLOSED) ask();
});

// A stream that is refused may mean that the session is over or that the thing is gone: then so is the page.
async function ask() {
  if (Date.now() - asked < 5000) return;
  asked = Date.now();
  const answer = await fetch(location.href, { method: "HEAD" }).catch(() => undefined);
  if (answer && (answer.redirected || answer.status === 404)) location.reload();
}

document.addEventListener("htmx:sseOpen", () => {
  clearTimeout(lost);
  lost = undefined;
  delete document.documentElement.dataset.stream;
});

function close() {
  for (const element of document.querySelectorAll("[sse-connect]")) element["htmx-internal-data"]?.sseEventSource?.close();
}

// A page that is left closes its stream at once: browsers keep six connections to one place, and what the page shows may
// be gone before the next one is there.
addEventListener("pagehide", close);
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Redirect")) close();
});

addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("[sse-connect]")) location.reload();
});
