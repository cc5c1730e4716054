// "Keep this on my phone": yes and no. Before a yes nothing is on the device; after a no nothing is left there.

import { parts, readJson, saying, setText, showWhen } from "../live/dom.js";
import { READ, tellOfGone } from "./gone.js";
import { markOf } from "./mark.js";
import { asked, isOpen, sendAll } from "./send.js";
import { fetchShells, SHELLS } from "./shells.js";
import { forgetDatabase, forgetOf, get, parcels, put } from "./store.js";

const root = document.getElementById("phone");
const facts = readJson("phone-facts");
const [said] = parts(root, "phone-said");
const PAUSE = 1000; // ms in which a second tap finds nothing: it was meant for what stood there before
const me = await markOf(document.body.dataset.who);
let install = null;
let busy = false;

// Of words that wait, one's own and those of others: whoever is here is told which.
async function waiting() {
  const all = await parcels().catch(() => []);
  return [all.some((one) => one.who === me), all.some((one) => one.who !== me)];
}

// A page of this person that is open and still has its words would go on promising what is gone from under it.
async function stillOpen() {
  for (const { key, who } of await parcels()) if (who === me && (await isOpen(key))) return true;
  return false;
}

// Who is here now may be another than whom this page was made for: it was open while they signed in elsewhere.
async function strange() {
  const here = await asked();
  const who = here ? await markOf(here.who) : (await get("mine").catch(() => null))?.who;
  return who !== undefined && who !== me;
}

// The public half of one's box, where one said yes.
async function yes() {
  const mine = await get("mine").catch(() => null);
  return (await caches.has(SHELLS)) && mine?.who === me ? mine : null;
}

async function show(state = "") {
  const mine = await yes();
  const kept = mine !== null;
  const [waits, others] = await waiting();
  const ownKey = kept ? mine.public === "" : facts.ownKey; // then only that key may lock their words
  const asks = state === "asked"; // and nothing else is offered until it is answered
  const states = new Set([asks ? "asked" : kept ? "kept" : "not"]);
  if (waits && ownKey) states.add("waits-key");
  else if (waits && !asks) states.add("waits");
  if (others && !asks) states.add("others");
  if (waits && states.has("not")) states.add("only-words");
  if (states.has("kept") && ownKey) states.add("own-key");
  if (states.has("kept") && install) states.add("install");
  showWhen(root, states);
  setText(said, saying(said, state || (kept ? "kept" : "not")));
  if (kept) tellManifest();
}

// Only now does the browser hear that there is something to put beside the other apps.
function tellManifest() {
  if (document.querySelector("link[rel=manifest]")) return;
  const link = document.createElement("link");
  Object.assign(link, { rel: "manifest", href: facts.manifest, crossOrigin: "use-credentials" });
  document.head.append(link);
}

async function keep() {
  setText(said, saying(said, "coming"));
  try {
    const here = await asked();
    if (!here) throw new Error("no line");
    if ((await markOf(here.who)) !== me) return location.reload();
    await fetchShells(facts);
    const { code, public: there } = here;
    await put({ name: "mine", who: me, code, public: there, fetched: Date.now() });
    for (const one of await navigator.serviceWorker.getRegistrations()) {
      if (new URL(one.scope).pathname !== "/") await one.unregister();
    }
    await navigator.serviceWorker.register(facts.worker, { scope: "/" });
    await show();
  } catch {
    await caches.delete(SHELLS);
    await show("amiss");
  }
}

// What can still be sent is sent first. Where that fails, the words' own writer says what becomes of them.
async function forget() {
  if ((await waiting())[0]) setText(said, saying(said, "sending"));
  await sendAll().catch(() => {});
  if (await strange()) return location.reload();
  const gone = await tellOfGone(me);
  const [waits] = await waiting();
  if (waits) await show((await stillOpen()) ? "open" : "asked");
  else await takeOff(false);
  if (gone) toldHere();
}

// That words are lost is not to be missed: it may stand further up than anybody looks now.
function toldHere() {
  const [notice] = parts(document, "phone-gone");
  notice.tabIndex = -1;
  notice.focus();
}

// Sealed words of somebody else stay, and with them the script by which they come once their writer signs in.
async function takeOff(wordsToo) {
  if (await strange()) return location.reload();
  if (await stillOpen()) return show("open");
  const all = await yes();
  for (const name of await caches.keys()) if (all || name === SHELLS) await caches.delete(name);
  await show(await clear(wordsToo));
}

// Where the pages are off already, practices that somebody chose to keep are not meant, and need their worker.
async function clear(wordsToo) {
  if (await forgetOf(me, wordsToo)) return "off";
  await forgetDatabase();
  if ((await caches.keys()).length) return "practices";
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
  return "gone";
}

const does = {
  keep,
  forget,
  rest: () => takeOff(false),
  all: () => takeOff(true),
  stay: () => show(),
  install: () => void install.prompt(), // its answer may never come
};

async function press(button) {
  if (!button || busy) return;
  rests(true);
  try {
    await does[button.dataset.does]();
  } finally {
    setTimeout(rests, PAUSE, false);
  }
}

function rests(yes) {
  busy = yes;
  for (const button of root.querySelectorAll("button")) button.setAttribute("aria-disabled", yes);
}

if (window.caches && navigator.serviceWorker && navigator.locks && window.indexedDB) {
  // The one script that may answer in our name is our own.
  window.trustedTypes?.createPolicy("default", {
    createScriptURL: (url) => {
      if (url === facts.worker) return url;
      throw new TypeError("Refused: another script.");
    },
  });
  root.addEventListener("click", (event) => press(event.target.closest("button[data-does]")));
  document.addEventListener("visibilitychange", async () => {
    if (!document.hidden && (await strange())) location.reload();
  });
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    install = event;
    show();
  });
  document.addEventListener(READ, async () => (await get("mine")) || clear(false)); // it may have been the last thing here
  root.hidden = false;
  parts(document, "phone-cannot")[0].hidden = true;
  await show();
}
