// Short messages at the edge: what was started, and what the panel refused. They go by themselves, but not while one is at them.
const most = 3;

export function toast({ text, href, word }) {
  const place = document.getElementById("toasts");
  const made = document.getElementById("toast").content.cloneNode(true).firstElementChild;
  const line = made.querySelector("p");
  line.textContent = text;
  if (href?.startsWith("/") && !href.startsWith("//")) {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = word ?? "See it";
    line.append(" ", link);
  }
  made.querySelector("button").addEventListener("click", () => made.remove());
  place.append(made);
  while (place.children.length > most) place.firstElementChild.remove();
  const leave = () => {
    if (made.matches(":hover, :focus-within")) setTimeout(leave, 4000);
    else made.remove();
  };
  setTimeout(leave, 10000);
}

document.addEventListener("toast", (event) => toast(event.detail));
