// Dialogs. Links open them (`data-opens`) and close them (`data-closes`); without scripts such a link leads to the page that begins with the
// dialog open, and back.
function open(dialog) {
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opens], a[data-closes]");
  // In a tab of its own it is a page.
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const dialog = link.dataset.opens ? document.getElementById(link.dataset.opens) : link.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  if (link.dataset.opens) open(dialog);
  else dialog.close();
});

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
