// The source of a files overlay: files and folders are dropped on a folder to upload them, entries are dragged onto one to move them, and what
// changed is read anew. All of it can be done by forms too.
import { toast } from "./toasts.js";
import { Uploads } from "./uploads.js";

const parentOf = (path) => path.split("/").slice(0, -1).join("/");
const nameOf = (path) => path.split("/").at(-1);
const join = (folder, name) => (folder ? `${folder}/${name}` : name);

// The files of what was dropped, with their paths below it.
async function filesOf(items) {
  const found = [];
  const entries = [...items].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
  async function walk(entry, folder) {
    if (entry instanceof File) return found.push([entry, join(folder, entry.name)]);
    if (entry.isFile) {
      const file = await new Promise((done, fail) => entry.file(done, fail));
      return found.push([file, join(folder, entry.name)]);
    }
    const reader = entry.createReader();
    for (;;) {
      // A reader gives a hundred entries at a time.
      const some = await new Promise((done, fail) => reader.readEntries(done, fail));
      if (!some.length) return undefined;
      for (const one of some) await walk(one, join(folder, entry.name));
    }
  }
  for (const entry of entries) await walk(entry, "");
  return found;
}

export function equip(root) {
  if (root.dataset.ready) return;
  root.dataset.ready = "yes";
  const { source: base, token } = root.dataset;
  const tree = root.querySelector(".tree");
  const dialog = root.querySelector("#upload");
  const form = dialog.querySelector("form");

  // What changed is read once things are quiet.
  const stale = new Set();
  let timer;
  function refresh(folder) {
    stale.add(folder);
    clearTimeout(timer);
    timer = setTimeout(() => {
      const all = [...stale].sort((one, other) => one.length - other.length);
      stale.clear();
      const top = all.filter((one) => !all.some((other) => other !== one && (other === "" || one.startsWith(`${other}/`))));
      for (const one of top) reread(one);
    }, 200);
  }

  const nodeOf = (path) => [...tree.querySelectorAll(".node[data-folder]")].find((node) => node.dataset.path === path);

  async function reread(folder) {
    // A folder that is not open, or new: the next one above it shows it.
    let at = folder;
    let list = tree;
    for (; at; at = parentOf(at)) {
      const below = nodeOf(at)?.closest("li").querySelector(":scope > ul");
      if (below) {
        list = below;
        break;
      }
    }
    const answer = await fetch(`${base}/source?path=${encodeURIComponent(at)}`, { headers: { "HX-Request": "true" } }).catch(() => undefined);
    if (!answer?.ok) return;
    const html = await answer.text();
    const opened = list.querySelectorAll('[data-branch]:is([aria-expanded="true"], [aria-busy="true"])');
    const open = [...opened].map((branch) => branch.closest(".node").dataset.path);
    list.innerHTML = html;
    if (list === tree) {
      tree.closest("[hidden]")?.removeAttribute("hidden");
      root.querySelector(".empty")?.remove();
    }
    // What was open is opened again, from the top.
    for (const path of open) {
      const branch = nodeOf(path)?.querySelector('[data-branch][aria-expanded="false"]');
      if (!branch) continue;
      branch.click();
      await new Promise((done) => {
        const watch = new MutationObserver(() => branch.getAttribute("aria-expanded") === "true" && (watch.disconnect(), done()));
        watch.observe(branch, { attributes: true });
        setTimeout(done, 3000);
      });
    }
  }

  const uploads = new Uploads(root.querySelector("[data-uploads]"), base, token, (path, isFolder) => refresh(isFolder ? path : parentOf(path)));

  const wish = () => ({ unpack: form.elements.unpack.checked, onTaken: form.elements.on_taken.value });
  function take(files, folder) {
    for (const [file, path] of files) uploads.add(file, join(folder, path), wish());
  }

  // The form of the dialog: its files go the same way.
  for (const field of form.querySelectorAll("[data-scripted]")) field.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const folder = form.elements.folder.value.trim().replace(/\/+$/, "");
    const chosen = [...form.querySelector("#up-file").files].map((file) => [file, file.name]);
    const whole = [...form.querySelector("#up-tree").files].map((file) => [file, file.webkitRelativePath || file.name]);
    if (!chosen.length && !whole.length) return toast({ text: "Choose files or a folder first." });
    take([...chosen, ...whole], folder);
    form.querySelector("#up-file").value = "";
    form.querySelector("#up-tree").value = "";
    dialog.close();
  });
  // The folder that was looked at last is the one that is meant.
  tree.addEventListener("focusin", (event) => {
    const node = event.target.closest(".node[data-path]");
    if (!node) return;
    const folder = node.matches("[data-folder]") ? node.dataset.path : parentOf(node.dataset.path);
    if (!folder) return;
    form.elements.folder.value = folder;
    const made = document.querySelector("#nf-path");
    if (made) made.value = `${folder}/`;
    const link = document.querySelector("[data-in-folder]");
    if (link) link.href = `${base}/files/new?path=${encodeURIComponent(folder)}`;
  });

  // Dragging: an entry of the tree, or files from elsewhere.
  let dragged;
  let over;
  const place = (event) => event.target.closest?.("[data-folder]");
  function mark(node) {
    if (over === node) return;
    over?.classList.remove("drop-here");
    over = node;
    over?.classList.add("drop-here");
  }
  root.addEventListener("dragstart", (event) => {
    const node = event.target.closest?.(".node[data-path]");
    if (!node) return;
    dragged = node.dataset.path;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged);
  });
  root.addEventListener("dragend", () => {
    dragged = undefined;
    mark(undefined);
  });
  root.addEventListener("dragover", (event) => {
    const files = event.dataTransfer.types.includes("Files");
    const node = place(event) ?? (files ? root.querySelector('[data-path=""]') : undefined);
    if (!node || (!files && dragged === undefined)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = files ? "copy" : "move";
    mark(node);
  });
  root.addEventListener("dragleave", (event) => {
    if (!root.contains(event.relatedTarget)) mark(undefined);
  });
  root.addEventListener("drop", async (event) => {
    const node = over;
    mark(undefined);
    if (!node) return;
    event.preventDefault();
    const folder = node.dataset.path;
    if (event.dataTransfer.types.includes("Files")) {
      // Folders of which something cannot be read.
      const files = await filesOf(event.dataTransfer.items).catch((error) => toast({ text: `That could not be read: ${error.message}` }));
      if (files) take(files, folder);
      return;
    }
    if (dragged !== undefined && parentOf(dragged) !== folder && dragged !== folder) move(dragged, join(folder, nameOf(dragged)));
  });

  async function move(from, to, onTaken = "ask") {
    const headers = { "HX-Request": "true", "X-Form-Token": token };
    const body = new URLSearchParams({ from, to, on_taken: onTaken });
    const answer = await fetch(`${base}/files/move`, { method: "POST", headers, body }).catch(() => undefined);
    if (answer?.ok) {
      refresh(parentOf(from));
      refresh(parentOf(to));
      toast({ text: `“${nameOf(from)}” is in “${parentOf(to) || "the top"}” now.` });
      return;
    }
    const kind = answer?.headers.get("content-type") ?? "";
    if (answer?.status === 409 && kind.startsWith("application/json")) {
      const { error } = await answer.json();
      const chosen = await choose(error);
      if (chosen) move(from, to, chosen);
      return;
    }
    toast({ text: answer ? (await answer.text()).slice(0, 300) : "The panel does not answer. Nothing was moved." });
  }

  function choose(words) {
    const taken = root.querySelector("#taken");
    taken.querySelector("[data-words]").textContent = words;
    taken.returnValue = "";
    taken.showModal();
    return new Promise((done) => taken.addEventListener("close", () => done(taken.returnValue), { once: true }));
  }

  // A folder is made without leaving the page.
  root.querySelector("#new-folder form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const made = event.target;
    const headers = { "HX-Request": "true", "X-Form-Token": token };
    const answer = await fetch(made.action, { method: "POST", headers, body: new URLSearchParams(new FormData(made)) }).catch(() => undefined);
    if (!answer?.ok) return toast({ text: answer ? (await answer.text()).slice(0, 300) : "The panel does not answer. Nothing was made." });
    made.closest("dialog").close();
    refresh(parentOf(made.elements.path.value.trim().replace(/\/+$/, "")));
    return undefined;
  });
}
