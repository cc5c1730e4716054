// After some quiet minutes the page is blanked. The words stay in the page (and drafts are saved first), so that
// signing in again in another tab brings everything back. <body data-idle-minutes data-lock-url> switches it on.
(() => {
  const minutes = Number(document.body.dataset.idleMinutes);
  const panel = document.getElementById("lock");
  if (!minutes || !panel) return;

  const LIMIT = minutes * 60_000; // ms
  let last = Date.now();
  let locked = false;

  const lock = () => {
    locked = true;
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

  const unlock = () => {
    locked = false;
    last = Date.now();
    panel.hidden = true;
    document.documentElement.classList.remove("locked");
    const main = document.querySelector("main");
    if (main) main.focus();
  };

  // Signed in again, perhaps in another tab? Then this address answers itself instead of sending us to sign in.
  const ask = async () => {
    if (!locked || document.hidden) return;
    try {
      const answer = await fetch(window.location.href, { method: "HEAD", redirect: "manual" });
      if (answer.ok) unlock();
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
