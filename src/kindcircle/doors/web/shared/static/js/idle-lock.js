// After some quiet minutes the page is blanked and the session ends. The words stay in the page (drafts are saved
// first), so that the same person signing in again in another tab brings everything back.
// <body data-idle-minutes data-lock-url data-token data-who> switches it on; while anything on the page carries
// data-stays-open (a meeting is on: eyes closed, no hands on the phone) the page stays as it is.
(() => {
  const minutes = Number(document.body.dataset.idleMinutes);
  const panel = document.getElementById("lock");
  if (!minutes || !panel) return;

  const LIMIT = minutes * 60_000; // ms
  let last = Date.now();
  let locked = false;
  let title = "";

  const lock = () => {
    locked = true;
    title = document.title;
    document.title = panel.dataset.title;
    document.dispatchEvent(new CustomEvent("kindcircle:save-now"));
    document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
    document.documentElement.classList.add("locked");
    panel.hidden = false;
    panel.querySelector("a").focus();
    const url = document.body.dataset.lockUrl;
    const token = document.body.dataset.token;
    // Tell the server too, so that a saved draft or a live page cannot keep the session warm.
    if (url) fetch(url, { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" }).catch(() => {});
  };

  const unlock = (token) => {
    locked = false;
    document.title = title;
    // Signing in gave the browser a new token; without it the waiting form would be refused.
    document.body.dataset.token = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => (field.value = token));
    last = Date.now();
    panel.hidden = true;
    document.documentElement.classList.remove("locked");
    const main = document.querySelector("main");
    if (main) main.focus();
  };

  // Signed in again, perhaps in another tab? Then this address answers itself instead of sending us to sign in.
  // Somebody else may have signed in meanwhile: they must not see these words.
  const ask = async () => {
    if (!locked || document.hidden) return;
    try {
      const answer = await fetch(window.location.href, { redirect: "manual" });
      if (!answer.ok) return;
      const page = await answer.text();
      const said = (name) => (page.match(new RegExp(`<body[^>]* data-${name}="([^"]+)"`)) || [])[1];
      if (said("token") && said("who") === document.body.dataset.who) unlock(said("token"));
    } catch {
      // No connection: stay locked, the next return to this tab asks again.
    }
  };

  const alive = () => {
    if (!locked) last = Date.now();
  };
  ["pointerdown", "keydown", "scroll", "touchstart"].forEach((kind) =>
    document.addEventListener(kind, alive, { passive: true, capture: true }),
  );

  const look = () => {
    if (document.querySelector("[data-stays-open]")) alive();
    if (!locked && Date.now() - last >= LIMIT) lock();
  };
  setInterval(look, 5_000);
  // A phone that slept ran no timers: look at the clock before anything is shown.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    look();
    ask();
  });
  window.addEventListener("focus", ask);
})();
