// A log: follows its end, holds still while one reads above, finds words, fetches what is older, and forgets what is too old to
// matter. Lines come from the server as finished, escaped elements; what they say is only ever handled as text.
import { localise } from "./times.js";
import { finder } from "./find.js";

const most = 5000;
const near = 24;

export function equip(section) {
  if (section.dataset.ready) return;
  section.dataset.ready = "yes";
  const box = section.querySelector(".log");
  const lines = section.querySelector("[data-lines]");
  const follow = section.querySelector("[data-follow]");
  const more = section.querySelector("[data-more]");
  const places = new Set([...lines.children].map((line) => line.dataset.pos));
  const find = finder(section, lines);
  let following = true;
  let waiting = 0;
  let asking = false;
  let complete = !section.dataset.older;

  function show() {
    if (follow) {
      follow.setAttribute("aria-pressed", String(following));
      follow.textContent = following ? "Following" : "Follow";
    }
    if (more) {
      more.hidden = following || waiting === 0;
      more.querySelector("span").textContent = waiting === 1 ? "1 new line" : `${waiting} new lines`;
    }
  }

  function toEnd() {
    following = true;
    waiting = 0;
    box.scrollTop = 0;
    trim();
    show();
  }

  // The box counts from its end (column-reverse): 0 is the last line, and what comes in front of the first moves nothing.
  box.addEventListener("scroll", () => {
    const atEnd = Math.abs(box.scrollTop) < near;
    if (atEnd !== following) {
      following = atEnd;
      if (following) waiting = 0;
      show();
    }
    if (box.scrollHeight - box.clientHeight - Math.abs(box.scrollTop) < 400) older();
  }, { passive: true });

  follow?.addEventListener("click", () => {
    if (!following) return toEnd();
    following = false;
    // One line off the end holds it still.
    box.scrollTop = -near - 1;
    show();
  });
  more?.querySelector("button").addEventListener("click", () => { toEnd(); box.focus(); });

  function trim() {
    while (lines.childElementCount > most) {
      places.delete(lines.firstElementChild.dataset.pos);
      lines.firstElementChild.remove();
      complete = false;
    }
  }

  function fresh(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    for (const line of [...template.content.children]) {
      if (!line.dataset.pos || !places.has(line.dataset.pos)) {
        if (line.dataset.pos) places.add(line.dataset.pos);
      } else {
        line.remove();
      }
    }
    localise(template.content);
    return template.content;
  }

  lines.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (event.target !== lines) return;
    event.preventDefault();
    // The stream could not go on where it broke: what it sends now takes the place of all that is here.
    if (event.detail.type.endsWith("-reset")) {
      lines.replaceChildren();
      places.clear();
      waiting = 0;
      complete = !section.dataset.older;
    }
    const made = fresh(event.detail.data);
    const count = made.childElementCount;
    if (count === 0) return;
    const added = [...made.children];
    const height = box.scrollHeight;
    section.querySelector(".empty")?.remove();
    lines.append(made);
    find.mark(added);
    if (following) {
      trim();
    } else {
      box.scrollTop -= box.scrollHeight - height;
      waiting += count;
      show();
    }
  });

  async function older() {
    const first = lines.firstElementChild;
    if (asking || complete || !first) return;
    asking = true;
    try {
      const url = new URL(section.dataset.older, location.href);
      url.searchParams.set("before", first.dataset.pos);
      const answer = await fetch(url, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      const made = fresh(await answer.text());
      if (made.childElementCount === 0) complete = true;
      const added = [...made.children];
      lines.prepend(made);
      find.mark(added);
    } catch {
      // The panel is away; the next look upwards asks again.
    } finally {
      asking = false;
    }
  }

  // A log that came by the page's stream listens only after a moment: what was sent to it before is fetched. What comes meanwhile
  // comes after it.
  async function catchUp() {
    const url = new URL(section.dataset.older, location.href);
    url.searchParams.set("before", Number.MAX_SAFE_INTEGER);
    const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => undefined);
    if (!answer?.ok) return;
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    const first = Number(lines.firstElementChild?.dataset.pos ?? Infinity);
    for (const line of [...made.content.children]) if (Number(line.dataset.pos) >= first) line.remove();
    const missed = fresh(made.innerHTML);
    const added = [...missed.children];
    lines.prepend(missed);
    find.mark(added);
  }
  if (section.closest("[data-catch-up]") && !lines.childElementCount) catchUp();

  const wrap = section.querySelector("[data-wrap]");
  const lay = () => box.classList.toggle("log-unwrapped", !wrap.checked);
  wrap?.addEventListener("change", lay);
  if (wrap) lay();
  show();
}
