// A form with data-once is sent once, however often its button is pressed. Its hidden "key" stays the same until
// the server has answered, so that sending again after a lost connection cannot count twice.
(() => {
  const waiting = new WeakSet();

  const free = (form) => {
    waiting.delete(form);
    form.querySelectorAll("[data-busy]").forEach((button) => {
      button.removeAttribute("aria-disabled");
      if (button.dataset.idle) button.textContent = button.dataset.idle;
    });
  };

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("[data-once]")) return;
      if (waiting.has(form)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      const key = form.elements.namedItem("key");
      if (key && !key.value && crypto.randomUUID) key.value = crypto.randomUUID();
      waiting.add(form);
      const button = event.submitter;
      if (button && button.dataset.busy) {
        // aria-disabled, not disabled: a disabled button would drop its name and value from what is sent.
        button.setAttribute("aria-disabled", "true");
        button.dataset.idle = button.textContent;
        button.textContent = button.dataset.busy;
      }
    },
    true,
  );

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form[data-once]");
    if (form) free(form);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-once]").forEach(free));
})();
