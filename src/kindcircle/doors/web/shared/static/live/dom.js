// Small hands for the live pages: finding parts by name, saying words in them, showing times. Never touches HTML.

export const parts = (root, name) => [...root.querySelectorAll(`[data-live="${name}"]`)];

// Only a change is written, so that a screen reader is not told the same thing again and again.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function say(root, name, text) {
  for (const element of parts(root, name)) setText(element, text);
}

// The sentence an element keeps ready for a state: data-say-paused for "paused". Words come from the page,
// which the server has translated; scripts hold none.
export function saying(element, state) {
  return element.getAttribute(`data-say-${state}`) ?? "";
}

export function sayState(root, name, state) {
  for (const element of parts(root, name)) setText(element, saying(element, state));
}

export function minutesAndSeconds(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function readJson(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}

// randomUUID is missing on plain HTTP, where a clinic may try things out on its own network.
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Hides what does not belong to the present state. data-when names states; one that holds is enough.
// A person who works by keyboard is not left on a button that has gone: focus stays in its group.
export function showWhen(root, states, which = "[data-when]") {
  const focused = document.activeElement;
  for (const element of root.querySelectorAll(which)) {
    const fitting = element.dataset.when.split(/\s+/).some((state) => states.has(state));
    if (element.hidden === fitting) element.hidden = !fitting;
  }
  const group = focused?.closest("[data-keeps-focus]");
  if (!group || !focused.closest("[hidden]")) return;
  const next = [...group.querySelectorAll("button, a[href]")].find((button) => !button.closest("[hidden]"));
  (next ?? group).focus();
}
