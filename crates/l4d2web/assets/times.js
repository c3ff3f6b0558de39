// Times in the reader's zone, and durations that run on. The server writes UTC into `datetime`; `data-since` counts from there.
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const seconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "long" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" });
const year = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

function words(at) {
  const now = new Date();
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const days = Math.ceil((midnight - at) / 86400000);
  if (days === 0) return clock.format(at);
  if (days === 1) return `${clock.format(at)} yesterday`;
  if (days === -1) return `${clock.format(at)} tomorrow`;
  if (Math.abs(days) < 7) return `${clock.format(at)} on ${weekday.format(at)}`;
  return `${clock.format(at)} on ${(at.getFullYear() === now.getFullYear() ? day : year).format(at)}`;
}

function duration(total) {
  const s = Math.max(0, Math.floor(total));
  const [m, h, d] = [Math.floor(s / 60), Math.floor(s / 3600), Math.floor(s / 86400)];
  const two = (a, x, b, y) => (b ? `${a} ${x} ${b} ${y}` : `${a} ${x}`);
  if (d >= 7) return `${d} days`;
  if (d) return two(d, d === 1 ? "day" : "days", h % 24, "h");
  if (h) return two(h, "h", m % 60, "min");
  if (m) return two(m, "min", s % 60, "s");
  return `${s} s`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function localise(root) {
  for (const element of root.querySelectorAll?.("time[datetime]") ?? []) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    if ("since" in element.dataset) write(element, duration((Date.now() - at) / 1000));
    else if (element.parentElement.classList.contains("ln")) write(element, seconds.format(at));
    else write(element, words(at));
    if (!element.title && !element.parentElement.classList.contains("ln")) element.title = full.format(at);
  }
}

setInterval(() => {
  for (const element of document.querySelectorAll("time[data-since]")) {
    write(element, duration((Date.now() - new Date(element.dateTime)) / 1000));
  }
}, 1000);
