// While one works on the panel: a saved style sheet takes effect at once, a saved script or template loads the page again.
const source = new EventSource("/dev/reload");
let run;

source.addEventListener("run", (event) => {
  if (run && run !== event.data) location.reload();
  run = event.data;
});
source.addEventListener("changed", (event) => {
  if (!event.data.endsWith(".css")) return location.reload();
  for (const link of document.querySelectorAll('link[rel="stylesheet"]')) {
    if (link.href.includes(event.data)) link.href = `${link.href.split("?")[0]}?${Date.now()}`;
  }
});
