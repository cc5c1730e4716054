// Keeps words safe while they are written: a field with data-draft is sent to that address a moment after typing.
// The sentence beside it says truly how things stand. Nothing is kept in the browser's storage by this script; where
// somebody wished it, phone/draft.js seals what the server could not take.
(() => {
  const PAUSE = 1_500; // ms of quiet before saving
  const RETRY = 8_000; // ms before trying again

  const keep = (field) => {
    const state = document.getElementById(field.dataset.draftState);
    const form = field.form;
    let saved = field.value;
    let timer = 0;
    let sending = false;
    let handedIn = false; // the form carries the words now; a draft that came after it would only be late

    const say = (name) => {
      if (!state || state.dataset.state === name) return;
      state.dataset.state = name;
      state.textContent = state.dataset[`say${name[0].toUpperCase()}${name.slice(1)}`] || "";
    };

    const tell = (what) => field.dispatchEvent(new CustomEvent(`kindcircle:${what}`, { bubbles: true, detail: { say } }));

    const later = (wait) => {
      clearTimeout(timer);
      timer = setTimeout(save, wait);
    };

    const save = async (last = false) => {
      clearTimeout(timer);
      if (handedIn || field.value === saved || (sending && !last)) return;
      const words = field.value;
      const body = new URLSearchParams({ [field.name]: words });
      for (const name of ["csrfmiddlewaretoken", "key", "version"]) {
        const also = form && form.elements.namedItem(name);
        if (also) body.set(name, also.value);
      }
      sending = true;
      try {
        const answer = await fetch(field.dataset.draft, {
          method: "POST",
          body,
          redirect: "manual",
          keepalive: last && words.length < 15_000, // browsers refuse more than 64 KB in a request that outlives its page
        });
        if (answer.status === 409) return say("conflict");
        if (!answer.ok) throw new Error(String(answer.status));
        saved = words;
        if (field.value === saved) {
          say("saved");
          tell("kept");
        }
      } catch {
        if (state?.dataset.state !== "phone") say("unsaved");
        tell("not-kept");
        later(RETRY);
      } finally {
        sending = false;
        if (field.value !== saved && field.value !== words) later(PAUSE);
      }
    };

    field.addEventListener("input", () => {
      handedIn = false;
      say("unsaved");
      later(PAUSE);
    });
    document.addEventListener("kindcircle:save-now", () => save(true));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) save(true);
    });
    window.addEventListener("online", () => save());
    // "Begin with an empty page" is a form of its own: it lets go of these words.
    for (const one of [form, document.querySelector(`form[action="${field.dataset.draft}afresh/"]`)]) {
      one?.addEventListener("submit", () => {
        clearTimeout(timer);
        handedIn = true;
      });
    }
    window.addEventListener("pageshow", () => (handedIn = false)); // back on a page that was left
  };

  const begin = (root) => root.querySelectorAll("[data-draft]").forEach(keep);
  begin(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) begin(event.target);
  });
})();
