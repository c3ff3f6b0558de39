// Says something to those who listen to a page instead of looking at it.
export function say(text) {
  const place = document.getElementById("say");
  if (!place) return;
  place.textContent = "";
  // Said anew even when it is the same as before.
  requestAnimationFrame(() => { place.textContent = text; });
}
