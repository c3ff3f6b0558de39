// Dialogs: opened by `command` and `commandfor`, also in browsers that do not know them, and after a refusal without scripts.
const known = "commandForElement" in HTMLButtonElement.prototype;

function open(dialog) {
  if (!dialog.open) dialog.showModal();
}

if (!known) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    if (!dialog) return;
    if (button.getAttribute("command") === "close") dialog.close();
    else open(dialog);
  });
}

// A click beside the dialog closes it, unless something was typed into it.
document.addEventListener("pointerdown", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || !dialog.matches(":modal")) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  const typed = [...dialog.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue);
  if (!inside && !typed) dialog.close();
});

// What was agreed to and leads nowhere else is done with: a message says what was started.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  if (xhr.status === 204 && !xhr.getResponseHeader("hx-redirect")) elt.closest("dialog")?.close();
});

for (const dialog of document.querySelectorAll("dialog[data-modal][open]")) {
  dialog.close();
  open(dialog);
  dialog.querySelector('[aria-invalid="true"]')?.focus();
}
