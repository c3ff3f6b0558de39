// The theme changes at once; the server keeps it in a cookie for the next page.
document.addEventListener("click", (event) => {
  const button = event.target.closest(".themes button");
  if (!button) return;
  if (button.value === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = button.value;
  for (const other of button.form.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
});
