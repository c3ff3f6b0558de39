// A tree of files: folders open in place, their entries are fetched when they are opened first. Without scripts each folder is a
// link to a page of its own. Arrow keys walk it.
import { localise } from "./times.js";
import { toast } from "./toasts.js";

export function equip(tree) {
  if (tree.dataset.ready) return;
  tree.dataset.ready = "yes";

  const below = (branch) => branch.closest("li").querySelector(":scope > ul");

  async function unfold(branch) {
    const list = below(branch);
    if (list) {
      list.hidden = false;
    } else {
      branch.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(branch.href, { headers: { "HX-Request": "true" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const made = document.createElement("ul");
        made.innerHTML = await answer.text();
        localise(made);
        branch.closest("li").append(made);
        htmx.process(made);
      } catch {
        toast({ text: `“${branch.textContent.trim()}” could not be read. Open it again to try once more.` });
        return;
      } finally {
        branch.removeAttribute("aria-busy");
      }
    }
    branch.setAttribute("aria-expanded", "true");
  }

  function fold(branch) {
    const list = below(branch);
    if (list) list.hidden = true;
    branch.setAttribute("aria-expanded", "false");
  }

  const isOpen = (branch) => branch.getAttribute("aria-expanded") === "true";

  tree.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const branch = event.target.closest("[data-branch]");
    if (branch) {
      event.preventDefault();
      await (isOpen(branch) ? fold(branch) : unfold(branch));
      return;
    }
    // "More entries": the next page takes the link's place.
    const more = event.target.closest("[data-entries]");
    if (!more) return;
    event.preventDefault();
    const answer = await fetch(more.href, { headers: { "HX-Request": "true" } }).catch(() => undefined);
    if (!answer?.ok) return toast({ text: "More entries could not be read. Try once more." });
    const made = document.createElement("template");
    made.innerHTML = await answer.text();
    localise(made.content);
    const first = made.content.querySelector("a, button");
    more.closest("li").replaceWith(made.content);
    first?.focus();
  });

  tree.addEventListener("keydown", (event) => {
    const here = event.target.closest(".node > :first-child");
    if (!here) return;
    const all = [...tree.querySelectorAll(".node > :first-child")].filter((node) => node.checkVisibility());
    const at = all.indexOf(here);
    const branch = here.matches("[data-branch]");
    const go = {
      ArrowDown: () => all[at + 1]?.focus(),
      ArrowUp: () => all[at - 1]?.focus(),
      Home: () => all[0].focus(),
      End: () => all.at(-1).focus(),
      ArrowRight: () => branch && (isOpen(here) ? all[at + 1]?.focus() : unfold(here)),
      ArrowLeft: () => (branch && isOpen(here) ? fold(here) : here.closest("ul").closest("li")?.querySelector(".node > :first-child")?.focus()),
    }[event.key];
    if (!go || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    go();
  });
}
