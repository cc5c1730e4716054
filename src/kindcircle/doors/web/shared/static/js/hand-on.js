// A tablet that nobody touches for a while is handed on by itself, so that nobody's page stays open in the circle.
(() => {
  const form = document.querySelector("form[data-hand-on]");
  const wait = Number(form.dataset.handOn) * 1000; // ms
  let timer = 0;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => form.submit(), wait);
  };
  ["pointerdown", "keydown", "scroll"].forEach((kind) => document.addEventListener(kind, again, { passive: true, capture: true }));
  again();
})();
