// The lines that left4me puts in front of a blueprint's config, as its list of overlays stands just now: of each that is ticked one, the
// lowest first. What is saved is what the form says; this only shows it before.

export function equip(list) {
  const form = list.closest("form");
  if (list.dataset.ready || !form) return;
  list.dataset.ready = "yes";

  function show() {
    const ticked = [...form.querySelectorAll('[data-stack] > li')].filter((item) => item.querySelector('[name="expose"]').checked);
    list.replaceChildren(...ticked.reverse().map((item) => {
      const line = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = `// ${item.querySelector(".name").textContent.trim()}`;
      line.append(`exec server_overlay_${item.querySelector('[name="overlay"]').value} `, name);
      return line;
    }));
    list.hidden = ticked.length === 0;
    form.querySelector("[data-no-given]").hidden = ticked.length > 0;
  }

  form.querySelector("[data-stack]")?.addEventListener("change", show);
}
