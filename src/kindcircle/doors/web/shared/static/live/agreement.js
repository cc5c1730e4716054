// In the opening step the group's agreement folds away once it was seen for its seconds, unless somebody touched it.

const LONGEST = 1500; // ms that one look may count for: a phone that slept has seen nothing

export function createAgreement(root, now) {
  const seen = new Map([...root.querySelectorAll("[data-folds-after]")].map((part) => [part, 0]));
  for (const part of seen.keys()) part.querySelector("summary").addEventListener("click", () => seen.delete(part));
  let before = now();

  // opening: whether the opening step is on. Called at least once a second.
  return (opening) => {
    const passed = Math.min(now() - before, LONGEST);
    before = now();
    if (!opening || document.visibilityState !== "visible") return;
    for (const [part, ms] of seen) {
      if (part.closest("[hidden]") || part.contains(document.activeElement)) continue;
      seen.set(part, ms + passed);
      if (ms + passed < 1000 * part.dataset.foldsAfter) continue;
      part.open = false;
      seen.delete(part);
    }
  };
}
