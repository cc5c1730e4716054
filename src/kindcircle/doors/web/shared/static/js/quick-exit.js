// Leave this page: hide everything at once, end the session in the background, put a neutral page in our place.
// Without this script the link still works: it asks the server, which does the same a little slower.
(() => {
  const WITHIN = 1500; // ms in which Shift must be pressed three times
  const FORGET = 200; // ms, at the most, before the neutral page is asked for
  const others = "BroadcastChannel" in window ? new BroadcastChannel("kindcircle-leave") : null;
  const link = document.querySelector("[data-leave]");
  if (!link) return;

  const hide = () => {
    document.documentElement.classList.add("leaving");
    document.title = link.dataset.leaveTitle;
  };

  // What somebody chose to keep on this phone goes too, also when the site cannot be reached to say so.
  const forget = async () => {
    const names = window.caches ? await caches.keys() : [];
    await Promise.all(names.map((name) => caches.delete(name)));
    for (const store of ["kindcircle", "own-key"]) window.indexedDB?.deleteDatabase(store);
    for (const one of (await navigator.serviceWorker?.getRegistrations()) ?? []) await one.unregister();
  };
  const within = (ms) => new Promise((go) => setTimeout(go, ms));

  const leave = () => {
    hide();
    // keepalive lets the request outlive this page; "manual" keeps it from following to the neutral site.
    fetch(link.href, { keepalive: true, redirect: "manual", credentials: "same-origin" }).catch(() => {});
    if (others) others.postMessage("leave");
    const gone = forget().catch(() => {});
    const away = () => window.location.replace(link.dataset.leave);
    // On a kept page there may be no line, so the phone has to forget by itself. All is hidden already; a blink longer
    // lets it.
    if (navigator.serviceWorker?.controller) Promise.race([gone, within(FORGET)]).then(away);
    else away();
  };

  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });

  document.querySelectorAll("[data-leave-too]").forEach((too) => {
    too.addEventListener("click", (event) => {
      event.preventDefault();
      leave();
    });
  });

  // Other tabs of ours leave as well.
  if (others) {
    others.addEventListener("message", () => {
      hide();
      window.location.replace(link.dataset.leave);
    });
  }

  let presses = [];
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") {
      presses = []; // somebody is typing capitals
      return;
    }
    presses = [...presses, event.timeStamp].filter((at) => event.timeStamp - at < WITHIN);
    if (presses.length >= 3) leave();
  });

  // A page brought back by the browser's own memory may belong to a session that is over: ask again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      hide();
      window.location.reload();
    }
  });
})();
