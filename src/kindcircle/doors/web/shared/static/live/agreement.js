// In the opening step the group's agreement folds away once it was seen for its seconds, unless somebody touched it.

const LONGEST = 1500; // ms that one look may count for: a phone that slept has seen nothing

export function createAgreement(root, now) {
  const parts = [...root.querySelectorAll("[data-folds-after]")];
  const left = new Map(parts.map((part) => [part, 1000 * part.dataset.foldsAfter]));
  for (const part of parts) part.querySelector("summary").addEventListener("click", () => left.delete(part));
  let before = now();

  // opening: whether the opening step is on. Called at least once a second.
  return (opening) => {
    const passed = Math.min(now() - before, LONGEST);
    before = now();
    if (!opening || document.visibilityState !== "visible") return;
    for (const [part, ms] of left) {
      if (part.closest("[hidden]") || part.contains(document.activeElement)) continue;
      left.set(part, ms - passed);
      if (ms > passed) continue;
      part.open = false;
      left.delete(part);
    }
  };
}
