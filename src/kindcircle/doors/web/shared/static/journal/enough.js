// After a while on a page to write on: one quiet line that it may be enough. It is said once, and holds nothing back.
(() => {
  const place = document.querySelector("[data-enough-minutes]");
  if (!place) return;
  const line = place.querySelector("[role=status]");
  setTimeout(() => {
    place.hidden = false;
    // A moment later: what appears together with its words is not read out everywhere.
    setTimeout(() => (line.textContent = line.dataset.say), 200);
  }, Number(place.dataset.enoughMinutes) * 60_000);
  place.querySelector("[data-enough-close]").addEventListener("click", () => place.remove());
})();
