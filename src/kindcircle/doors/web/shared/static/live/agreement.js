// What the group agreed on stands open in the opening step. Where only today's line is read, it folds away once it was
// seen for its seconds; whoever touches it decides for themselves from then on.

const longest = 1500; // ms that one look may count for: a phone that slept has seen nothing

export function createAgreement(root, now) {
  const folds = [...root.querySelectorAll("[data-folds-after]")].map((part) => ({ part, seen: 0, touched: false }));
  for (const one of folds) one.part.querySelector("summary").addEventListener("click", () => (one.touched = true));
  let before = now();

  // opening: whether the opening step is on. Called at each drawing of the page, at least once a second.
  return (opening) => {
    const passed = Math.min(now() - before, longest);
    before = now();
    if (!opening || document.visibilityState !== "visible") return;
    for (const one of folds) {
      if (one.touched || one.part.closest("[hidden]") || one.part.contains(document.activeElement)) continue;
      one.seen += passed;
      if (one.seen < 1000 * Number(one.part.dataset.foldsAfter)) continue;
      one.part.open = false;
      one.touched = true;
    }
  };
}
