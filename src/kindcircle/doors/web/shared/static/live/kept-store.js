// What this browser keeps because somebody asked for it: one store for each practice and length.

export const STORE = "kindcircle kept ";

// A mark by which the same person is known again on this device. It says nothing about them.
export async function mine() {
  const code = new TextEncoder().encode(document.body.dataset.who);
  const mark = await crypto.subtle.digest("SHA-256", code);
  return [...new Uint8Array(mark).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What somebody else kept who used this phone goes as soon as another person is here. So does what is in other words
// than this person now hears: a part of the body that they leave out must not come back without a line. True if such went.
export async function tidy(way) {
  const who = await mine();
  let went = false;
  for (const name of await caches.keys()) {
    const store = name.startsWith(STORE) && (await caches.open(name));
    const told = store && (await store.match(`/practice/kept/about/${name.slice(STORE.length).replace(" ", "/")}`));
    const about = told && (await told.json());
    if (!about || (about.who === who && about.way === way)) continue;
    went ||= about.who === who;
    for (const one of about.who === who ? [name] : await caches.keys()) await caches.delete(one);
  }
  return went;
}

// Bytes of one practice, or null when it is not kept.
export async function sizeOf(name) {
  if (!(await caches.has(STORE + name))) return null;
  const store = await caches.open(STORE + name);
  const answers = await store.matchAll();
  const sizes = await Promise.all(answers.map(async (answer) => (await answer.blob()).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

export const megabytes = (bytes) => Math.max(0.1, bytes / 1_000_000).toFixed(1);
