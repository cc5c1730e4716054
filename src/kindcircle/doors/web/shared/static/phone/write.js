// A page to write on without a line. Each box is sealed while it is typed, so that closing the page loses nothing; what
// stands in the page itself is the only copy in clear, and goes with it.

import { newKey, parts, saying, setText } from "../live/dom.js";
import { tellOfGone } from "./gone.js";
import { holdPage, putAside, sendAll, SENDING } from "./send.js";
import { dropParcel, get, parcels, takeGone } from "./store.js";

const PAUSE = 250; // ms of quiet before sealing

function say(form, state) {
  const line = form.querySelector(".draft-state");
  line.dataset.state = { put: "saved", sent: "saved", not: "unsaved", key: "unsaved", again: "unsaved" }[state] ?? state;
  setText(line, saying(line, state));
}

const mine = () => get("mine").catch(() => null);

// With a box that is empty, its person's own key is on, and only that one may lock their words.
const whyNot = async () => ((await mine())?.public === "" ? "key" : "not");

function write(form) {
  const kind = form.dataset.kind;
  let key = newKey();
  let whose; // whoever was here when it was begun: for nobody else is it sealed
  let timer = 0;
  let typed = 0; // so that of what was typed since nobody is told that it is kept
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
    const [now, what, then] = [key, boxes(), typed];
    if (empty()) return (sealing = sealing.then(() => dropParcel(now)));
    const open = hold();
    sealing = sealing
      .then(() => open)
      .then(async () => {
        const { who } = (await mine()) ?? {};
        return (whose ??= who) === who && putAside(now, kind, what, done);
      })
      .catch(() => false);
    return sealing.then(async (kept) => {
      const state = kept ? "kept" : await whyNot();
      if (now === key && then === typed) say(form, state);
      return kept;
    });
  };

  // What was just put aside cannot be opened by anybody: here it still is, so here it stands again.
  const back = async (what) => {
    for (const box of form.querySelectorAll("textarea")) {
      box.value = [what[box.name], box.value].filter((words) => words.trim()).join("\n\n");
    }
    if (await keep()) say(form, "again");
  };

  form.addEventListener("input", () => {
    hold();
    typed += 1;
    say(form, "coming");
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  });
  // Also when it is seen again: what was kept may have been taken off meanwhile, and then this page says so.
  document.addEventListener("visibilitychange", () => !empty() && keep());
  window.addEventListener("pagehide", () => !empty() && keep());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (closing) return; // pressed twice
    if (empty()) return form.querySelector("textarea").focus();
    close(true);
    const [now, what] = [key, boxes()];
    const kept = await keep(true);
    if (kept) {
      form.reset();
      key = newKey();
      whose = undefined;
      (await letGo)();
      letGo = null;
    }
    close(false);
    if (!kept) return;
    say(form, "put");
    form.querySelector(".draft-state").focus(); // now, and not once it was sent: by then they may write somewhere else
    const registration = await navigator.serviceWorker?.getRegistration("/");
    await registration?.sync?.register(SENDING).catch(() => {});
    const { who } = (await mine()) ?? {};
    await sent();
    if (await takeGone(who, now)) await back(what);
    else if (!(await parcels()).some((one) => one.key === now)) say(form, "sent");
    await show();
  });
}

const sent = () => sendAll().catch(() => {});

// Where no box is open, no words are taken that could not be kept. A page that somebody has begun on stays as it is.
async function show() {
  const here = await mine();
  for (const form of document.querySelectorAll("form[data-kind]")) {
    const begun = [...form.querySelectorAll("textarea")].some((box) => box.value.trim());
    form.hidden = !here?.public && !begun;
    form.inert = form.hidden; // it stood there from the first, so that nothing jumps
  }
  const open = document.querySelector("form[data-kind]:not([hidden])");
  for (const line of parts(document, "once-closed")) line.hidden = !open;
  for (const line of parts(document, "not-kept")) line.hidden = Boolean(here);
  for (const line of parts(document, "own-key")) line.hidden = here?.public !== "";
  if (here) await tellOfGone(here.who);
}

async function sendAndShow() {
  await sent();
  await show();
}

document.querySelectorAll("form[data-kind]").forEach(write);
await show();
const kind = new URLSearchParams(location.search).get("kept");
for (const line of parts(document, `kept-${kind}`)) {
  line.hidden = false;
  line.focus();
}
window.addEventListener("online", sendAndShow);
sendAndShow();
