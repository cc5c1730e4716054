// "Keep on this phone": this practice, its sound and what its page is made of, in the browser's own store, because
// somebody asked for it. Nothing is kept before that, and no page that names anybody ever is.

import { wordsMayWait } from "../phone/waits.js";
import { parts, readJson, saying, setText } from "./dom.js";
import { about, aboutPath, keptNames, megabytes, mine, STORE, tidy } from "./kept-store.js";
import { NOTED } from "./play-log.js";

const root = document.getElementById("keep");
const facts = readJson("home-keep");
const [said] = parts(root, "keep-said");
const tell = (state, size = "") => setText(said, saying(said, state).replace("{size}", size));
const button = (does) => root.querySelector(`[data-keeps="${does}"]`);

async function show(state = "") {
  const kept = await about(facts.name);
  button("keep").hidden = kept !== null;
  button("forget").hidden = kept === null;
  tell(state || (kept ? "kept" : "not"), kept ? megabytes(kept.size) : "");
}

async function keep() {
  tell("coming");
  const store = await caches.open(STORE + facts.name);
  try {
    const wanted = [facts.page, facts.shell, ...facts.parts, ...(facts.sound ? [facts.sound] : [])];
    await Promise.all(wanted.map((url) => fetched(store, url)));
    const { title, length, page, way } = facts;
    const told = { title, length, page, way, who: await mine(), size: await bytesIn(store) };
    await store.put(aboutPath(facts.name), Response.json(told));
    await navigator.serviceWorker.register(facts.worker, { scope: "/" });
    await show();
  } catch {
    await caches.delete(STORE + facts.name);
    await show("amiss");
  }
}

async function fetched(store, url) {
  for (let tries = 0; tries < 40; tries += 1) {
    const answer = await fetch(url);
    if (answer.status === 200 && !answer.redirected) return store.put(url, answer);
    if (answer.status !== 202) break;
    await new Promise((go) => setTimeout(go, 1000)); // its voice is just being made
  }
  throw new Error(`could not fetch ${url}`);
}

async function bytesIn(store) {
  const sizes = await Promise.all((await store.matchAll()).map(async (answer) => (await answer.blob()).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function forget() {
  await caches.delete(STORE + facts.name);
  await show();
  const other = (await wordsMayWait()) || (await keptNames()).length || (await caches.has("kindcircle phone"));
  if (!other) for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
}

if (window.caches && navigator.serviceWorker) {
  // The one script that may answer in our name is our own.
  window.trustedTypes?.createPolicy("default", {
    createScriptURL: (url) => {
      if (url === facts.worker) return url;
      throw new TypeError("Refused: another script.");
    },
  });
  root.hidden = false;
  button("keep").addEventListener("click", keep);
  button("forget").addEventListener("click", forget);
  await show((await tidy(facts.way)) ? "changed" : "");
  if (await caches.has(NOTED)) {
    const { tellNoted } = await import("./tell-noted.js");
    await tellNoted(document.querySelector("form[data-log]"), await mine()).catch(() => {}); // told another time
  }
}
