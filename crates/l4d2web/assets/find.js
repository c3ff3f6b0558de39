// Finds words in the lines of a log, marks them, and goes from one to the next.
export function finder(section, lines) {
  const field = section.querySelector("[data-find]");
  const note = section.querySelector("[data-found]");
  let word = "";
  let current;

  function clear(line) {
    const text = line.lastElementChild;
    if (text.firstElementChild) text.textContent = text.textContent;
  }

  function mark(some) {
    if (!word) return;
    for (const line of some) {
      const text = line.lastElementChild;
      const whole = text.textContent;
      const small = whole.toLowerCase();
      let from = small.indexOf(word);
      if (from < 0 || small.length !== whole.length) continue;
      const parts = [];
      let done = 0;
      for (; from >= 0; from = small.indexOf(word, done)) {
        const found = document.createElement("mark");
        found.textContent = whole.slice(from, from + word.length);
        parts.push(whole.slice(done, from), found);
        done = from + word.length;
      }
      parts.push(whole.slice(done));
      text.replaceChildren(...parts);
    }
    count();
  }

  function count() {
    const found = lines.querySelectorAll("mark").length;
    note.textContent = !word ? "" : found === 1 ? "1 match" : `${found} matches`;
  }

  function search() {
    for (const line of lines.querySelectorAll(".ln:has(mark)")) clear(line);
    word = field.value.toLowerCase();
    current = undefined;
    mark(lines.children);
    count();
  }

  // From the newest to the oldest, as one reads a log.
  function go(step) {
    const marks = [...lines.querySelectorAll("mark")];
    if (!marks.length) return;
    const at = marks.indexOf(current);
    const next = at < 0 ? marks.length - 1 : (at + step + marks.length) % marks.length;
    current?.classList.remove("is-current");
    current = marks[next];
    current.classList.add("is-current");
    current.scrollIntoView({ block: "center" });
    note.textContent = `${marks.length - next} of ${marks.length}`;
  }

  let pause;
  field?.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(search, 120);
  });
  field?.form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.toLowerCase() !== word) search();
    go(-1);
  });
  field?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey) {
      event.preventDefault();
      go(1);
    }
  });

  return { mark };
}
