// What this browser keeps because somebody asked for it: one store for each practice and length.

import { markOf } from "../phone/mark.js";

export const STORE = "kindcircle kept ";

export const mine = () => markOf(document.body.dataset.who);

// What is told about one kept practice, or null. Only `match` may ask: `open` would make the store again, empty but with
// its name, when somebody has left this page in the same moment.
export const aboutPath = (name) => `/practice/kept/about/${name.replace(" ", "/")}`;
export async function about(name) {
  const told = await caches.match(aboutPath(name), { cacheName: STORE + name });
  return told ? told.json() : null;
}

// Practices and lengths that are kept here, by name.
export const keptNames = async () =>
  (await caches.keys()).filter((name) => name.startsWith(STORE)).map((name) => name.slice(STORE.length));

// What somebody else kept who used this phone goes as soon as another person is here. So does what is in other words
// than this person now hears: a part of the body that they leave out must not come back without a line. True if such went.
export async function tidy(way) {
  const who = await mine();
  let went = false;
  for (const name of await keptNames()) {
    const told = await about(name);
    if (!told || (told.who === who && told.way === way)) continue;
    went ||= told.who === who;
    for (const one of told.who === who ? [STORE + name] : await caches.keys()) await caches.delete(one);
  }
  return went;
}

export const megabytes = (bytes) => Math.max(0.1, bytes / 1_000_000).toFixed(1);
