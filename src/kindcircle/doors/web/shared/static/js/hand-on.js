// A tablet that nobody touches for a while is handed on by itself, so that nobody's page stays open in the circle.
(() => {
  const form = document.querySelector("form[data-hand-on]");
  const wait = Number(form.dataset.handOn) * 1000; // ms
  let timer = 0;
  let touched = Date.now();
  const handOn = () => form.requestSubmit();
  const again = () => {
    clearTimeout(timer);
    touched = Date.now();
    timer = setTimeout(handOn, wait);
  };
  ["pointerdown", "keydown", "scroll"].forEach((kind) => document.addEventListener(kind, again, { passive: true, capture: true }));
  // A timer stands still while a tablet sleeps.
  document.addEventListener("visibilitychange", () => Date.now() - touched >= wait && handOn());
  again();
})();
