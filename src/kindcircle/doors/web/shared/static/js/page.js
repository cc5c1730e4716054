// Three small comforts, each with a plain twin for when there is no script: copying a link, opening a dialog, printing.
(() => {
  const copy = async (button) => {
    const text = button.dataset.copy;
    const state = document.getElementById(button.dataset.copyState);
    try {
      await navigator.clipboard.writeText(text);
      if (state) state.textContent = button.dataset.copied;
    } catch {
      // No leave to use the clipboard: the text stands beside the button and selects itself on a tap.
      if (state) state.textContent = button.dataset.notCopied;
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-opens], [data-closes], [data-print]");
    if (!button) return;
    if ("copy" in button.dataset) copy(button);
    if ("print" in button.dataset) window.print();
    if ("opens" in button.dataset) {
      const dialog = document.getElementById(button.dataset.opens);
      if (dialog && dialog.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
    }
    if ("closes" in button.dataset) button.closest("dialog").close();
  });

  // Buttons that need a script are hidden until there is one.
  document.querySelectorAll("[data-copy][hidden], [data-print][hidden]").forEach((button) => (button.hidden = false));

  // An error summary, or a page's answer, is where reading should go on.
  const first = document.querySelector("[data-focus-first]");
  if (first) first.focus();
})();
