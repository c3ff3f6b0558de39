// The queue of uploads: files come in pieces, three at a time, and wait while the line is down. What was interrupted by a reload stands in the list
// from the panel; the same file, chosen again, goes on where it stopped.
import { say } from "./say.js";
import { toast } from "./toasts.js";

const piece = 8 * 1024 * 1024;
const atOnce = 3;
const units = ["KB", "MB", "GB", "TB"];

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  while (value >= 1000 && unit + 1 < units.length) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? Math.floor(value * 10) / 10 : Math.floor(value)} ${units[unit]}`;
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const online = () => navigator.onLine || new Promise((done) => addEventListener("online", done, { once: true }));

// What the panel refuses, with what it says besides.
class Refused extends Error {
  constructor(status, body) {
    super(body.error ?? "That was not taken.");
    this.status = status;
    this.body = body;
  }
}

async function read(answer) {
  const kind = answer.headers.get("content-type") ?? "";
  const body = kind.startsWith("application/json") ? await answer.json() : { error: (await answer.text()).slice(0, 300) };
  if (!answer.ok) throw new Refused(answer.status, body);
  return body;
}

// One piece, with its progress, which fetch does not tell.
function send(url, blob, token, watch, signal) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("X-Form-Token", token);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => watch(event.loaded));
    request.addEventListener("load", () => {
      let body = {};
      try { body = JSON.parse(request.responseText); } catch { body = { error: request.responseText.slice(0, 300) || undefined }; }
      if (request.status >= 200 && request.status < 300) done(body);
      else fail(new Refused(request.status, body));
    });
    for (const kind of ["error", "timeout"]) request.addEventListener(kind, () => fail(new TypeError("the line is down")));
    request.addEventListener("abort", () => fail(new DOMException("stopped", "AbortError")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(blob);
  });
}

export class Uploads {
  constructor(panel, base, token, placed) {
    Object.assign(this, { base, token, placed, panel });
    this.list = panel.querySelector("[data-list]");
    this.queue = [];
    this.running = 0;
    this.done = 0;
    this.forAll = undefined;
    for (const row of this.list.querySelectorAll("[data-known]")) this.adopt(row);
    addEventListener("beforeunload", (event) => {
      if (this.queue.some((job) => !job.over && !job.waiting && job.file)) event.preventDefault();
    });
    addEventListener("offline", () => this.tell());
    addEventListener("online", () => this.tell());
  }

  post(path, fields = {}) {
    const headers = { "HX-Request": "true", "X-Form-Token": this.token };
    return fetch(this.base + path, { method: "POST", headers, body: new URLSearchParams(fields) });
  }

  // What was under way before this page.
  adopt(row) {
    const job = { id: row.dataset.known, path: row.dataset.path, row, unpack: true, stop: new AbortController(), waiting: true };
    job.words = row.querySelector("[data-words]");
    job.bar = row.querySelector("progress");
    row.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.cancel(job);
    });
    this.queue.push(job);
    if (row.dataset.state === "unpacked") this.ask(job, "It is unpacked. Some of its names are taken here.");
    else if (row.dataset.state !== "sending") this.settle(job, () => this.follow(job));
    this.tell();
  }

  add(file, path, { unpack, onTaken }) {
    const known = this.queue.find((job) => job.path === path && !job.over);
    if (known && !known.waiting) return toast({ text: `“${path}” is on its way already.` });
    if (known) this.remove(known);
    const job = { file, path, unpack: unpack && /\.(zip|7z|rar)$/i.test(path), onTaken, stop: new AbortController(), sent: 0 };
    job.row = document.createElement("li");
    job.row.className = "pad tight";
    job.row.dataset.path = path;
    const work = document.createElement("div");
    work.className = "work";
    const top = document.createElement("div");
    const name = document.createElement("strong");
    name.className = "cut";
    name.title = path;
    name.textContent = path;
    job.percent = document.createElement("span");
    job.percent.textContent = "waits";
    top.append(name, job.percent);
    job.bar = document.createElement("progress");
    job.bar.max = 100;
    job.bar.value = 0;
    job.bar.setAttribute("aria-label", `Upload of ${path}`);
    const below = document.createElement("div");
    job.figures = document.createElement("span");
    job.figures.textContent = size(file.size);
    job.speed = document.createElement("span");
    below.append(job.figures, job.speed);
    work.append(top, job.bar, below);
    job.words = document.createElement("p");
    job.words.className = "sub";
    job.words.hidden = true;
    job.acts = document.createElement("div");
    job.acts.className = "acts";
    job.acts.append(this.button("Cancel", ` the upload of ${path}`, () => this.cancel(job), "btn-quiet"));
    job.row.append(work, job.words, job.acts);
    this.list.append(job.row);
    this.queue.push(job);
    return this.go();
  }

  button(word, rest, act, kind = "") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `btn ${kind}`;
    button.textContent = word;
    if (rest) {
      const more = document.createElement("span");
      more.className = "sr";
      more.textContent = rest;
      button.append(more);
    }
    button.addEventListener("click", act);
    return button;
  }

  tell() {
    const open = this.queue.filter((job) => !job.over);
    const left = open.filter((job) => !job.waiting).length;
    const words = this.panel.querySelector("[data-left]");
    words.textContent = !open.length ? "" : navigator.onLine === false ? "waits for the network" : left ? `${left} left` : "";
    this.panel.querySelector("[data-none]").hidden = open.length > 0;
  }

  go() {
    this.tell();
    while (this.running < atOnce) {
      const job = this.queue.find((one) => one.file && !one.started && !one.over);
      if (!job) break;
      job.started = true;
      this.running += 1;
      this.settle(job, () => this.run(job)).finally(() => {
        this.running -= 1;
        this.go();
      });
    }
    const busy = this.queue.some((job) => !job.over && !job.waiting);
    if (!busy && this.done) {
      say(this.done === 1 ? "1 file uploaded." : `${this.done} files uploaded.`);
      this.done = 0;
      this.forAll = undefined;
    }
  }

  // Runs a part of a job to its end, whatever that is.
  async settle(job, work) {
    try {
      await work();
    } catch (error) {
      if (error.name === "AbortError" || job.over) return;
      if (error.body?.taken) this.ask(job, error.message);
      else this.fail(job, error.message);
    }
  }

  // Repeats what fails because the line or the panel is down.
  async steadily(job, work) {
    for (let wait = 1000; ; wait = Math.min(wait * 2, 30000)) {
      try {
        return await work();
      } catch (error) {
        if (job.stop.signal.aborted) throw new DOMException("stopped", "AbortError");
        const passing = error instanceof TypeError || [429, 502, 503, 504].includes(error.status) || error.body?.busy;
        if (!passing) throw error;
        this.words(job, navigator.onLine ? "The panel does not answer. It goes on by itself." : "The network is away. It goes on by itself.");
        await pause(wait);
        await online();
      }
    }
  }

  async run(job) {
    const { file } = job;
    const begin = async () => read(await this.post("/uploads", {
      path: job.path, size: file.size, stamp: `${file.lastModified}`, on_taken: job.onTaken ?? "ask", ...(job.unpack ? { unpack: "yes" } : {}),
    }));
    const begun = await this.steadily(job, begin);
    job.id = begun.id;
    job.unpack = begun.unpack;
    job.sent = begun.received;
    job.since = performance.now();
    job.from = job.sent;
    while (job.sent < file.size) {
      await this.steadily(job, async () => {
        const from = job.sent;
        const url = `${this.base}/uploads/${job.id}/chunk?offset=${from}`;
        try {
          const { received } = await send(url, file.slice(from, from + piece), this.token, (loaded) => this.figures(job, from + loaded), job.stop.signal);
          job.sent = received;
        } catch (error) {
          // Part of it came before the line broke, or the panel has it already.
          if (error.body?.received === undefined) throw error;
          job.sent = error.body.received;
        }
        this.words(job, "");
      });
      this.figures(job, job.sent);
    }
    await this.finish(job);
  }

  async finish(job, onTaken) {
    const answer = await this.steadily(job, async () => {
      const reply = await this.post(`/uploads/${job.id}/finish`, onTaken ? { on_taken: onTaken } : {});
      return { ...(await read(reply)), status: reply.status };
    });
    if (answer.status === 202) await this.follow(job);
    else this.end(job, answer.placed);
  }

  // Reads how an archive gets on.
  async follow(job) {
    const answer = await fetch(`${this.base}/uploads/${job.id}/progress`, { headers: { "HX-Request": "true" }, signal: job.stop.signal });
    // It was done before it was asked for.
    if (answer.status === 404) return this.end(job, job.path);
    if (!answer.ok) return read(answer);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      rest += value;
      const lines = rest.split("\n");
      rest = lines.pop();
      for (const line of lines.filter(Boolean)) {
        const now = JSON.parse(line);
        const words = { waiting: "Waits for another archive.", merging: "Comes to its place.", unpacking: "Is being unpacked." }[now.phase];
        if (words) this.words(job, words);
        if (now.of) {
          job.bar.value = Math.floor((now.done * 100) / now.of);
          if (job.percent) job.percent.textContent = `${job.bar.value} %`;
          if (job.figures) job.figures.textContent = `${size(now.done)} of ${size(now.of)} unpacked`;
        }
        if (now.phase === "done") {
          if (now.kept) toast({ text: `Of “${job.path}”, ${now.files} files came; ${now.kept} were left out, since they are here already.` });
          return this.end(job, job.path);
        }
        if (now.phase === "taken") return this.ask(job, now.error);
        if (now.phase === "failed") {
          // The panel has forgotten it: there is nothing to cancel, and it begins anew.
          if (!now.again) job.id = undefined;
          return this.fail(job, now.error, now.again);
        }
      }
    }
  }

  figures(job, sent) {
    const percent = job.file.size ? Math.floor((sent * 100) / job.file.size) : 100;
    const seconds = (performance.now() - job.since) / 1000;
    const speed = seconds > 1 ? (sent - job.from) / seconds : 0;
    job.bar.value = percent;
    job.percent.textContent = `${percent} %`;
    job.figures.textContent = `${size(sent)} of ${size(job.file.size)}`;
    const left = speed ? Math.ceil((job.file.size - sent) / speed) : 0;
    const time = left > 90 ? `${Math.round(left / 60)} min` : `${left} s`;
    job.speed.textContent = speed ? `${size(Math.round(speed))}/s, ${time}` : "";
  }

  words(job, text, bad = false) {
    job.words.hidden = !text;
    job.words.className = bad ? "error" : "sub";
    if (job.words.textContent !== text) job.words.textContent = text;
  }

  end(job, placed) {
    job.over = true;
    this.done += 1;
    job.row.remove();
    this.placed(job.unpack ? job.path.split("/").slice(0, -1).join("/") : placed, job.unpack);
    this.tell();
  }

  fail(job, why, again = false) {
    job.waiting = true;
    this.words(job, why, true);
    say(`${job.path}: ${why}`);
    const acts = [this.button("Put away", "", () => this.cancel(job), "btn-quiet")];
    if (again && job.id) acts.unshift(this.button("Try again", "", () => this.again(job, () => this.finish(job))));
    else if (job.file) acts.unshift(this.button("Try again", "", () => this.again(job, () => this.run(job))));
    (job.acts ?? job.row.querySelector("form")).replaceWith(job.acts = this.group(acts));
    this.tell();
  }

  group(buttons) {
    const acts = document.createElement("div");
    acts.className = "acts";
    acts.append(...buttons);
    return acts;
  }

  again(job, work) {
    job.waiting = false;
    job.stop = new AbortController();
    this.words(job, "");
    (job.acts ?? job.row.querySelector("form")).replaceWith(job.acts = this.group([this.button("Cancel", "", () => this.cancel(job), "btn-quiet")]));
    this.tell();
    this.settle(job, work).finally(() => this.go());
  }

  // The name is taken: what shall be done?
  ask(job, why) {
    if (this.forAll) return this.choose(job, this.forAll);
    job.waiting = true;
    this.words(job, why, true);
    say(why);
    const keep = job.unpack ? ["Keep what is here", "keep"] : ["Keep both", "both"];
    const all = document.createElement("label");
    all.className = "check";
    const box = document.createElement("input");
    box.type = "checkbox";
    all.append(box, " for all");
    const choice = (word, value, kind) => this.button(word, ` for ${job.path}`, () => {
      if (box.checked) this.forAll = value;
      this.choose(job, value);
      if (box.checked) for (const other of this.queue.filter((one) => one.asks && !one.over)) this.choose(other, value);
    }, kind);
    job.asks = true;
    (job.acts ?? job.row.querySelector("form")).replaceWith(job.acts = this.group([
      choice("Replace", "replace"), choice(...keep), this.button("Skip", ` ${job.path}`, () => this.cancel(job), "btn-quiet"), all,
    ]));
    this.tell();
  }

  choose(job, value) {
    job.asks = false;
    const chosen = job.unpack ? (value === "both" ? "keep" : value) : value === "keep" ? "both" : value;
    job.onTaken = chosen;
    this.again(job, () => (job.id ? this.finish(job, chosen) : this.run(job)));
  }

  async cancel(job) {
    job.over = true;
    job.stop.abort();
    if (job.id) {
      // The piece that was on its way may be at its end yet.
      for (let tries = 0; tries < 5; tries += 1) {
        const answer = await this.post(`/uploads/${job.id}/cancel`).catch(() => undefined);
        if (answer?.status !== 409) break;
        await pause(300);
      }
    }
    this.remove(job);
    this.go();
  }

  remove(job) {
    job.over = true;
    job.row.remove();
    this.tell();
  }
}
