// A page to write on without a line. Each box is sealed while it is typed, so that closing the page loses nothing; what
// stands in the page itself is the only copy in clear, and goes with it.

import { newKey, parts, saying, setText } from "../live/dom.js";
import { holdPage, putAside, sendAll, SENDING } from "./send.js";
import { dropParcel, get, parcels } from "./store.js";

const PAUSE = 250; // ms of quiet before sealing

function say(form, state) {
  const line = form.querySelector(".draft-state");
  line.dataset.state = { put: "saved", sent: "saved", not: "unsaved" }[state] ?? state;
  setText(line, saying(line, state));
}

function write(form) {
  const kind = form.dataset.kind;
  let key = newKey();
  let timer = 0;
  let sealing = Promise.resolve();
  let letGo = null;
  let closing = false;

  const boxes = () => Object.fromEntries([...form.querySelectorAll("textarea")].map((box) => [box.name, box.value]));
  const empty = () => Object.values(boxes()).every((words) => !words.trim());
  const hold = () => (letGo ??= holdPage(key));

  // For the blink in which a finished page is put aside, nothing is typed into it that would be lost or come twice.
  const close = (yes) => {
    closing = yes;
    for (const box of form.querySelectorAll("textarea")) box.readOnly = yes;
  };

  // One after the other, so that an older state never comes last.
  const keep = (done = false) => {
    clearTimeout(timer);
    const [now, what] = [key, boxes()];
    if (empty()) return (sealing = sealing.then(() => dropParcel(now)));
    const open = hold();
    sealing = sealing
      .then(() => open)
      .then(() => putAside(now, kind, what, done))
      .catch(() => false);
    return sealing.then((kept) => {
      if (now === key) say(form, kept ? "kept" : "not");
      return kept;
    });
  };

  form.addEventListener("input", () => {
    hold();
    say(form, "coming");
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  document.addEventListener("visibilitychange", () => document.hidden && !empty() && keep());
  window.addEventListener("pagehide", () => !empty() && keep());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (closing) return; // pressed twice
    if (empty()) return form.querySelector("textarea").focus();
    close(true);
    const now = key;
    const kept = await keep(true);
    if (kept) {
      form.reset();
      key = newKey();
      (await letGo)();
      letGo = null;
    }
    close(false);
    if (!kept) return;
    say(form, "put");
    const registration = await navigator.serviceWorker?.getRegistration("/");
    await registration?.sync?.register(SENDING).catch(() => {});
    await sent();
    if (!(await parcels()).some((one) => one.key === now)) say(form, "sent");
    form.querySelector(".draft-state").focus();
  });
}

const sent = () => sendAll().catch(() => {});

const box = (await get("mine").catch(() => null))?.public;
for (const form of document.querySelectorAll("form[data-kind]")) {
  form.hidden = !box;
  if (!box) continue;
  write(form);
  form.inert = false; // it stood there from the first, so that nothing jumps
}
for (const line of parts(document, "not-kept")) line.hidden = Boolean(box);
const kind = new URLSearchParams(location.search).get("kept");
for (const line of parts(document, `kept-${kind}`)) {
  line.hidden = false;
  line.focus();
}
window.addEventListener("online", sent);
sent();
