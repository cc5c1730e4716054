// An opened key, from page to page of one visit. What lies on the device is locked by a half that only the site's
// session has, and the site never gets what lies on the device. When the session ends (sign out, leave, lock, time),
// the half is gone, and what is left here opens nothing any more.
import { fromText, lockBytes, openBytes } from "./format.js";

const NAME = "own-key";

const done = (request) =>
  new Promise((good, bad) => {
    request.onsuccess = () => good(request.result);
    request.onerror = () => bad(request.error);
  });

async function store(mode, work) {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(NAME);
  const database = await done(opening);
  try {
    return await done(work(database.transaction(NAME, mode).objectStore(NAME)));
  } finally {
    database.close();
  }
}

const bound = (person) => `device|${person}`;

export async function remember({ person, half }, raw) {
  const kept = { at: Date.now(), locked: await lockBytes(fromText(half), raw, bound(person)) };
  // A private window may have no store: then each page asks, and everything else works.
  await store("readwrite", (rows) => rows.put(kept, person)).catch(() => {});
}

// The raw key, or null: never opened here, too long ago, or of a session that is over.
export async function recall({ person, half, minutes }) {
  try {
    const kept = await store("readonly", (rows) => rows.get(person));
    if (!kept) return null;
    if (Date.now() - kept.at > minutes * 60_000) throw new Error("too long ago");
    const raw = await openBytes(fromText(half), kept.locked, bound(person));
    await store("readwrite", (rows) => rows.put({ ...kept, at: Date.now() }, person));
    return raw;
  } catch {
    await forget();
    return null;
  }
}

export async function forget() {
  await store("readwrite", (rows) => rows.clear()).catch(() => {});
}
