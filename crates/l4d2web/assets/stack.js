// An ordered list: dragged by its grips with mouse or finger, moved by arrow keys on a grip, and by its Up and Down buttons. The
// order of the elements is the order of the form's fields, so nothing else has to be told.
import { say } from "./say.js";

export function equip(list) {
  if (list.dataset.ready) return;
  list.dataset.ready = "yes";
  const name = (item) => item.querySelector(".name").textContent.trim();
  const place = (item) => [...list.children].indexOf(item);

  // Grips and buttons say where their item stands.
  function settle() {
    const items = [...list.children];
    items.forEach((item, index) => {
      item.querySelector(".grip")?.setAttribute("aria-label", `Move ${name(item)}, place ${index + 1} of ${items.length}. Arrow keys move it.`);
      const [up, down] = item.querySelectorAll('[name="move"]');
      if (up) up.disabled = index === 0;
      if (down) down.disabled = index === items.length - 1;
    });
  }

  function tell(item) {
    settle();
    say(`${name(item)}, now ${place(item) + 1} of ${list.children.length}`);
    list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function move(item, to) {
    const last = list.children.length - 1;
    const goal = Math.max(0, Math.min(last, to));
    const from = place(item);
    if (goal === from) return false;
    list.insertBefore(item, list.children[goal > from ? goal + 1 : goal] ?? null);
    tell(item);
    return true;
  }

  list.addEventListener("keydown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip) return;
    const item = grip.closest("li");
    const goals = { ArrowUp: place(item) - 1, ArrowDown: place(item) + 1, Home: 0, End: list.children.length - 1 };
    if (!(event.key in goals) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    move(item, goals[event.key]);
    grip.focus();
    item.scrollIntoView({ block: "nearest" });
  });

  list.addEventListener("click", (event) => {
    const button = event.target.closest('button[name="move"]');
    if (!button) return;
    event.preventDefault();
    const item = button.closest("li");
    move(item, place(item) + (button.value.endsWith("up") ? -1 : 1));
    (button.disabled ? item.querySelector(".grip") : button).focus();
  });

  list.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    drag(grip.closest("li"), event);
    grip.focus();
  });

  function drag(item, start) {
    const home = item.nextElementSibling;
    const from = place(item);
    const middle = (other) => {
      const box = other.getBoundingClientRect();
      return box.top + box.height / 2;
    };
    // From the pointer to the middle of what it drags.
    const offset = middle(item) - start.clientY;
    let y = start.clientY;
    let frame;
    // The list stays where it is, the item does not, and what is moved loses its capture.
    list.setPointerCapture(start.pointerId);
    item.classList.add("is-dragging");

    // Goes past each neighbour whose middle it has passed.
    function follow() {
      for (let other; (other = item.previousElementSibling) && y + offset < middle(other);) list.insertBefore(item, other);
      for (let other; (other = item.nextElementSibling) && y + offset > middle(other);) list.insertBefore(item, other.nextElementSibling);
      settle();
    }

    // At the edge of the window the page moves along.
    function creep() {
      const edge = 72;
      const step = y < edge ? y - edge : y > innerHeight - edge ? y - innerHeight + edge : 0;
      if (step) {
        scrollBy(0, step / 6);
        follow();
      }
      frame = requestAnimationFrame(creep);
    }
    frame = requestAnimationFrame(creep);

    const moved = (event) => { y = event.clientY; follow(); };
    function end(keep) {
      cancelAnimationFrame(frame);
      item.classList.remove("is-dragging");
      item.querySelector(".grip").focus();
      list.removeEventListener("pointermove", moved);
      list.removeEventListener("pointerup", dropped);
      list.removeEventListener("pointercancel", left);
      removeEventListener("keydown", escaped, true);
      if (!keep) { list.insertBefore(item, home); settle(); } else if (place(item) !== from) tell(item);
    }
    const dropped = () => end(true);
    const left = () => end(false);
    const escaped = (event) => { if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); end(false); } };
    list.addEventListener("pointermove", moved);
    list.addEventListener("pointerup", dropped);
    list.addEventListener("pointercancel", left);
    addEventListener("keydown", escaped, true);
  }

  settle();
}
